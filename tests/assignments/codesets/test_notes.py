"""The notes of the tabular list: where they stand, who inherits them, and which codes they point to."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assignments.codesets.icd10cm import squeeze
from assignments.codesets.note_packing import pack_notes, read_notes
from assignments.codesets.note_references import covers
from assignments.codesets.notes import Note, load_notes, notes_of, parse_notes
from assignments.codesets.tabular import load_tabular

MAY = date(2026, 5, 4)


def find_note(code: str, words: str) -> Note:
    return next(note for note in notes_of(code, MAY) if words in note.text)


def test_a_code_has_its_own_notes_first_then_those_above_it() -> None:
    notes = notes_of("e11.22", MAY)

    assert [note.at for note in notes] == sorted((note.at for note in notes), key=["E11.22", "E11", "E00-E89"].index)
    assert (
        Note(
            "use_additional",
            "code to identify stage of chronic kidney disease (N18.1-N18.6)",
            (("N181", "N186"),),
            "E11.22",
            "code",
        )
        in notes
    )
    assert find_note("E11.22", "gestational diabetes").kind == "excludes1"
    assert {note.kind for note in notes if note.level == "chapter"} == {"excludes1"}


def test_a_seventh_character_inherits_through_its_placeholders() -> None:
    assert notes_of("S06.0XAA", MAY)[0].at == "S06.0"
    assert notes_of("S06.0XAA", MAY) == notes_of("S06.0XA", MAY)


def test_every_kind_and_level_is_there_in_the_numbers_of_the_official_file() -> None:
    notes = load_notes()
    packed = [note for carried in notes.at_codes.values() for note in carried]
    ranged = [note for *_, carried in notes.at_ranges for note in carried]
    counts = {kind: sum(note.kind == kind for note in (*packed, *ranged)) for kind in {n.kind for n in packed}}

    assert counts == {
        "includes": 1024,
        "excludes1": 5407,
        "excludes2": 2520,
        "code_first": 809,
        "use_additional": 1485,
        "code_also": 655,
    }
    assert {note.level for note in ranged} == {"block", "chapter"}


@pytest.mark.parametrize("code", ["", "zz", "A99.9", "E11.22"])
def test_no_notes_for_what_is_no_code_then(code: str) -> None:
    assert notes_of(code, date(2027, 5, 4)) == ()
    assert notes_of(code, MAY) == () or code == "E11.22"


@pytest.mark.parametrize(
    ("carrier", "words", "yes", "no"),
    [
        ("R53.81", "due to senile debility", ["R54"], ["R53.1"]),
        ("E11", "drug or chemical induced diabetes", ["E09.9", "E09.65"], ["E08.9", "E10.9"]),
        ("I10", "vessels of brain", ["I60.9", "I63.412", "I69"], ["I59", "I70.0"]),
        ("D64.2", "code for adverse effect", ["T45.1X5A", "T36.0X5", "T36.95XD"], ["T45.1X1A", "T51.0X1A"]),
        ("F80.81", "following cerebrovascular disease", ["I69.323", "I69.023"], ["I69.322", "I63.9"]),
        ("I96", "gangrene in diabetes", ["E11.52", "E13.52"], ["E11.51", "E11.9"]),
        ("K72.9", "postprocedural hepatic failure", ["K91.82"], ["K91.83"]),
    ],
)
def test_what_a_note_points_to(carrier: str, words: str, yes: list[str], no: list[str]) -> None:
    note = find_note(carrier, words)

    assert [code for code in (*yes, *no) if note.covers(code)] == yes


@pytest.mark.parametrize(
    ("carrier", "words"),
    [("D52.0", "vitamin B12"), ("S52.0", "open fracture of elbow")],
)
def test_what_only_looks_like_a_code_is_none(carrier: str, words: str) -> None:
    notes = [note for note in notes_of(carrier, MAY) if words in note.text]

    assert all(low[:3] != "B12" for note in notes for low, _ in note.refs)


def test_almost_all_excludes_point_somewhere_and_only_to_codes_that_exist() -> None:
    table = load_tabular()
    excludes = [n for carried in load_notes().at_codes.values() for n in carried if n.kind.startswith("excludes")]

    assert sum(bool(note.refs) for note in excludes) > 0.98 * len(excludes)
    starts = {low for note in excludes for low, _ in note.refs}
    assert [low for low in starts if len(low) < 7 and not table.below(low)] == []


@given(st.sampled_from(load_tabular().codes), st.sampled_from(load_tabular().codes))
def test_a_range_holds_its_ends_and_all_below_them(one: str, other: str) -> None:
    low, high = min(one, other), max(one, other)

    assert covers(((low, high),), low)
    assert all(covers(((low, high),), code) for code in load_tabular().below(high))
    assert not covers(((low, low),), high) or high.startswith(low)


def test_packing_an_official_file(tmp_path: Path) -> None:
    (tmp_path / "tabular.xml").write_text(
        """<?xml version="1.0"?><ICD10CM.tabular><introduction><includes/></introduction><chapter><name>4</name>
        <desc>Endocrine (E00-E89)</desc><excludes2><note>fever (R50.-)</note></excludes2>
        <section id="E08-E13"><desc>Diabetes</desc><includes><note>sugar (E08)</note></includes>
        <diag><name>E11</name><desc>Type 2</desc><codeFirst><note>the   cause (E08-E09)</note></codeFirst></diag>
        </section></chapter></ICD10CM.tabular>""",
        "utf-8",
    )
    packed = pack_notes(read_notes(tmp_path / "tabular.xml"), load_tabular())

    assert packed.splitlines() == [
        "chapter\tE00-E89\texcludes2\tfever (R50.-)\tR50",
        "block\tE08-E13\tincludes\tsugar (E08)\t",
        "code\tE11\tcode_first\tthe cause (E08-E09)\tE08-E09",
    ]
    notes = parse_notes(packed)
    assert notes.at_codes["E11"][0].refs == (("E08", "E09"),)
    assert [at for *_, (note,) in notes.at_ranges for at in [note.at]] == ["E08-E13", "E00-E89"]
    assert squeeze(notes.at_codes["E11"][0].at) == "E11"
