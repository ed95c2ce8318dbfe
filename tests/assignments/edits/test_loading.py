"""CMS's files: read as they come, loaded whole or not at all, dropped again, looked up by the date of service."""

from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from assignments.drafting.entries import read_lines
from assignments.edits.context import Pair, UnitLimit
from assignments.edits.files import UnusableFile, read_limits, read_lists, read_pairs
from assignments.edits.gathering import age_on, gather_context
from assignments.edits.loading import Source, drop_release, ensure_begins, find_loaded, load_release
from assignments.edits.registry import EDITS
from assignments.edits.rules import run_edits
from portal.actor import WORKER
from portal.commands.codes_edits import ptp
from portal.database import DB, acting_as
from portal.errors import Conflict, NotFound
from tests.assignments.edits.cms import MCE, MCE_NUMBERED, MUE, PTP, PTP_SECOND
from tests.cast import House
from tests.conftest import Sql
from tests.factories import SERVICE_ON, make_chart, pull_chart

Q3 = date(2026, 7, 1)
FULL: dict[str, Any] = {"kind": "ptp", "setting": "practitioner", "starts_on": Q3}


def _source(text: str, name: str = "ccipra-v323r0-f1.txt") -> Source:
    return Source(name, text.encode())


def test_pairs_are_read_below_the_notice_and_the_heads() -> None:
    first, second, deleted, never = read_pairs(PTP)
    spaced, open_ended = read_pairs(PTP_SECOND)

    assert (first.column1, first.column2, first.indicator, first.deleted_on) == ("G0463", "G0101", 0, None)
    assert second.before_1996
    assert second.effective_on == date(1996, 1, 1)
    assert deleted.deleted_on == date(2020, 6, 30)
    assert never.indicator == 9
    assert (spaced.column1, spaced.before_1996, spaced.rationale) == ("90003", False, "Mutually exclusive procedures")
    assert (open_ended.column1, open_ended.before_1996, open_ended.rationale) == ("0001U", True, "")


def test_limits_and_lists_are_read() -> None:
    assert [(row.code, row.units, row.indicator) for row in read_limits(MUE)] == [
        ("J1885", 4, 1), ("Q0091", 1, 2), ("J0696", 16, 3),
    ]  # fmt: skip
    assert [(row.list, row.code) for row in read_lists(MCE)] == [
        ("newborn", "Z3800"), ("newborn", "Z3801"), ("maternity", "O80"), ("female", "O80"), ("manifestation", "D631"),
    ]  # fmt: skip
    assert [(row.list, row.code) for row in read_lists(MCE_NUMBERED)] == [
        ("newborn", "P0700"), ("pediatric", "L2083"), ("female", "N70"), ("male", "N40"), ("manifestation", "D630"),
        ("unacceptable", "B950"),
    ]  # fmt: skip
    assert [(row.list, row.code) for row in read_lists("O80\nO82 x\n", only="maternity")] == [
        ("maternity", "O80"), ("maternity", "O82"),
    ]  # fmt: skip


@pytest.mark.parametrize("broken", [PTP + "G0463\tG0102\t\t2020", PTP.replace("20200101", "20201301"), "nothing", ""])
def test_what_breaks_off_is_refused(broken: str) -> None:
    with pytest.raises(UnusableFile):
        list(read_pairs(broken))


@given(st.text(max_size=200))
def test_no_file_makes_a_reader_stumble(text: str) -> None:
    for read in (read_pairs, read_limits, read_lists):
        with suppress(UnusableFile):
            assert list(read(text))


def test_a_release_begins_with_its_quarter() -> None:
    for kind, day in (("ptp", date(2026, 8, 1)), ("mue", date(2026, 7, 2)), ("mce", Q3)):
        with pytest.raises(UnusableFile):
            ensure_begins(kind, day)  # type: ignore[arg-type]


@given(st.dates(date(1900, 1, 1), date(2020, 1, 1)), st.integers(0, 100))
def test_an_age_grows_on_the_birthday(born: date, years: int) -> None:
    if (born.month, born.day) != (2, 29):
        assert age_on(born, born.replace(year=born.year + years)) == years
    assert age_on(born, born) == 0


async def test_a_release_is_loaded_once_counted_and_dropped(house: House) -> None:
    sources = [_source(PTP), _source(PTP_SECOND, "ccipra-v323r0-f2.txt")]

    done = await load_release(WORKER, **FULL, sources=sources)
    again = await load_release(WORKER, **FULL, sources=sources)
    with pytest.raises(Conflict):
        await load_release(WORKER, **FULL, sources=sources[:1])
    changed = _source(PTP.replace("G0101\t\t20200101\t*\t0", "G0101\t\t20200101\t*\t1"))
    following = await load_release(WORKER, **FULL | {"starts_on": date(2026, 10, 1)}, sources=[changed, sources[1]])

    assert (done.label, done.rows, done.added, done.removed) == ("NCCI PTP 2026 Q3", 6, 6, 0)
    assert again.was_there
    assert (following.rows, following.added, following.removed) == (6, 1, 1)
    async with acting_as(house.cody):
        loaded = await find_loaded()
    assert [(one.starts_on, one.ends_on) for one in loaded] == [
        (date(2026, 10, 1), date(2026, 12, 31)), (Q3, date(2026, 9, 30)),
    ]  # fmt: skip
    assert await drop_release(WORKER, kind="ptp", setting="practitioner", starts_on=Q3) == 6
    with pytest.raises(NotFound):
        await drop_release(WORKER, kind="ptp", setting="practitioner", starts_on=Q3)


async def test_nothing_half_loaded_stays(house: House, sql: Sql) -> None:
    broken = _source(PTP + "90009\t90008\t\t2020\n", "f2.txt")
    twice = _source("G0463 G0101   20200101 20260101 1 x\n", "f2.txt")

    for second in (broken, twice):
        with pytest.raises(UnusableFile):
            await load_release(WORKER, **FULL, sources=[_source(PTP), second])
    for person in (house.cody, house.mona):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await load_release(person, **FULL, sources=[_source(PTP)])

    assert await sql("SELECT 1 FROM edit_release UNION ALL SELECT 1 FROM ptp_pair") == []


async def test_a_chart_is_checked_with_the_tables_of_its_quarter_and_setting(house: House, sql: Sql) -> None:
    chart = await make_chart(sql, house, sex="male")
    await pull_chart(house.cody)
    await load_release(WORKER, **FULL, sources=[_source(PTP)])
    await load_release(WORKER, **FULL | {"kind": "mue"}, sources=[_source(MUE)])
    await load_release(WORKER, kind="mce", setting="inpatient", starts_on=date(2025, 10, 1), sources=[_source(MCE)])
    lines = read_lines(["O80", "D63.0", "G0463 A", "G0101 A", "G0402 A", "Q0091 A", "90001 A", "90002 A"])

    async def gathered(on: date = SERVICE_ON) -> Any:
        async with acting_as(house.cody):
            return await gather_context(chart_id=chart.id, lines=lines, on=on)

    here = await gathered()
    later = await gathered(date(2026, 10, 1))
    await sql("UPDATE service_line SET edit_setting = 'outpatient'")
    elsewhere = await gathered()

    assert here.pairs == (
        Pair("G0402", "Q0091", 1, "Standards of medical / surgical practice"),
        Pair("G0463", "G0101", 0, "Misuse of Column Two code with Column One code"),
    )
    assert here.limits == {"Q0091": UnitLimit(1, 2, "CMS Policy")}
    assert here.age == 66  # born 1960-01-02
    assert here.sex == "M"
    assert {"D11", "D12"} <= {check.rule for check in run_edits(here, EDITS)}  # a birth, at 66, of a man
    assert here.facts["O80"].ages == (9, 64, "mothers")
    assert not here.facts["D63.0"].is_manifestation  # on CMS's list it is not, and the list decides
    assert [sentence.partition(" is checked by its form only")[0] for sentence in here.unchecked] == [
        "CPT", "HCPCS Level II",
    ]  # fmt: skip
    assert later.pairs == elsewhere.pairs == ()
    assert "NCCI pairs and unit limits of 2026 Q4 for practitioners are not loaded." in later.unchecked
    assert "NCCI pairs and unit limits of 2026 Q3 for outpatient hospitals are not loaded." in elsewhere.unchecked


async def test_only_whoever_holds_a_chart_learns_the_age_and_what_was_coded_before(house: House, sql: Sql) -> None:
    chart = await make_chart(sql, house)
    await pull_chart(house.cody)

    async def asked(actor: Any) -> tuple[int, Any]:
        async with acting_as(actor):
            found = await DB.fetch("SELECT * FROM particulars_of_held($1)", chart.id)
            return len(found), await DB.value("SELECT codes_seen_beside($1, $2, 0)", chart.id, ["I10"])

    assert await asked(house.cody) == (1, [])
    for other in (house.cora, house.outsider, house.audrey):
        assert await asked(other) == (0, None)


def test_the_command_says_why_nothing_was_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.commands.codes_edits.ready_settings", lambda: pytest.fail("no database is needed"))
    (tmp_path / "a.zip").write_bytes(b"no zip")

    said = CliRunner().invoke(
        ptp, ["--effective-from", "2026-07-01", "--setting", "practitioner", str(tmp_path / "a.zip")]
    )

    assert said.exit_code == 1
    assert "Nothing was loaded: " in said.output
