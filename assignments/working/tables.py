"""How long work took, and what its owner says of that."""

from piccolo.columns import UUID, Integer, Numeric, SmallInt, Text, Timestamptz
from piccolo.table import Table

from portal.database import DB


class WorkTime(Table, tablename="work_time", db=DB):
    """What was measured of one assignment; the database's own function writes it."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    chart_id = UUID(default=None)
    queue_entry_id = UUID(default=None)
    fence = Integer(default=None)
    person_id = UUID(default=None)
    stage = Text(default=None)
    started_at = Timestamptz(default=None)
    last_seen_at = Timestamptz(default=None)
    seconds = Numeric(default=None)
    ended_at = Timestamptz(null=True, default=None)


class WorkTimeCorrection(Table, tablename="work_time_correction", db=DB):
    """What somebody says their work really took. Append-only: the newest holds."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    work_time_id = UUID(default=None)
    person_id = UUID(default=None)
    minutes = SmallInt(default=None)
    reason = Text(default=None)
    corrected_at = Timestamptz(default=None)
