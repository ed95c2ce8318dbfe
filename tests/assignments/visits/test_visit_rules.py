"""What is copied from an earlier visit says everything that it said there, but its day and its evidence."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from assignments.drafting.rules import MOST_LINES, Lines
from assignments.visits.rules import copy_lines
from tests.assignments.drafting.drawing import some_lines


@settings(deadline=None)
@given(some_lines(), some_lines(), st.data())
def test_copied_lines_mean_what_they_meant(here: Lines, earlier: Lines, data: st.DataObject) -> None:
    names = [f"d{at}" for at in range(1, len(earlier.diagnoses) + 1)]
    names += [f"p{at}" for at in range(1, len(earlier.procedures) + 1)]
    wanted = data.draw(st.lists(st.sampled_from(names), unique=True)) if names else []

    copied = copy_lines(here, earlier, wanted)

    lines = copied.lines
    assert lines.header == here.header
    assert lines.diagnoses[: len(here.diagnoses)] == here.diagnoses
    assert lines.procedures[: len(here.procedures)] == here.procedures
    new = (*lines.diagnoses[len(here.diagnoses) :], *lines.procedures[len(here.procedures) :])
    assert copied.count == len(new)
    assert copied.count + len(copied.there) == len(wanted)
    assert all(line.evidence == () for line in new)
    codes = {line.code for line in lines.diagnoses}
    for line in lines.procedures[len(here.procedures) :]:
        assert line.service_on is None
        alike = [old for old in earlier.procedures if replace(old, service_on=None, evidence=(), pointers=())
                 == replace(line, pointers=())]  # fmt: skip
        assert any(
            {lines.diagnoses[at - 1].code for at in line.pointers}
            == {earlier.diagnoses[at - 1].code for at in old.pointers} & codes
            or (len(lines.diagnoses) == 1 and line.pointers == (1,))
            for old in alike
        )
    assert len(lines.diagnoses) <= MOST_LINES
