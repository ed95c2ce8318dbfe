"""What each person was given in a period, by specialty."""

from datetime import datetime

from assignments.fairness.rules import SHORT_OPEN, Given
from assignments.rules import Stage
from portal.database import DB


async def find_given(*, stage: Stage, since: datetime, until: datetime) -> dict[str, list[Given]]:
    """What people were given between two moments: by the person's id as text, one for each specialty.

    What somebody still holds counts as given. Giving back because one has to stop is no skip.
    """
    rows = await DB.fetch(
        "WITH given AS ("
        "  SELECT h.person_id, h.queue_entry_id, h.minutes,"
        "         h.outcome = 'released' AND h.reason <> 'stopping' AS skipped,"
        "         h.outcome = 'released' AND h.ended_at - h.pulled_at < $4::interval AS short"
        "    FROM assignment_history h WHERE h.stage = $1 AND h.pulled_at >= $2 AND h.pulled_at < $3"
        "  UNION ALL SELECT a.person_id, a.queue_entry_id, a.minutes, false, false FROM assignment a"
        "   WHERE a.stage = $1 AND a.pulled_at >= $2 AND a.pulled_at < $3)"
        " SELECT p.name, p.id::text AS person, e.specialty, count(*) AS count,"
        "  sum(coalesce(g.minutes, e.minutes)) AS minutes, count(*) FILTER (WHERE g.skipped) AS skips,"
        "  coalesce(sum(coalesce(g.minutes, e.minutes)) FILTER (WHERE g.skipped), 0) AS skipped_minutes,"
        "  count(*) FILTER (WHERE g.short) AS short_opens"
        " FROM given g JOIN queue_entry e ON e.id = g.queue_entry_id JOIN person p ON p.id = g.person_id"
        " GROUP BY p.id, p.name, e.specialty ORDER BY p.name, e.specialty",
        stage.value, since, until, SHORT_OPEN,
    )  # fmt: skip
    given: dict[str, list[Given]] = {}
    for row in rows:
        given.setdefault(row["person"], []).append(
            Given(
                row["person"], row["specialty"], row["count"], float(row["minutes"]), row["skips"],
                float(row["skipped_minutes"]), row["short_opens"],
            )
        )  # fmt: skip
    return given


async def find_names() -> dict[str, str]:
    """What everybody who codes or audits is called, by id as text."""
    rows = await DB.fetch("SELECT id::text AS id, name FROM person WHERE kind IN ('coder', 'auditor')")
    return {row["id"]: row["name"] for row in rows}
