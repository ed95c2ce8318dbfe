"""Copy ticked lines of earlier visits into the draft of a held chart."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from assignments.drafting.editing import save_lines
from assignments.drafting.operations import save_fields
from assignments.drafting.rules import Lines
from assignments.rules import Stage
from assignments.visits.queries import find_old_lines, why_not
from assignments.visits.rules import Copied, copy_lines
from portal.actor import Actor
from portal.database import acting_as
from portal.errors import Invalid

NOTHING = "Tick the lines that you want to copy first."


async def copy_from_visits(
    coder: Actor, *, chart_id: UUID, fence: int, revision: int, ticked: Sequence[tuple[UUID, str]],
    fields: Mapping[str, str],
) -> str:  # fmt: skip
    """Copy these lines, after what was typed into the present ones; what to say of it.

    A ticked line is a coding and a name such as `d1`. Raises Invalid if nothing is ticked, or if something is that no
    visit has or that is not valid on the date of service; Conflict and Stale as `save_lines` does.
    """
    if not ticked:
        raise Invalid(NOTHING)
    async with acting_as(coder):
        visits = await find_old_lines(chart_id)
    done: list[Copied] = []

    def copy(lines: Lines, on: date) -> Lines:
        after = save_fields(lines, fields, on)
        for coding_id in dict.fromkeys(coding_id for coding_id, _ in ticked):
            names = [name for of, name in ticked if of == coding_id]
            _ensure_valid(visits.get(coding_id, Lines()), names, on)
            done.append(copy_lines(after, visits.get(coding_id, Lines()), names))
            after = done[-1].lines
        return after

    await save_lines(coder, chart_id=chart_id, stage=Stage.CODING, fence=fence, revision=revision, change=copy)
    count, there = sum(one.count for one in done), [code for one in done for code in one.there]
    said = f"Copied {count} line{'' if count == 1 else 's'}."
    return f"{said} There already: {', '.join(there)}." if there else said


def _ensure_valid(lines: Lines, names: Sequence[str], on: date) -> None:
    diagnoses = {f"d{at}": line.code for at, line in enumerate(lines.diagnoses, start=1)}
    known = {*diagnoses, *(f"p{at}" for at in range(1, len(lines.procedures) + 1))}
    if not known.issuperset(names):
        raise Invalid("One of the ticked lines is not there any more. Open the earlier visits again.")
    for name in names:
        if name in diagnoses and (reason := why_not(diagnoses[name], on)):
            raise Invalid(f"Nothing was copied. {reason}")
