"""What each delivery took."""

from piccolo.columns import UUID, Boolean, Integer, Timestamptz
from piccolo.table import Table

from portal.database import DB


class TurnaroundRow(Table, tablename="turnaround", db=DB):
    """How long one delivery took by both clocks, measured as it was made. Append-only."""

    chart_event_id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    chart_id = UUID(default=None)
    service_line_id = UUID(default=None)
    cycle = Integer(default=None)
    is_stat = Boolean(default=None)
    received_at = Timestamptz(default=None)
    ready_at = Timestamptz(default=None)
    delivered_at = Timestamptz(default=None)
    due_at = Timestamptz(default=None)
    ready_due_at = Timestamptz(default=None)
    working_seconds = Integer(default=None)
    ready_working_seconds = Integer(default=None)
    pended_seconds = Integer(default=None)
    query_seconds = Integer(default=None)
