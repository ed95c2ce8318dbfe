"""Rates, rated events, invoices. `secret` columns are sealed or keyed; all others are clear."""

from piccolo.columns import UUID, Date, Integer, Numeric, Text, Timestamptz
from piccolo.table import Table

from portal.database import DB


class Rate(Table, tablename="rate", db=DB):
    """US dollars per chart of a service line, from a day on. Append-only."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    service_line_id = UUID(default=None)
    amount = Numeric(digits=(12, 4), default=None)
    stat_percent = Numeric(digits=(5, 2), default=None)
    effective_on = Date(default=None)
    created_at = Timestamptz(default=None)
    created_by = UUID(null=True, default=None)


class RatedEvent(Table, tablename="rated_event", db=DB):
    """One immutable, priced fact. Append-only."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    chart_id = UUID(default=None)
    kind = Text(default=None)
    chart_event_id = UUID(default=None)
    rate_id = UUID(default=None)
    quantity = Numeric(digits=(12, 4), default=None)
    amount = Numeric(digits=(12, 2), default=None)
    earned_on = Date(default=None)
    created_at = Timestamptz(default=None)


class Invoice(Table, tablename="invoice", db=DB):
    """A client's month. Append-only."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    number = Text(default=None)
    month = Date(default=None)
    total = Numeric(digits=(12, 2), default=None)
    chart_count = Integer(default=None)
    issued_at = Timestamptz(default=None)
    issued_by = UUID(default=None)


class InvoiceLine(Table, tablename="invoice_line", db=DB):
    """One rated event on an invoice. Append-only."""

    invoice_id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    rated_event_id = UUID(default=None)
    position = Integer(default=None)
    amount = Numeric(digits=(12, 2), default=None)
