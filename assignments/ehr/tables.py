"""Visits in the client's own system. `secret` columns are sealed."""

from piccolo.columns import UUID, Bytea, Timestamptz
from piccolo.table import Table

from portal.database import DB


class EhrVisit(Table, tablename="ehr_visit", db=DB):
    """A chart that is coded in the client's own system, and what finds its visit there."""

    chart_id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    reference_sealed = Bytea(default=None, secret=True)
    noted_at = Timestamptz(default=None)
    noted_by = UUID(default=None)
