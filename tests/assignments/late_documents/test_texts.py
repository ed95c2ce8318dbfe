"""What new pages say that was not there, and which evidence they touch: by words, however wrapped."""

from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assignments.drafting.rules import Pin
from assignments.late_documents.texts import How, PageText, compare, mark_words, sentences, touches

NOTE = """ASSESSMENT
1. Pneumonia of the right lower lobe, organism not found.
2. Type 2 diabetes with a blood sugar of 180. Denies chest pain.
"""


def chart(old: str, new: str, *, replaced: bool = False) -> tuple[PageText, PageText]:
    return PageText(uuid4(), old, is_new=False, is_gone=replaced), PageText(uuid4(), new, is_new=True)


def hows(old: str, pinned: str, new: str, *, replaced: bool = False, title: str = "") -> list[How]:
    """How the new page touches a line that rests on those words of the old one; on nothing if they are empty."""
    pages = chart(old, new, replaced=replaced)
    pins = [Pin(pages[0].id, old.index(pinned), old.index(pinned) + len(pinned))] if pinned else []
    by_id: dict[UUID, PageText] = {page.id: page for page in pages}
    return [touch.how for touch in touches(by_id, compare(pages), pins, title)]


def test_what_was_there_is_the_same_however_it_is_wrapped() -> None:
    wrapped = (
        NOTE.replace("\n", " ").replace("of the", "of\nthe").replace("with a", "with\nA").replace("chest", "\nchest")
    )
    found = compare(chart(NOTE, wrapped))
    assert (found.changed, found.new, found.same) == ((), (), found.sentences)


def test_a_value_a_word_and_a_not_are_changes() -> None:
    new = (
        NOTE.replace("180", "240").replace("organism not found", "organism found").replace("Denies chest", "Has chest")
    )
    found = compare(chart(NOTE, f"{new}Wound of the left hand was sutured."))
    assert [pair.after.text for pair in found.changed] == [
        "Pneumonia of the right lower lobe, organism found", "Type 2 diabetes with a blood sugar of 240",
    ]  # fmt: skip
    assert [one.text for one in found.new] == ["Has chest pain", "Wound of the left hand was sutured"]
    assert found.gone == ()
    assert mark_words("sugar of 180 today", "sugar of 240 today") == (
        ("same", "sugar of"), ("removed", "180"), ("added", "240"), ("same", "today"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("pinned", "new", "expected"),
    [
        ("Pneumonia", "Pneumonia of the right lower lobe, Klebsiella found.", [How.CHANGED]),
        ("Pneumonia", "CT shows no evidence of pneumonia.", [How.NEGATED]),
        ("diabetes", "Mother has diabetes.", [How.FAMILY]),
        ("diabetes", "History of diabetes. Suspected diabetes.", [How.UNCERTAIN, How.HISTORY]),
        ("Pneumonia", "Culture grew Klebsiella; pneumonia is bacterial.", [How.MENTIONED]),
        ("Pneumonia", "The wrist is not broken.", []),
        ("Pneumonia", NOTE, []),
    ],
)
def test_what_a_line_rests_on_is_touched(pinned: str, new: str, expected: Sequence[How]) -> None:
    assert hows(NOTE, pinned, new) == list(expected)


def test_a_replaced_page_is_told_of_and_whether_its_words_are_still_said() -> None:
    assert hows(NOTE, "Denies chest pain", "She denies chest pain today and yesterday.", replaced=True) == [
        How.MENTIONED, How.KEPT,
    ]  # fmt: skip
    assert hows(NOTE, "Denies chest pain", "The wrist is broken.", replaced=True) == [How.GONE]
    old, new = chart(NOTE, "ASSESSMENT\nThe wrist is broken.", replaced=True)
    assert "Denies chest pain" in [one.text for one in compare([old, new]).gone]


def test_a_line_without_a_place_is_looked_for_by_its_title() -> None:
    assert hows(NOTE, "", "Pneumonia is resolving.", title="Pneumonia, unspecified organism") == [How.MENTIONED]
    assert hows(NOTE, "", "Hypertension is not controlled.", title="Essential (primary) hypertension") == [
        How.MENTIONED
    ]
    assert hows(NOTE, "", "Denies diabetes.", title="Type 2 diabetes mellitus without complications") == [How.NEGATED]
    assert hows(NOTE, "", "The lobe is clear.", title="Lobar pneumonia, unspecified organism") == []


@given(st.lists(st.text("ab. \nAB", max_size=40), max_size=4))
def test_every_sentence_is_counted_once_and_stands_at_its_place(texts: list[str]) -> None:
    pages = [PageText(uuid4(), text, is_new=at % 2 == 1) for at, text in enumerate(texts)]
    found = compare(pages)
    assert found.sentences == sum(len(sentences(page)) for page in pages if page.is_new)
    by_id = {page.id: page for page in pages}
    for one in (*found.new, *(pair.after for pair in found.changed)):
        assert " ".join(by_id[one.page_id].text[one.start : one.end].split()) == one.text
    again = compare([*pages, *(PageText(uuid4(), page.text, is_new=True) for page in pages if not page.is_new)])
    assert (len(again.new), len(again.changed)) <= (len(found.new), len(found.changed)) or not again.new
