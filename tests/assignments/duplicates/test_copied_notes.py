"""Copied notes are found across patients, days and file names; templates and other visits are not mistaken for them."""

import random
import re
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from assignments.duplicates import likeness
from assignments.duplicates.comparing import compare_text
from assignments.duplicates.likeness import THRESHOLD, bands, pack, passages, sign, unpack
from portal.commands.demo.notes import NOTES
from tests.assignments.duplicates.test_duplicate_guard import _rules, _send, _state
from tests.assignments.sending import text
from tests.cast import House
from tests.conftest import Sql, Web
from tests.factories import pull_chart

Work = Callable[[], Awaitable[None]]
KEY, OTHER_KEY = b"k" * 32, b"o" * 32
BODIES = [note.body for note in NOTES]
WORDS = st.lists(st.sampled_from(sorted({word for body in BODIES for word in body.split()})), min_size=60, max_size=200)


def _copied(body: str, rate: float, chance: random.Random) -> str:
    """A note as somebody copies it: other numbers, and some words replaced, left out or added."""
    words = [word for body in BODIES for word in re.findall(r"[a-z]{4,}", body)]
    out = []
    for piece in re.findall(r"\w+|\W+", body):
        if piece.isalpha() and chance.random() < rate:
            out.append(chance.choice([chance.choice(words), "", f"{piece} {chance.choice(words)}"]))
        else:
            out.append(re.sub(r"\d+", lambda digits: str(chance.randrange(10 ** len(digits[0]))), piece))
    return "".join(out)


def _share(one: str, other: str) -> float:
    return likeness.likeness(sign(KEY, passages(one)), sign(KEY, passages(other)))


def test_copies_with_small_changes_are_found_and_other_visits_are_not() -> None:
    chance = random.Random(11)
    visits = {note.encounter: note.body for note in NOTES}
    signed = {encounter: sign(KEY, passages(body)) for encounter, body in visits.items()}
    banded = {encounter: set(bands(KEY, signature)) for encounter, signature in signed.items()}
    found = 0
    for encounter, body in visits.items():
        copy = sign(KEY, passages(_copied(body, 0.02, chance)))
        meets = banded[encounter] & set(bands(KEY, copy))
        found += bool(meets) and likeness.likeness(signed[encounter], copy) >= THRESHOLD
    assert found / len(visits) >= 0.95
    alike = [
        (one, other) for one in visits for other in visits
        if one < other and likeness.likeness(signed[one], signed[other]) >= THRESHOLD
    ]  # fmt: skip
    assert alike == []


def test_dates_ages_and_values_make_no_difference() -> None:
    body = BODIES[0]
    changed = re.sub(r"\d", lambda digit: str((int(digit[0]) + 3) % 10), body)
    assert changed != body
    assert _share(body, changed) == 1.0


@settings(max_examples=30)
@given(WORDS, WORDS)
def test_the_estimate_is_near_the_true_share(one: list[str], other: list[str]) -> None:
    a, b = passages(" ".join(one)), passages(" ".join(one[:40] + other))
    if a and b:
        true = len(a & b) / len(a | b)
        assert abs(likeness.likeness(sign(KEY, a), sign(KEY, b)) - true) < 0.25


def test_without_the_key_signatures_and_bands_tell_nothing() -> None:
    found = passages(BODIES[0])
    own, foreign = sign(KEY, found), sign(OTHER_KEY, found)
    assert likeness.likeness(own, foreign) < 0.05
    assert not set(bands(KEY, own)) & set(bands(OTHER_KEY, own))
    assert (unpack(pack(own)) == own).all()


async def _copy(web: Web, house: House, sql: Sql, work: Work, body: str, **fields: Any) -> tuple[UUID, UUID]:
    first = await _send(web, house, sql, text(BODIES[0], "monday.txt"))
    await work()
    second = await _send(
        web, house, sql, text(body, "thursday.txt"), encounter_number="ACC-9", mrn="MRN-9", patient_name="Else, Some",
        provider="Other, MD", **fields,
    )  # fmt: skip
    await work()
    return first, second


async def test_a_copied_note_of_another_patient_is_marked_and_goes_on(
    house: House, web: Web, sql: Sql, work: Work
) -> None:
    first, second = await _copy(web, house, sql, work, _copied(BODIES[0], 0.02, random.Random(3)))
    assert (await _rules(sql, second), await _state(sql, second)) == ({"near_text"}, "ready")
    [match] = await sql("SELECT similarity, other_chart_id FROM duplicate_match")
    assert THRESHOLD <= match["similarity"] < 1
    assert match["other_chart_id"] == first
    for name, place in (("clara", "/charts/"), ("mona", "/floor/charts/")):
        assert "nearly the same text" in (await (await web(name)).get(f"{place}{second}")).text
    await pull_chart(house.cora)
    assert (await pull_chart(house.cody)).chart_id == second
    desk = (await (await web("cody")).get(f"/desk/charts/{second}")).text
    assert "nearly the same as another chart’s note" in desk
    mona = await web("mona")
    assert "nearly the same text" in (await mona.get("/duplicates")).text
    # Marked as copied it stays what it is: the coder goes on, and the mark is kept.
    answer = await mona.post(f"/duplicates/{second}", data={"other": str(first), "reason": "copied-note"})
    assert answer.status_code == 303
    await work()
    assert await _state(sql, second) == "assigned"
    assert "The note was copied from the other chart" in (await mona.get("/duplicates?show=decided")).text


async def test_another_visit_short_notes_and_other_clients_are_not_marked(
    house: House, web: Web, sql: Sql, work: Work
) -> None:
    _, second = await _copy(web, house, sql, work, BODIES[1])
    short = [
        await _send(web, house, sql, text(words), encounter_number=f"S-{words[:1]}", mrn=f"M-{words[:1]}")
        for words in ("Chest x-ray, two views. No infiltrate.", "Xray of the chest, two views. No infiltrate.")
    ]
    south = await _send(web, house, sql, text(BODIES[0]), name="stranger")
    await work()
    for chart_id in (second, *short, south):
        assert "near_text" not in await _rules(sql, chart_id)


async def test_comparing_twice_keeps_one_signature_and_one_match(house: House, web: Web, sql: Sql, work: Work) -> None:
    await _copy(web, house, sql, work, _copied(BODIES[0], 0.01, random.Random(5)))
    for row in await sql("SELECT id FROM document"):
        await compare_text(UUID(str(row["id"])))
    assert len(await sql("SELECT FROM document_signature")) == 2
    assert len(await sql("SELECT FROM duplicate_match WHERE rule = 'near_text'")) == 1


async def test_the_lookup_goes_by_an_index(house: House, web: Web, sql: Sql, work: Work) -> None:
    await _copy(web, house, sql, work, BODIES[1])
    await sql("SET enable_seqscan = off")
    plan = await sql(
        "EXPLAIN SELECT document_id FROM document_signature"
        " WHERE bands && (SELECT bands FROM document_signature LIMIT 1)"
    )
    assert any("document_signature_bands" in row[0] for row in plan)
