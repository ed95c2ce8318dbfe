"""How a chart stands with its possible duplicates, and what follows from it once somebody has decided."""

from datetime import datetime
from uuid import UUID

from assignments.duplicates.rules import Pair, Rule, Standing, Verdict, standing
from assignments.lining_up import make_ready
from assignments.moving import move_chart
from assignments.rules import ChartState, Stage
from portal.actor import WORKER, Actor
from portal.clock import utc_now
from portal.database import DB, acting_as
from portal.errors import Unavailable

_PAIRS = """
  SELECT m.other_chart_id, array_agg(m.rule) AS rules,
         (SELECT d.verdict FROM duplicate_decision d
           WHERE d.client_id = m.client_id AND d.chart_id = m.chart_id AND d.other_chart_id = m.other_chart_id
             AND d.decided_at >= max(m.found_at) ORDER BY d.decided_at DESC, d.id DESC LIMIT 1) AS verdict
    FROM duplicate_match m WHERE m.chart_id = $1 GROUP BY m.client_id, m.chart_id, m.other_chart_id
"""


async def find_pairs(chart_id: UUID) -> dict[UUID, Pair]:
    """The chart's pairs by the other chart's id, inside the current transaction. What is found later opens a pair."""
    return {
        UUID(bytes=row["other_chart_id"].bytes): Pair(
            frozenset(Rule(rule) for rule in row["rules"]), Verdict(row["verdict"]) if row["verdict"] else None
        )
        for row in await DB.fetch(_PAIRS, chart_id)
    }


async def judge(chart_id: UUID) -> Standing:
    """How the chart stands as a whole, inside the current transaction."""
    return standing((await find_pairs(chart_id)).values())


async def follow_decision(chart_id: UUID) -> None:
    """Let a chart go where what was decided of it sends it. Calm when repeated, and for a chart that has moved on.

    Raises Unavailable, so that the job is tried again, if somebody just had the chart's place in line in hand.
    """
    async with acting_as(WORKER):
        # The place in line before the chart, as a coder's pull does: who pulls it at this moment either has it, and the
        # chart is theirs (the list of decisions shows that this one came too late), or passes it by.
        entry_id = await DB.value(
            "SELECT id FROM queue_entry WHERE chart_id = $1 AND stage = $2 AND state = 'waiting'"
            " FOR UPDATE SKIP LOCKED",
            chart_id, Stage.CODING.value,
        )  # fmt: skip
        state = await DB.value("SELECT state FROM chart WHERE id = $1 FOR UPDATE", chart_id)
        now = utc_now()
        match ChartState(state), await judge(chart_id):
            case ChartState.POSSIBLE_DUPLICATE, Standing.SAME:
                await move_chart(WORKER, chart_id=chart_id, to=ChartState.CANCELLED, now=now)
            case ChartState.READY, Standing.SAME:
                if entry_id is None:
                    raise Unavailable
                await DB.execute("UPDATE queue_entry SET state = 'withdrawn' WHERE id = $1", entry_id)
                await move_chart(WORKER, chart_id=chart_id, to=ChartState.CANCELLED, now=now)
            case ChartState.POSSIBLE_DUPLICATE, Standing.CLEAR:
                await make_ready(WORKER, chart_id=chart_id, now=now)
            case ChartState.CANCELLED, Standing.CLEAR if await was_discarded(chart_id):
                await make_ready(WORKER, chart_id=chart_id, now=now)


async def hold_if_duplicate(worker: Actor, *, chart_id: UUID, now: datetime) -> bool:
    """Hold a chart whose documents are checked, if it may have come twice; True if it is held now."""
    if await judge(chart_id) is Standing.CLEAR:
        return False
    await move_chart(worker, chart_id=chart_id, to=ChartState.POSSIBLE_DUPLICATE, now=now)
    return True


async def was_discarded(chart_id: UUID) -> bool:
    """True if the last thing that happened to a chart is that it was cancelled as the same as another."""
    last = await DB.value(
        "SELECT kind FROM chart_event WHERE chart_id = $1 AND from_state <> to_state ORDER BY recorded_at DESC, id DESC"
        " LIMIT 1",
        chart_id,
    )
    return bool(last == "discarded")
