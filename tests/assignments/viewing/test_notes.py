"""Notes set in type: every word stays."""

from hypothesis import given, settings
from hypothesis import strategies as st

from assignments.viewing.notes import has_columns, set_note


def test_headings_are_found_and_text_keeps_its_lines() -> None:
    blocks = set_note("CHIEF COMPLAINT:\r\nCough\n  for three days.\n\nASSESSMENT / PLAN\n1. Rest.\n")

    assert [(block.kind, block.text) for block in blocks] == [
        ("heading", "CHIEF COMPLAINT:"),
        ("text", "Cough\n  for three days."),
        ("heading", "ASSESSMENT / PLAN"),
        ("text", "1. Rest."),
    ]


def test_what_only_looks_like_a_heading_stays_text() -> None:
    for line in ("BP 148/86", "A1C", "Patient is a 62-year-old.", "12/04/2026", "-----------"):
        assert [block.kind for block in set_note(line)] == ["text"]


@settings(deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=400))
def test_not_a_word_is_lost(text: str) -> None:
    shown = " ".join(block.text for block in set_note(text))

    assert shown.split() == text.split()


def test_columns_need_letters_of_one_width() -> None:
    assert has_columns("Sodium     138\nPotassium    4.1\nCreatinine   0.9\n")
    assert not has_columns("CHIEF COMPLAINT\nCough.  Fever.\n")
