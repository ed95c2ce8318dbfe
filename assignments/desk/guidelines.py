"""The client's rules for a chart, one key away on the desk and the worksheet."""

from uuid import UUID

from portal.database import DB
from portal.tenancy.guidelines import Guideline


async def find_guideline(chart_id: UUID) -> Guideline | None:
    """The newest guideline for a chart's service line, if there is one, inside the current transaction."""
    row = await DB.fetch_one(
        "SELECT g.service_line_id, g.version, g.body, g.written_at FROM guideline g"
        " JOIN chart c ON c.client_id = g.client_id AND c.service_line_id = g.service_line_id"
        " WHERE c.id = $1 ORDER BY g.version DESC LIMIT 1",
        chart_id,
    )
    return Guideline(**row) if row and row["body"] else None
