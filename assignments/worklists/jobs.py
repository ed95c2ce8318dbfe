"""What the worker does for the line: hints, what was kept too long, what is late, what opens to everybody."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from assignments.rules import LATE_STEP, Stage
from assignments.worklists.placing import SORT_ANEW, find_lists, sort_anew
from assignments.worklists.rules import MOVES_WITH_TIME
from portal.actor import WORKER
from portal.clock import utc_now
from portal.database import DB, acting_as
from portal.jobs import JobHandler

#: Sorting a whole stage anew is asked for by these, a chart by its own id.
WHOLE_STAGE: Mapping[UUID, Stage] = {UUID(int=1): Stage.CODING, UUID(int=2): Stage.AUDIT}


async def renew_hints() -> int:
    """Tell each line from which rank on anything waits in it; every second."""
    async with acting_as(WORKER):
        return int(await DB.value("SELECT renew_hints()"))


async def keep_the_line(*, now: datetime | None = None) -> int:
    """Open what was kept too long, step back what is late, widen what runs short; every few seconds."""
    now = now or utc_now()
    return await _open_kept(now) + await _let_back() + await _step_back(now) + await _widen(now)


async def _open_kept(now: datetime) -> int:
    """What was kept too long comes to everybody, and what is kept for somebody who may not take it (any more).

    Likewise what is kept without an end for somebody who is paused.
    """
    async with acting_as(WORKER):
        return await DB.execute(
            "WITH theirs AS MATERIALIZED (SELECT w.preferred_person, w.stage, serves_lanes(w.preferred_person, w.stage)"
            "   AS lanes FROM (SELECT DISTINCT preferred_person, stage FROM queue_entry WHERE state = 'waiting'"
            "                     AND preferred_person IS NOT NULL) w),"
            " opened AS (UPDATE queue_entry SET preferred_person = NULL, preferred_until = NULL WHERE id IN ("
            "   SELECT e.id FROM queue_entry e LEFT JOIN theirs t USING (preferred_person, stage)"
            "    WHERE e.state = 'waiting' AND e.preferred_person IS NOT NULL"
            "      AND (e.preferred_until < clock_timestamp() OR e.preferred_person = ANY (e.barred)"
            "           OR NOT e.lane_id = ANY (t.lanes)"
            "           OR (e.preferred_until IS NULL AND EXISTS (SELECT FROM workload w"
            "                WHERE w.person_id = e.preferred_person AND w.paused_at IS NOT NULL)))"
            "    LIMIT 1000 FOR UPDATE OF e SKIP LOCKED)"
            "  RETURNING id, client_id, chart_id, worklist_id, rank)"
            " INSERT INTO routing (id, client_id, chart_id, queue_entry_id, kind, worklist_id, rank, happened_at)"
            " SELECT gen_random_uuid(), client_id, chart_id, id, 'opened', worklist_id, rank, $1 FROM opened",
            now,
        )


async def _let_back() -> int:
    """Whoever gave one seat of a round back may have the other: a pull barred them from it while they had the first.

    Not whoever gave back this very seat, nor whoever is barred from every seat of the round.
    """
    async with acting_as(WORKER):
        return await DB.execute(
            "UPDATE queue_entry q SET barred = ARRAY(SELECT unnest(q.barred) EXCEPT SELECT unnest(b.free)) FROM ("
            "  SELECT e.id, array_agg(who.id) AS free FROM queue_entry e CROSS JOIN unnest(e.barred) AS who (id)"
            "   WHERE e.state = 'waiting' AND e.seats > 1"
            "     AND NOT EXISTS (SELECT FROM assignment_history h WHERE h.queue_entry_id = e.id"
            "                        AND h.person_id = who.id AND h.outcome = 'released')"
            "     AND EXISTS (SELECT FROM queue_entry o WHERE o.chart_id = e.chart_id AND o.stage = e.stage"
            "                    AND o.round = e.round AND o.id <> e.id AND NOT who.id = ANY (o.barred))"
            "     AND NOT EXISTS (SELECT FROM queue_entry o WHERE o.chart_id = e.chart_id AND o.stage = e.stage"
            "                        AND o.round = e.round AND o.id <> e.id"
            "                        AND (EXISTS (SELECT FROM assignment a WHERE a.queue_entry_id = o.id"
            "                                        AND a.person_id = who.id)"
            "                             OR EXISTS (SELECT FROM assignment_history h WHERE h.queue_entry_id = o.id"
            "                                           AND h.person_id = who.id AND h.outcome = 'submitted')))"
            "   GROUP BY e.id LIMIT 1000) b"
            " WHERE q.id IN (SELECT w.id FROM queue_entry w WHERE w.id = b.id AND w.state = 'waiting'"
            "                  FOR UPDATE SKIP LOCKED)"
        )


async def _step_back(now: datetime) -> int:
    """Once, an entry that cannot be in time any more makes way for those that can (rules.is_beyond_time)."""
    async with acting_as(WORKER):
        return await DB.execute(
            "WITH late AS (UPDATE queue_entry SET rank = rank + $2::interval, boosted_at = $1 WHERE id IN ("
            "   SELECT e.id FROM queue_entry e JOIN worklist w ON w.id = e.worklist_id AND w.sort = 'promise'"
            "    WHERE e.state = 'waiting' AND e.boosted_at IS NULL"
            "      AND e.due_at < $1::timestamptz + make_interval(secs => e.minutes * 30)"
            "      AND e.due_at < $1::timestamptz + interval '4 hours' LIMIT 1000 FOR UPDATE OF e SKIP LOCKED)"
            "  RETURNING id, client_id, chart_id, worklist_id, rank)"
            " INSERT INTO routing (id, client_id, chart_id, queue_entry_id, kind, worklist_id, rank, happened_at)"
            " SELECT gen_random_uuid(), client_id, chart_id, id, 'late', worklist_id, rank, $1 FROM late",
            now, LATE_STEP,
        )  # fmt: skip


async def _widen(now: datetime) -> int:
    """Open to everybody who may take it what has less time left than its service line's `widen_minutes`."""
    async with acting_as(WORKER):
        return await DB.execute(
            "WITH wide AS (UPDATE queue_entry q SET widened_at = $1, preferred_person = NULL, preferred_until = NULL,"
            "   worklist_id = (SELECT id FROM worklist WHERE stage = q.stage AND kind = 'late') WHERE q.id IN ("
            "   SELECT e.id FROM queue_entry e JOIN chart c ON c.client_id = e.client_id AND c.id = e.chart_id"
            "     JOIN service_line s ON s.id = c.service_line_id"
            "    WHERE e.state = 'waiting' AND e.widened_at IS NULL AND s.widen_minutes IS NOT NULL"
            "      AND e.due_at > $1 AND e.due_at < $1::timestamptz + make_interval(mins => s.widen_minutes)"
            "      AND e.due_at < $1::timestamptz + $2::interval LIMIT 1000 FOR UPDATE OF e SKIP LOCKED)"
            "  RETURNING id, client_id, chart_id, worklist_id, rank)"
            " INSERT INTO routing (id, client_id, chart_id, queue_entry_id, kind, worklist_id, rank, happened_at)"
            " SELECT gen_random_uuid(), client_id, chart_id, id, 'widened', worklist_id, rank, $1 FROM wide",
            now, timedelta(minutes=10_080),
        )  # fmt: skip


async def sort_what_time_moves() -> int:
    """Sort anew the stages that have a list which asks for age or time left."""
    moved = 0
    for stage in Stage:
        async with acting_as(WORKER):
            lists = await find_lists(stage)
        if any(one.field in MOVES_WITH_TIME for row in lists for group in row.rule for one in group):
            moved += await sort_anew(WORKER, stage=stage, now=utc_now())
    return moved


async def _sort(subject: UUID) -> None:
    if subject in WHOLE_STAGE:
        await sort_anew(WORKER, stage=WHOLE_STAGE[subject], now=utc_now())
    else:
        for stage in Stage:
            await sort_anew(WORKER, stage=stage, now=utc_now(), chart_id=subject)


JOBS: dict[str, JobHandler] = {SORT_ANEW: _sort}
EVERY = ((1, renew_hints), (5, keep_the_line), (300, sort_what_time_moves))
