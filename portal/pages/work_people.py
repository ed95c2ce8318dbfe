"""Who works, and how much each has: the summary above the workload matrix. Inside a transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from portal.database import DB

#: Over how long the share of work that somebody gives back is counted.
RATE_OVER = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class PersonAtWork:
    """A coder or auditor: what they hold, what waits for them, and what they did since the day began."""

    id: UUID
    name: str
    kind: str
    on_duty: bool
    paused_because: str | None  # None: not paused
    holds: int
    kept: int
    done: int
    minutes: float  # of expected work that was given to them today
    given_back: int  # in RATE_OVER
    ended: int  # submitted or given back, in RATE_OVER

    @property
    def rate(self) -> float | None:
        """The share of what ended that they gave back; None if nothing ended."""
        return self.given_back / self.ended if self.ended else None


_PEOPLE = """
WITH duty AS (SELECT person_id FROM people_on_duty('coding') UNION SELECT person_id FROM people_on_duty('audit')),
held AS (SELECT person_id, count(*)::integer AS n FROM assignment GROUP BY 1),
kept AS (SELECT preferred_person AS person_id, count(*)::integer AS n FROM queue_entry
          WHERE state = 'waiting' AND preferred_person IS NOT NULL GROUP BY 1)
SELECT p.id, p.name, p.kind, d.person_id IS NOT NULL AS on_duty,
       CASE WHEN l.paused_at IS NOT NULL THEN coalesce(l.paused_because, '') END AS paused_because,
       coalesce(h.n, 0) AS holds, coalesce(k.n, 0) AS kept, t.done::integer, g.minutes::float8,
       t.given_back::integer, t.ended::integer
  FROM person p LEFT JOIN duty d ON d.person_id = p.id LEFT JOIN workload l ON l.person_id = p.id
  LEFT JOIN held h ON h.person_id = p.id LEFT JOIN kept k ON k.person_id = p.id
  CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE x.outcome = 'submitted' AND x.ended_at >= $1) AS done,
           count(*) FILTER (WHERE x.outcome = 'released') AS given_back,
           count(*) FILTER (WHERE x.outcome IN ('submitted', 'released')) AS ended
      FROM assignment_history x WHERE x.person_id = p.id AND x.ended_at >= $2) t
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(each.minutes), 0) AS minutes FROM (
      SELECT max(y.minutes) AS minutes FROM (
        SELECT a.queue_entry_id, a.minutes FROM assignment a WHERE a.person_id = p.id AND a.pulled_at >= $1 UNION ALL
        SELECT x.queue_entry_id, x.minutes FROM assignment_history x
         WHERE x.person_id = p.id AND x.ended_at >= $1 AND x.pulled_at >= $1 AND x.outcome = 'submitted') y
       GROUP BY y.queue_entry_id) each) g
 WHERE p.kind IN ('coder', 'auditor')
   AND (p.disabled_at IS NULL OR coalesce(h.n, 0) > 0 OR coalesce(k.n, 0) > 0)
 ORDER BY d.person_id IS NULL, coalesce(h.n, 0) = 0, p.name, p.id"""


async def find_people_at_work(*, now: datetime) -> list[PersonAtWork]:
    """Everybody who works on charts, who is on duty first; the day began at midnight UTC."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return [PersonAtWork(**row) for row in await DB.fetch(_PEOPLE, today, now - RATE_OVER)]


def average_minutes(people: Sequence[PersonAtWork], kind: str) -> float:
    """What people of a kind who are on duty, or had work today, were given on average today."""
    given = [one.minutes for one in people if one.kind == kind and (one.on_duty or one.minutes > 0)]
    return sum(given) / len(given) if given else 0.0
