"""A client's rules are acknowledged before somebody codes its next chart."""

from uuid import UUID

from assignments.pulling import Hold
from assignments.rules import Stage
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, NotFound


class NotAcknowledged(Conflict):
    """The client has rules that whoever codes has not acknowledged yet."""

    message = (
        "This client has new coding rules. Reload the page, read what changed and confirm it; then the lines open."
    )


async def ensure_acknowledged(hold: Hold) -> None:
    """Raise NotAcknowledged if rules held when this chart was pulled that its coder has not read.

    Rules that come while somebody has a chart are asked for with their next one. Auditors are shown them, and not
    stopped: they judge by the rules that the coder had. Inside the current transaction.
    """
    if hold.stage is Stage.CODING and await is_asked(hold):
        raise NotAcknowledged


async def is_asked(hold: Hold) -> bool:
    """True if the version that held when this was pulled, and every later one, is unread by whoever acts."""
    return bool(await DB.value(_ASKED, hold.chart_id, hold.pulled_at))


async def acknowledge_guideline(actor: Actor, *, chart_id: UUID, version: int) -> None:
    """Note that the actor has read a version of the rules for a chart that they see. Calm when repeated.

    Raises NotFound for a chart or version that they do not see.
    """
    async with acting_as(actor):
        row = await DB.fetch_one(
            "SELECT g.id, g.client_id FROM guideline g"
            " JOIN chart c ON c.client_id = g.client_id AND c.service_line_id = g.service_line_id"
            " WHERE c.id = $1 AND g.version = $2",
            chart_id, version,
        )  # fmt: skip
        if row is None:
            raise NotFound
        noted = await DB.execute(
            "INSERT INTO guideline_acknowledgement (guideline_id, person_id, client_id) VALUES ($1, $2, $3)"
            " ON CONFLICT DO NOTHING",
            row["id"], actor.person_id, row["client_id"],
        )  # fmt: skip
        if noted:
            await record(
                actor, Action.GUIDELINE_ACKNOWLEDGED, object_type="guideline", object_id=row["id"],
                client_id=row["client_id"], details={"version": version},
            )  # fmt: skip


_ASKED = """
  SELECT EXISTS (SELECT FROM guideline g
    WHERE g.service_line_id = due.service_line_id AND g.version = due.version AND g.body <> '')
     AND NOT EXISTS (SELECT FROM guideline_acknowledgement a JOIN guideline g ON g.id = a.guideline_id
                      WHERE g.service_line_id = due.service_line_id AND g.version >= due.version
                        AND a.person_id = acting_person())
    FROM (SELECT g.service_line_id, max(g.version) AS version FROM guideline g
            JOIN chart c ON c.client_id = g.client_id AND c.service_line_id = g.service_line_id
            JOIN client k ON k.id = g.client_id
           WHERE c.id = $1 AND g.written_at <= $2 AND g.effective_on <= ($2 AT TIME ZONE k.time_zone)::date
           GROUP BY g.service_line_id) due
"""
