"""A decision that a chart is a duplicate, and a coder who pulls it at the same moment: one of the two has it."""

import asyncio

from assignments.duplicates.deciding import decide_pair
from assignments.duplicates.judging import follow_decision
from assignments.duplicates.rules import Verdict
from portal.errors import Unavailable
from portal.ids import new_id
from tests.cast import NOW, House
from tests.conftest import Sql
from tests.factories import make_chart, pull_chart


async def _follow(chart_id: object) -> None:
    for _ in range(5):
        try:
            return await follow_decision(chart_id)  # type: ignore[arg-type]
        except Unavailable:  # what the job library does with a failure: again
            await asyncio.sleep(0.02)
    raise AssertionError("the decision was never followed")


async def test_a_chart_is_either_pulled_or_cancelled_never_both(house: House, sql: Sql) -> None:
    earlier = await make_chart(sql, house, state="cancelled", text=None)
    outcomes = set()
    for round_ in range(12):
        chart = await make_chart(sql, house, text=None)
        await sql(
            "INSERT INTO duplicate_match (id, client_id, chart_id, other_chart_id, rule)"
            " VALUES ($1, $2, $3, $4, 'same_visit')",
            new_id(), house.north.id, chart.id, earlier.id,
        )  # fmt: skip
        await decide_pair(house.clara, chart_id=chart.id, other_chart_id=earlier.id, verdict=Verdict.SAME,
                          reason="sent-twice", now=NOW)  # fmt: skip
        coder = (house.cora, house.cody)[round_ % 2]
        pulled, _ = await asyncio.gather(pull_chart(coder), _follow(chart.id))
        [row] = await sql("SELECT state FROM chart WHERE id = $1", chart.id)
        [entry] = await sql("SELECT state FROM queue_entry WHERE chart_id = $1", chart.id)
        if pulled.chart_id:
            assert (pulled.chart_id, row["state"], entry["state"]) == (chart.id, "assigned", "held")
            await sql("DELETE FROM assignment")
            await sql("UPDATE workload SET open_count = 0")
        else:
            assert (row["state"], entry["state"]) == ("cancelled", "withdrawn")
        outcomes.add(row["state"])
    assert outcomes <= {"assigned", "cancelled"}
    assert outcomes
