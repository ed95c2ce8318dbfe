"""The demo company's encounter documents: enough of them, all different, and coded so that they can be defended."""

import re
from collections import Counter
from datetime import date
from itertools import pairwise
from uuid import UUID

import pytest

from assignments.assistance.counting import PastChart
from assignments.assistance.dictionary import load_dictionary
from assignments.assistance.learning import learn
from assignments.assistance.proposing import least_shown, propose
from assignments.codesets.icd10cm import explain_invalid
from assignments.codesets.procedures import MOST_MODIFIERS, MOST_POINTERS, explain_procedure
from assignments.drafting.rules import DiagnosisLine, Lines
from portal.commands.demo.company import CLIENTS
from portal.commands.demo.doubting import UNSURE
from portal.commands.demo.notes import NOTES, PLACEHOLDER, AnswerKey, Note
from portal.commands.demo.notes.prose import Block, blocks
from portal.commands.demo.pinning import pin_words
from portal.commands.demo.seeding import REVIEWED, _split

BY_ENCOUNTER = pytest.mark.parametrize("note", NOTES, ids=lambda note: f"{note.client}-{note.encounter}")
LABOR_DAY = date(2026, 9, 7)


def test_there_are_at_least_sixty_documents_of_sixty_encounters_and_some_for_every_service_line() -> None:
    lines = Counter(note.service_line for note in NOTES)

    assert len({note.encounter for note in NOTES}) >= 60
    assert set(lines) == {line.key for client in CLIENTS for line in client.service_lines}
    assert min(lines.values()) >= 8
    assert {note.layout for note in NOTES} == {"letterhead_pdf", "operative_pdf", "text", "scanned_fax_png"}


def test_the_hospital_codes_the_same_papers_as_the_emergency_physicians() -> None:
    physicians = {note.encounter: note for note in NOTES if note.client == "EDP"}
    hospital = {note.encounter: note for note in NOTES if note.client == "EDF"}

    assert hospital.keys() <= physicians.keys()
    assert all(note.body == physicians[encounter].body for encounter, note in hospital.items())
    assert all(note.answer != physicians[encounter].answer for encounter, note in hospital.items())


def test_nothing_identifying_is_used_twice_at_one_client() -> None:
    for client in CLIENTS:
        notes = [note for note in NOTES if note.client == client.code]
        assert len({note.patient.mrn for note in notes}) == len(notes)
        assert len({note.patient.name for note in notes}) == len(notes)
        assert len({note.encounter for note in notes}) == len(notes)


@BY_ENCOUNTER
def test_a_note_agrees_with_its_client_its_calendar_and_itself(note: Note) -> None:
    client = next(client for client in CLIENTS if client.code == note.client)

    assert note.service_line in {line.key for line in client.service_lines}
    assert note.provider in client.providers
    assert note.location in client.locations
    assert (note.seen_on.year, note.seen_on.month) == (2026, 9)
    assert note.finished_on is None or note.seen_on <= note.finished_on <= date(2026, 9, 30)
    if client.code not in ("EDP", "EDF"):
        assert note.seen_on.weekday() < 5
        assert note.seen_on != LABOR_DAY
    for years in re.findall(r"(\d+)(?:-year-old| y/o)", note.body):
        assert int(years) == note.patient.age_on(note.seen_on)
    assert 120 <= len(note.body.split()) <= 600


@BY_ENCOUNTER
def test_both_codings_of_a_note_could_be_typed_on_the_desk(note: Note) -> None:
    for coding in (note.answer, note.slipped):
        assert [explain_invalid(code, note.seen_on) for code in coding.diagnoses] == [None] * len(coding.diagnoses)
        assert len(set(coding.diagnoses)) == len(coding.diagnoses) <= 12
        assert len(set(coding.procedures)) == len(coding.procedures) >= 1
        for line in coding.procedures:
            assert explain_procedure(line.code) is None
            assert line.is_placeholder or line.code[0].isalpha()
            assert 1 <= len(line.pointed) <= MOST_POINTERS
            assert all(1 <= position <= len(coding.diagnoses) for position in line.pointed)
            assert list(line.pointed) == sorted(set(line.pointed))
            assert len(line.modifiers) <= MOST_MODIFIERS
            assert line.units >= 1


def test_no_diagnosis_with_an_external_cause_or_a_status_that_explains_another_comes_first() -> None:
    assert not [note.encounter for note in NOTES if note.answer.diagnoses[0][0] in "VWXY"]
    assert not [note.encounter for note in NOTES if note.answer.diagnoses[0].startswith(("Z79", "T45.51", "R29.7"))]


def test_the_mistakes_are_real_and_their_shares_are_a_practitioner_s() -> None:
    mistakes = [note.mistake for note in NOTES if note.mistake]
    kinds: Counter[str] = Counter(mistake.kind for mistake in mistakes)
    directions: Counter[str] = Counter(mistake.direction for mistake in mistakes)

    assert all(_lines(note.slipped) != _lines(note.answer) for note in NOTES if note.mistake)
    assert len(mistakes) >= 20
    expected = {"specificity": 28, "omitted": 20, "e/m": 18, "modifier": 14, "pointer": 8, "procedure": 7, "units": 5}
    for kind, percent in expected.items():
        assert 100 * kinds[kind] / len(mistakes) == pytest.approx(percent, abs=5)
    for direction, percent in {"under": 55, "over": 30, "neutral": 15}.items():
        assert 100 * directions[direction] / len(mistakes) == pytest.approx(percent, abs=5)


def test_what_september_teaches_proposes_codes_with_their_place_on_a_handful_of_this_mornings_charts() -> None:
    page, worked, waiting = UUID(int=1), *_split(NOTES)
    histories: dict[str, list[PastChart]] = {}
    for note in worked:
        lines = pin_words(Lines(tuple(map(DiagnosisLine, note.answer.diagnoses))), {page: note.body}, note.seen_on)
        places = {line.code: [(pin.start, pin.end) for pin in line.evidence] for line in lines.diagnoses}
        histories.setdefault(note.client, []).append(PastChart(note.body, places))
    known = {client: learn(history, load_dictionary(), mine=False) for client, history in histories.items()}

    proposed = 0
    for note in (note for note in waiting if note.layout != "scanned_fax_png" and note.client != REVIEWED):
        found = propose(known[note.client], load_dictionary(), note.body, least=least_shown(known[note.client]))
        assert {one.code for one in found} <= set(note.answer.diagnoses)
        proposed += bool(found)
    assert proposed >= 6
    assert UNSURE.keys() <= {(note.client, note.encounter) for note in NOTES}


def test_no_two_notes_share_a_run_of_twelve_words() -> None:
    first_with: dict[tuple[str, ...], str] = {}
    shared = []
    for note in {note.encounter: note for note in NOTES}.values():
        words = re.findall(r"[a-z0-9']+", note.body.lower())
        for start in range(len(words) - 11):
            run = tuple(words[start : start + 12])
            if first_with.setdefault(run, note.encounter) != note.encounter:
                shared.append(run)
    assert shared == []


@BY_ENCOUNTER
def test_no_note_holds_anything_that_could_be_taken_for_a_cpt_number(note: Note) -> None:
    assert re.findall(r"\b\d{4}[\dFMTU]\b", f"{note.title} {note.body}") == []
    assert PLACEHOLDER not in note.body


@BY_ENCOUNTER
def test_a_body_is_headed_and_its_tables_are_even(note: Note) -> None:
    parts = blocks(note.body)
    headings = [part.text for part in parts if part.kind == "heading"]

    assert parts[0].kind == "heading"
    assert len(headings) == len(set(headings)) >= 3
    assert all(later.kind != "heading" for part, later in pairwise(parts) if part.kind == "heading")
    assert all(len({len(row) for row in part.rows}) == 1 for part in parts if part.kind == "table")
    assert not any("|" in part.text for part in parts)


def test_the_markup_reads_headings_tables_items_and_running_lines() -> None:
    body = """
        # Plan
        1. Walk
        more.
        - Rest

        Part | Size
        Left | 2 cm
        Call us
        soon.
        """
    assert blocks(body) == (
        Block("heading", "Plan"),
        Block("item", "1. Walk more."),
        Block("item", "- Rest"),
        Block("table", rows=(("Part", "Size"), ("Left", "2 cm"))),
        Block("paragraph", "Call us soon."),
    )


def _lines(coding: AnswerKey) -> object:
    return coding.diagnoses, coding.procedures
