"""A sign of work: what the holder of a chart does is what is measured, never what their browser says of time."""

from uuid import UUID

from portal.actor import Kind
from portal.database import DB

#: Whose work is measured.
MEASURED = (Kind.CODER, Kind.AUDITOR)


async def note_work(chart_id: UUID) -> None:
    """Count a sign of work by whoever acts, inside the current transaction; calm if they do not hold this chart.

    For coders and auditors alone. That an assignment ends is noted by the database, whichever way it ends.
    """
    await DB.execute("SELECT note_work($1)", chart_id)
