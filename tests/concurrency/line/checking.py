"""Judge what a run left behind: each check is a promise of the line, with what breaks it."""

from collections.abc import Mapping

import asyncpg

from auditing.access_log.actions import Action
from tests.concurrency.line.history import History

_HOLDS = """
  SELECT queue_entry_id, chart_id, stage, person_id, fence, request_id, pulled_at, ended_at, outcome, reason
    FROM assignment_history
  UNION ALL
  SELECT queue_entry_id, chart_id, stage, person_id, fence, request_id, pulled_at, NULL, 'held', NULL FROM assignment
"""

#: A promise, and the statement that finds what breaks it.
QUESTIONS: Mapping[str, str] = {
    "no two holders": f"""
        SELECT * FROM (SELECT h.*, lead(pulled_at) OVER w AS next_at FROM ({_HOLDS}) h
                       WINDOW w AS (PARTITION BY queue_entry_id ORDER BY fence)) t
         WHERE next_at IS NOT NULL AND (ended_at IS NULL OR ended_at > next_at)""",
    "fences without gaps": f"""
        SELECT e.id, e.chart_id, e.stage, e.round, e.fence, h.* FROM queue_entry e
          LEFT JOIN LATERAL (SELECT coalesce(max(o.fence), 0) AS began FROM queue_entry o WHERE o.chart_id = e.chart_id
                                AND o.stage = e.stage AND o.round < e.round) b ON true
          LEFT JOIN (SELECT queue_entry_id, min(fence) AS least, max(fence) AS most, count(*) AS n FROM ({_HOLDS}) x
                      GROUP BY 1) h ON h.queue_entry_id = e.id
         WHERE e.fence IS DISTINCT FROM coalesce(h.most, b.began) OR coalesce(h.least, b.began + 1) <= b.began
            OR (e.seats = 1 AND coalesce(h.n, 0) <> e.fence - b.began)""",
    "no fence twice for one person": f"""
        SELECT chart_id, stage, person_id, fence FROM ({_HOLDS}) h GROUP BY 1, 2, 3, 4 HAVING count(*) > 1""",
    "one submission, by the last holder": """
        SELECT e.id, e.state, e.fence, s.* FROM queue_entry e
          LEFT JOIN LATERAL (SELECT count(*) AS n, max(h.fence) AS last FROM assignment_history h
                              WHERE h.queue_entry_id = e.id AND h.outcome = 'submitted') s ON true
         WHERE (e.state = 'done') <> (s.n = 1) OR s.n > 1 OR (s.n = 1 AND s.last <> e.fence)""",
    "what was submitted was held": """
        SELECT s.* FROM chaos.submission s LEFT JOIN assignment_history h ON h.queue_entry_id = s.entry_id
           AND h.fence = s.fence AND h.person_id = s.person_id AND h.outcome = 'submitted' WHERE h.fence IS NULL""",
    "one request, one assignment": f"""
        SELECT request_id, count(*) FROM ({_HOLDS}) h GROUP BY 1 HAVING count(*) > 1""",
    "never above the cap": f"""
        SELECT * FROM (SELECT t.person_id, t.at, sum(t.d) OVER (PARTITION BY t.person_id ORDER BY t.at, t.d) AS n, w.cap
          FROM (SELECT person_id, pulled_at AS at, 1 AS d FROM ({_HOLDS}) a
                UNION ALL SELECT person_id, ended_at, -1 FROM assignment_history) t
          JOIN workload w USING (person_id)) c WHERE n > cap OR n < 0""",
    "counted as held": """
        SELECT w.person_id, w.open_count, w.cap, count(a.queue_entry_id) FROM workload w
          LEFT JOIN assignment a USING (person_id) GROUP BY 1 HAVING w.open_count <> count(a.queue_entry_id)""",
    "held if there is an assignment": """
        SELECT e.id, e.state, e.fence, a.fence AS of FROM queue_entry e
          LEFT JOIN assignment a ON a.queue_entry_id = e.id
         WHERE (e.state = 'held') <> (a.queue_entry_id IS NOT NULL) OR a.fence <> e.fence""",
    "nobody who is barred": f"""
        SELECT h.* FROM ({_HOLDS}) h JOIN chaos.barred_from_the_start b
            ON b.entry_id = h.queue_entry_id AND b.person_id = h.person_id
        UNION ALL
        SELECT h.* FROM ({_HOLDS}) h JOIN assignment_history away ON away.queue_entry_id = h.queue_entry_id
           AND away.person_id = h.person_id AND away.reason = 'unreadable' AND away.fence < h.fence""",
    "nobody on two seats": f"""
        SELECT a.queue_entry_id, b.queue_entry_id, a.person_id FROM ({_HOLDS}) a JOIN ({_HOLDS}) b
            ON b.chart_id = a.chart_id AND b.stage = a.stage AND b.person_id = a.person_id
           AND b.queue_entry_id <> a.queue_entry_id AND b.pulled_at >= a.pulled_at
          JOIN queue_entry x ON x.id = a.queue_entry_id JOIN queue_entry y ON y.id = b.queue_entry_id
         WHERE x.seats > 1 AND x.round = y.round
           AND (a.outcome = 'submitted' OR a.ended_at IS NULL OR a.ended_at > b.pulled_at)""",
    "only their own stage": f"""
        SELECT h.* FROM ({_HOLDS}) h JOIN person p ON p.id = h.person_id
         WHERE p.kind <> CASE h.stage WHEN 'coding' THEN 'coder' ELSE 'auditor' END""",
    "one access event for each pull": f"""
        SELECT h.chart_id, h.stage, h.fence, h.person_id, v.n FROM ({_HOLDS}) h LEFT JOIN (
          SELECT object_id, actor_id, (j -> 'object' ->> 'fence')::integer AS fence, j -> 'object' ->> 'stage' AS stage,
                 count(*) AS n
            FROM (SELECT object_id, actor_id, convert_from(canonical, 'UTF8')::jsonb AS j FROM access_event
                   WHERE action = '{Action.ASSIGNMENT_PULLED.value}') t GROUP BY 1, 2, 3, 4) v
            ON v.object_id = h.chart_id AND v.actor_id = h.person_id AND v.fence = h.fence AND v.stage = h.stage
          JOIN queue_entry e ON e.id = h.queue_entry_id
         WHERE e.seats = 1 AND v.n IS DISTINCT FROM 1
        UNION ALL
        SELECT NULL, 'all', NULL, NULL, n FROM (SELECT (SELECT count(*) FROM access_event
          WHERE action = '{Action.ASSIGNMENT_PULLED.value}') - (SELECT count(*) FROM ({_HOLDS}) h) AS n) t
         WHERE n <> 0""",
    "one chart event for each coding pull": f"""
        SELECT c.chart_id, c.n, h.n FROM (SELECT chart_id, count(*) AS n FROM ({_HOLDS}) x WHERE stage = 'coding'
          GROUP BY 1) h FULL JOIN (SELECT chart_id, count(*) AS n FROM chart_event WHERE kind = 'assigned' GROUP BY 1) c
          USING (chart_id) WHERE c.n IS DISTINCT FROM h.n""",
    "charts agree with the line": """
        SELECT c.id, c.state, q.state FROM chart c JOIN LATERAL (SELECT e.state FROM queue_entry e
            WHERE e.chart_id = c.id AND e.stage = 'coding' ORDER BY e.round DESC LIMIT 1) q ON true
         WHERE c.state <> CASE q.state WHEN 'waiting' THEN 'ready' WHEN 'held' THEN 'assigned' WHEN 'done' THEN 'coded'
                          ELSE c.state END""",
}
#: What must hold once everything is quiet and drained.
DRAINED: Mapping[str, str] = {
    "nothing lost": """
        SELECT e.id, e.stage, e.state, e.barred, e.preferred_person, e.preferred_until, e.level FROM queue_entry e
         WHERE e.state NOT IN ('done', 'withdrawn')""",
}


async def check(connection: asyncpg.Connection, history: History, *, drained: bool) -> dict[str, list[str]]:
    """Every promise that was broken, with what breaks it; empty if all were kept."""
    broken = {name: list(what) for name, what in history.broken.items()}

    def breaks(name: str, what: object) -> None:
        broken.setdefault(name, []).append(str(what)[:600])

    for name, question in (QUESTIONS | (DRAINED if drained else {})).items():
        for row in await connection.fetch(f"{question} LIMIT 20"):
            breaks(name, dict(row))
    await _check_answers(connection, history, breaks)
    return broken


async def _check_answers(connection: asyncpg.Connection, history: History, breaks: object) -> None:
    """Everything that somebody was told is still true after every crash."""
    for begin in range(0, len(history.given), 50_000):
        some = history.given[begin : begin + 50_000]
        for row in await connection.fetch(
            "SELECT t.* FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::integer[])"
            " AS t (person, request, entry, fence)"
            f" LEFT JOIN ({_HOLDS}) h ON h.queue_entry_id = t.entry AND h.fence = t.fence AND h.person_id = t.person"
            " AND h.request_id = t.request WHERE h.fence IS NULL LIMIT 20",
            [one.person for one in some], [one.request for one in some], [one.entry for one in some],
            [one.fence for one in some],
        ):  # fmt: skip
            breaks("every answer is durable", dict(row))  # type: ignore[operator]
    for begin in range(0, len(history.done), 50_000):
        done = history.done[begin : begin + 50_000]
        for row in await connection.fetch(
            "SELECT t.* FROM unnest($1::uuid[], $2::uuid[], $3::integer[]) AS t (person, entry, fence)"
            " LEFT JOIN assignment_history h ON h.queue_entry_id = t.entry AND h.fence = t.fence"
            " AND h.person_id = t.person AND h.outcome = 'submitted' WHERE h.fence IS NULL LIMIT 20",
            [one.person for one in done], [one.entry for one in done], [one.fence for one in done],
        ):  # fmt: skip
            breaks("every answer is durable", dict(row))  # type: ignore[operator]
