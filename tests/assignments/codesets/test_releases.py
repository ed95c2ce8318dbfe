"""Releases side by side: imported whole or not at all, answered from by date of service, dropped without a trace."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from assignments.codesets.icd10cm import explain_date, explain_invalid, get_code, release_in_force
from assignments.codesets.licensing import record_licence
from assignments.codesets.loaded import imported
from assignments.codesets.notes import notes_of
from assignments.codesets.procedure_codes import (
    explain_modifier_on,
    explain_procedure_on,
    explain_unchecked,
    get_procedure,
    search_procedures,
)
from assignments.codesets.refreshing import refresh_code_sets
from assignments.codesets.releasing import Imported, drop_release, import_release, last_day_of
from assignments.codesets.search import search
from assignments.codesets.sources import CodeSystem, Content, Source
from assignments.coding.releases import name_releases
from assignments.drafting.entries import read_lines
from portal.actor import Actor, Kind
from portal.errors import Conflict, Invalid
from tests.assignments.codesets.publishing import FIRST, HCPCS, SECOND, cpt, hcpcs, hcpcs_record, icd10cm
from tests.cast import NOW
from tests.conftest import Sql

SHELL = Actor(Kind.ADMINISTRATOR, name="shell")
OCTOBER, MAY, LATE = date(2024, 10, 20), date(2025, 5, 4), date(2025, 11, 2)


async def load(content: Content, label: str, on: date, *, confirmed: bool = True) -> Imported:
    made = await import_release(SHELL, content=content, label=label, effective_from=on, confirmed=confirmed, now=NOW)
    await refresh_code_sets()
    return made


async def everything(sql: Sql) -> list[Any]:
    """Every row that a release leaves, without what is only ever counted up."""
    codes = await sql("SELECT system, code, title, short_title, modifier, last_day, valid, begun_by, ended_by FROM code"
                      " ORDER BY system, code, valid")  # fmt: skip
    changes = await sql("TABLE code_change ORDER BY release_id, code")
    return [*map(tuple, codes), *map(tuple, changes)]


@pytest.mark.usefixtures("database")
async def test_each_date_of_service_is_answered_by_its_own_release() -> None:
    first = await load(icd10cm(), "FY2025", FIRST)
    second = await load(
        icd10cm(without="I420", instead=("with diabetic nephropathy", "with nephropathy")), "FY2025 April", SECOND
    )

    assert first == Imported("FY2025", 8, 0, 0, 0, None)
    assert second == Imported("FY2025 April", 7, 0, 1, 1, "FY2025")
    assert [getattr(release_in_force(on), "label", None) for on in (date(2024, 9, 30), OCTOBER, MAY, LATE)] == [
        None, "FY2025", "FY2025 April", "FY2026 (April 2026)",
    ]  # fmt: skip
    assert explain_invalid("i42.0", OCTOBER) is None
    assert (
        explain_invalid("i42.0", MAY)
        == "I42.0 is not a code of FY2025 April. I42 is a category. Choose one of its 4 character codes, e.g. I42.1."
    )
    assert get_code("S06.0XXA", OCTOBER) is not None  # as the release that ships no longer has it
    assert explain_invalid("S06.0XXA", LATE) is not None
    assert explain_date(date(2024, 9, 30)) == (
        "Date of service 2024-09-30 is outside the release in force here: FY2025, valid 2024-10-01 to 2025-09-30."
    )
    assert [note.at for note in notes_of("E11.9", MAY)] == ["E11", "E00-E89"]
    assert [hit.code for hit in search("dilated cardiomyopathy", on=OCTOBER)] == ["I42.0"]
    assert "I42.0" not in [hit.code for hit in search("dilated cardiomyopathy", on=MAY)]


@pytest.mark.usefixtures("database")
async def test_an_index_gives_the_search_its_words() -> None:
    await load(icd10cm(index=True), "FY2025", FIRST)

    assert [hit.code for hit in search("sugar sickness leaky", on=OCTOBER)][:1] == ["E11.21"]
    assert [hit.code for hit in search("sugar sickness adult", on=OCTOBER)][:1] == ["E11.9"]


async def test_the_same_files_twice_change_nothing_and_a_dropped_release_leaves_nothing(sql: Sql) -> None:
    await load(icd10cm(), "FY2025", FIRST)
    await load(hcpcs(), "2025 Q1", date(2025, 1, 1))
    before, answers = await everything(sql), imported().state
    changed = (*(record for record in HCPCS if "J1100" not in record), hcpcs_record("Q0091", "Obtaining a smear"))
    revised = (record.replace("Left side ", "Left body ") for record in changed)

    for content, label, on in (
        (icd10cm(without="E1121", instead=("Essential (", "Plain (")), "FY2025 April", SECOND),
        (hcpcs(revised), "2025 Q2", SECOND),
    ):
        made = await load(content, label, on)
        there = await everything(sql)
        assert await load(content, label, on) == replace(made, unchanged=True)
        assert await everything(sql) == there != before
        kinds = [row["change"] for row in await sql("SELECT change FROM code_change ORDER BY change")]
        assert kinds == [*["added"] * made.added, *["deleted"] * made.deleted, *["revised"] * made.revised]
        assert (made.added, made.deleted, made.revised) == ((0, 1, 1) if "FY" in label else (1, 1, 1))
        await drop_release(SHELL, label=label, now=NOW)
        await refresh_code_sets()
        assert await everything(sql) == before
        assert imported().state == answers
    assert len(await sql("SELECT 1 FROM code_release WHERE dropped_at IS NOT NULL AND packed IS NULL")) == 2


async def test_a_release_far_off_the_one_before_wants_a_confirmation(sql: Sql) -> None:
    await load(icd10cm(), "FY2025", FIRST)
    before = await everything(sql)

    with pytest.raises(Conflict, match=r"7 codes, and FY2025 has 8: more than 2 % off.*--confirm"):
        await load(icd10cm(without="I420"), "FY2025 April", SECOND, confirmed=False)
    assert await everything(sql) == before
    with pytest.raises(Conflict, match=r"8 codes, and FY2026 \(April 2026\) has 74,719"):
        await load(icd10cm(), "FY2027", date(2026, 10, 1), confirmed=False)
    assert len(await sql("SELECT 1 FROM code_release")) == 1


@pytest.mark.usefixtures("database")
async def test_releases_are_loaded_in_their_order_and_dropped_from_the_end() -> None:
    await load(icd10cm(), "FY2025", FIRST)
    await load(icd10cm(without="I420"), "FY2025 April", SECOND)

    with pytest.raises(Conflict, match="Drop FY2025 April first"):
        await drop_release(SHELL, label="FY2025", now=NOW)
    with pytest.raises(Conflict, match="FY2025 April begins on 2025-04-01, not before 2025-01-01"):
        await load(icd10cm(), "between", date(2025, 1, 1))
    with pytest.raises(Conflict, match="loaded from other files"):
        await load(icd10cm(without="E1121"), "FY2025", FIRST)
    with pytest.raises(Invalid, match="No release that was imported is called FY1999"):
        await drop_release(SHELL, label="FY1999", now=NOW)


async def test_nothing_is_half_loaded(sql: Sql) -> None:
    broken = icd10cm()
    rows = (*broken.rows, replace(broken.rows[0], code="\x00"))  # what PostgreSQL refuses, after thousands it took

    with pytest.raises(Exception, match="0x00"):
        await load(replace(broken, rows=rows), "FY2025", FIRST)
    assert await everything(sql) == [] == await sql("TABLE code_release")


@pytest.mark.usefixtures("database")
async def test_procedures_are_checked_by_what_is_loaded_and_it_is_said_when_they_are_not() -> None:
    january, july = date(2025, 2, 3), date(2025, 7, 3)
    assert explain_unchecked("HCPCS", january) == "HCPCS Level II is checked by its form only: it is not loaded here."
    assert explain_procedure_on("G9999", january) is None

    ending = (*HCPCS, hcpcs_record("G0101", "Cancer screening", last="20250215"))
    await load(hcpcs(ending), "2025 Q1", date(2025, 1, 1))

    assert explain_unchecked("HCPCS", january) is None
    found = get_procedure("g0008", january)
    assert found is not None
    assert found.title == "Administration of influenza virus vaccine"
    assert get_procedure("D0120", january) is None  # the ADA's
    assert explain_procedure_on("G9999", january) == "G9999 is not a code of HCPCS Level II, 2025 Q1. Check its digits."
    assert explain_procedure_on("G0101", january) is None
    assert explain_procedure_on("G0101", date(2025, 3, 1)) == (
        "G0101 ended on 2025-02-15. Choose a code that held on 2025-03-01."
    )
    assert explain_procedure_on("G9999", july) is None
    assert explain_unchecked("HCPCS", july) == (
        "HCPCS Level II is checked by its form only: no release that is loaded answers for 2025-07-03."
    )
    assert [explain_modifier_on(one, january) for one in ("LT", "25", "P3")] == [None, None, None]
    assert explain_modifier_on("QQ", january) == "QQ is not a modifier on 2025-02-03. Check it, or leave it out."
    assert [entry.code for entry in search_procedures("clinic vis", on=january)] == ["G0463"]
    assert [entry.code for entry in search_procedures("j11", on=january)] == ["J1100"]


async def test_cpt_is_loaded_and_answered_from_under_a_licence_only(sql: Sql) -> None:
    on = date(2026, 3, 2)
    with pytest.raises(Conflict, match="under a licence only, and none is recorded"):
        await load(cpt(), "2026", date(2026, 1, 1))
    with pytest.raises(Invalid, match="A licence that ended on 2026-01-31 cannot be used"):
        await record_licence(SHELL, licensee="Us", number="1", users=1, valid_until=date(2026, 1, 31), now=NOW)
    assert explain_unchecked("CPT", on) == (
        "CPT is checked by its form only: it is loaded under your own licence, and is not loaded here."
    )

    await record_licence(SHELL, licensee="Us", number="7", users=20, valid_until=date(2999, 12, 31), now=NOW)
    await load(cpt(), "2026", date(2026, 1, 1))

    assert explain_unchecked("CPT", on) is None
    assert explain_procedure_on("99901", on) is None
    assert explain_procedure_on("99909", on) == "99909 is not a code of CPT, 2026. Check its digits."
    assert explain_modifier_on("25", on) is None
    assert explain_modifier_on("26", on) is not None
    assert imported().procedures["CPT"].notice == "A notice of the publisher\nof two lines"
    said = name_releases(read_lines(["I10", "99901 A", "G0463 A"]), on)
    assert said == "ICD-10-CM FY2026 (April 2026), HCPCS Level II by its form only, CPT 2026"

    await sql("ALTER TABLE code_licence DISABLE TRIGGER ALL")
    await sql("UPDATE code_licence SET valid_until = '2026-01-31'")
    await refresh_code_sets()
    assert explain_procedure_on("99909", on) is None  # the licence is over: only the form is known again
    assert explain_unchecked("CPT", on) is not None


@pytest.mark.parametrize(
    ("system", "begins", "ends"),
    [
        ("ICD-10-CM", date(2026, 10, 1), date(2027, 9, 30)),
        ("ICD-10-CM", date(2027, 4, 1), date(2027, 9, 30)),
        ("HCPCS", date(2026, 1, 1), date(2026, 3, 31)),
        ("HCPCS", date(2026, 10, 1), date(2026, 12, 31)),
        ("CPT", date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_a_release_answers_until_its_publisher_makes_the_next(system: CodeSystem, begins: date, ends: date) -> None:
    assert last_day_of(system, begins) == ends


def test_a_source_in_old_letters_is_read() -> None:
    assert list(Source("x", "Sjögren\r\n\n\x1a".encode("cp1252")).lines()) == [(1, "Sjögren")]
