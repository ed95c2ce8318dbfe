"""A version keeps everything that its lines say, and the database refuses what the rules refuse."""

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assignments.coding.versions import add_version, find_lines
from assignments.drafting.claim_facts import is_npi
from assignments.drafting.rules import DiagnosisLine, Lines, Pin
from assignments.pulling import find_hold
from assignments.rules import Stage
from portal.database import acting_as
from portal.ids import new_id
from tests.assignments.drafting.drawing import some_lines
from tests.cast import NOW, House
from tests.conftest import Sql
from tests.factories import make_chart, pull_chart


def drawn(count: int, strategy: st.SearchStrategy[Lines]) -> list[Lines]:
    """So many different lines; the database takes them in one transaction, which `given` could not share."""
    found: list[Lines] = []

    def note(lines: Lines) -> None:
        found.append(lines)

    plan = settings(
        max_examples=count, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
    )
    plan(given(strategy)(note))()
    return found


async def test_whatever_lines_say_stands_in_the_version(house: House, sql: Sql) -> None:
    chart = await make_chart(sql, house, with_pages=2)
    await pull_chart(house.cody)
    examples = drawn(40, some_lines(chart.page_ids))

    async with acting_as(house.cody):
        hold = await find_hold(chart_id=chart.id, stage=Stage.CODING)
        assert hold
        for lines in examples:
            coding_id = await add_version(
                house.cody, hold=hold, role="coder", lines=lines, request_id=new_id(), release="FY2026", now=NOW
            )
            assert await find_lines(coding_id) == lines


async def test_evidence_in_another_chart_is_refused_by_the_database(house: House, sql: Sql) -> None:
    chart, other = await make_chart(sql, house), await make_chart(sql, house)
    pulled = await pull_chart(house.cody)
    foreign = (other if pulled.chart_id == chart.id else chart).page_ids[0]

    lines = Lines((DiagnosisLine("J18.9", evidence=(Pin(foreign, 0, 4),)),))

    async def attempt() -> None:
        async with acting_as(house.cody):
            hold = await find_hold(chart_id=pulled.chart_id, stage=Stage.CODING)
            assert hold
            await add_version(
                house.cody, hold=hold, role="coder", request_id=new_id(), release="FY2026", now=NOW, lines=lines
            )

    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await attempt()
    assert await sql("SELECT 1 FROM evidence") == []


@pytest.mark.parametrize(
    ("change", "values"),
    [
        ("poa", "'X'"), ("rendering", "'1234567890'"), ("ndc", "'123'"), ("minutes", "0"), ("ndc_quantity", "2"),
        ("service_on", "'2026-09-10'"), ("rendering", "'1234567893'"),
    ],
)  # fmt: skip
async def test_what_the_rules_refuse_no_row_can_say(house: House, sql: Sql, change: str, values: str) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await sql(
            f"INSERT INTO code_line (coding_id, client_id, chart_id, kind, position, system, code, {change})"
            f" VALUES ($1, $1, $1, 'diagnosis', 1, 'ICD-10-CM', 'J18.9', {values})",
            new_id(),
        )


async def test_the_database_knows_the_same_npis(sql: Sql) -> None:
    numbers = [f"{first}{middle:08d}{last}" for first in (0, 1, 2) for middle in range(0, 99_999_999, 7_777_777)
               for last in range(10)]  # fmt: skip

    [row] = await sql("SELECT array_agg(n) FILTER (WHERE is_npi(n)) AS good FROM unnest($1::text[]) AS n", numbers)

    assert sorted(row["good"]) == sorted(number for number in numbers if is_npi(number))
