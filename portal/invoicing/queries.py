"""What invoicing can be asked: invoices, what is ready for one, and what no rate covers yet. Inside a transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from portal.database import DB
from portal.errors import NotFound
from portal.invoicing.rules import Charge, billing_month, is_over, last_day, total


@dataclass(frozen=True, slots=True)
class InvoiceFilter:
    """Which invoices a list shows; None and '' mean any. `words` is looked for in number and client's name."""

    words: str = ""
    client_id: UUID | None = None
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Invoice:
    """An issued invoice and whose it is."""

    id: UUID
    client_id: UUID
    client_name: str
    time_zone: str
    number: str
    month: date
    chart_count: int
    total: Decimal
    issued_at: datetime
    issued_by: str

    @property
    def month_end(self) -> date:
        """The last day that the invoice is for."""
        return last_day(self.month)


@dataclass(frozen=True, slots=True)
class Ready:
    """What would stand on a client's next invoices, month by month; only the first of a client can be issued."""

    client_id: UUID
    client_name: str
    month: date
    count: int
    amount: Decimal
    is_over: bool
    is_first: bool


@dataclass(frozen=True, slots=True)
class Unrated:
    """Delivered charts of a service line for which no rate was in force."""

    client_id: UUID
    client_name: str
    service_line_id: UUID
    service_line: str
    count: int
    first_on: date


_INVOICES = (
    "SELECT i.id, i.client_id, c.name AS client_name, c.time_zone, i.number, i.month, i.chart_count, i.total,"
    " i.issued_at, coalesce(p.name, 'Chartway') AS issued_by"
    " FROM invoice i JOIN client c ON c.id = i.client_id LEFT JOIN person p ON p.id = i.issued_by"
)
_COUNT = (
    "SELECT count(*) AS count, coalesce(sum(i.total), 0) AS total FROM invoice i JOIN client c ON c.id = i.client_id"
)
_WANTED = (
    " WHERE ($1 = '' OR strpos(lower(i.number || ' ' || c.name), lower($1)) > 0)"
    " AND ($2::uuid IS NULL OR i.client_id = $2) AND ($3::integer IS NULL OR extract(year FROM i.month) = $3)"
)


async def find_invoices(wanted: InvoiceFilter, *, limit: int | None = None, offset: int = 0) -> list[Invoice]:
    """Invoices that whoever acts may see, newest month first."""
    rows = await DB.fetch(
        _INVOICES + _WANTED + " ORDER BY i.month DESC, c.name LIMIT $4 OFFSET $5",
        wanted.words, wanted.client_id, wanted.year, limit, offset,
    )  # fmt: skip
    return [Invoice(**row) for row in rows]


async def count_invoices(wanted: InvoiceFilter) -> tuple[int, Decimal]:
    """How many invoices there are, and what they come to."""
    row = await DB.fetch_one(_COUNT + _WANTED, wanted.words, wanted.client_id, wanted.year)
    return (row["count"], row["total"]) if row else (0, Decimal(0))


async def get_invoice(invoice_id: UUID) -> Invoice:
    """One invoice; raises NotFound if there is none that whoever acts may see."""
    row = await DB.fetch_one(_INVOICES + " WHERE i.id = $1", invoice_id)
    if row is None:
        raise NotFound
    return Invoice(**row)


async def find_charges(invoice_id: UUID) -> list[Charge]:
    """What an invoice charges, by location, service line and rate."""
    rows = await DB.fetch(
        "SELECT coalesce(o.name, 'No location') AS location,"
        " s.name || CASE r.kind WHEN 'stat' THEN ', STAT surcharge' ELSE '' END AS service_line,"
        " CASE r.kind WHEN 'stat' THEN round(t.amount * t.stat_percent / 100, 4) ELSE t.amount END AS rate,"
        " count(*)::integer AS count, sum(l.amount) AS amount, r.kind = 'stat' AS is_surcharge"
        " FROM invoice_line l JOIN rated_event r ON r.id = l.rated_event_id JOIN rate t ON t.id = r.rate_id"
        " JOIN chart c ON c.id = r.chart_id JOIN service_line s ON s.id = c.service_line_id"
        " JOIN encounter e ON e.id = c.encounter_id LEFT JOIN location o ON o.id = e.location_id"
        " WHERE l.invoice_id = $1 GROUP BY 1, 2, 3, r.kind ORDER BY 1, 2, 3",
        invoice_id,
    )
    return [Charge(**row) for row in rows]


async def find_ready(*, now: datetime, client_id: UUID | None = None) -> list[Ready]:
    """What stands on no invoice yet, for each client and the month on whose invoice it will stand."""
    rows = await DB.fetch(
        "SELECT c.id, c.name, c.time_zone, r.earned_on,"
        " (count(*) FILTER (WHERE r.kind = 'chart'))::integer AS count, sum(r.amount) AS amount,"
        " (SELECT max(i.month) FROM invoice i WHERE i.client_id = c.id) AS last_issued"
        " FROM rated_event r JOIN client c ON c.id = r.client_id"
        " WHERE ($1::uuid IS NULL OR r.client_id = $1)"
        "   AND NOT EXISTS (SELECT FROM invoice_line l WHERE l.rated_event_id = r.id)"
        " GROUP BY c.id, c.name, c.time_zone, r.earned_on ORDER BY c.name, r.earned_on",
        client_id,
    )
    months: dict[tuple[UUID, date], list[tuple[int, Decimal]]] = {}
    named = {}
    for row in rows:
        month = billing_month(row["earned_on"], row["last_issued"])
        named[row["id"]] = (row["name"], row["time_zone"])
        months.setdefault((row["id"], month), []).append((row["count"], row["amount"]))
    found: list[Ready] = []
    for (owner, month), parts in months.items():
        name, zone = named[owner]
        found.append(
            Ready(
                owner, name, month, sum(count for count, _ in parts), total(amount for _, amount in parts),
                is_over(month, now=now, zone=zone), not any(earlier.client_id == owner for earlier in found),
            )
        )  # fmt: skip
    return found


async def find_unrated(client_id: UUID | None = None) -> list[Unrated]:
    """Delivered charts without a rated event, by client and service line."""
    rows = await DB.fetch(
        "SELECT c.client_id, k.name AS client_name, c.service_line_id, s.name AS service_line,"
        " count(*)::integer AS count, (min(c.delivered_at) AT TIME ZONE k.time_zone)::date AS first_on"
        " FROM chart c JOIN client k ON k.id = c.client_id JOIN service_line s ON s.id = c.service_line_id"
        " WHERE c.delivered_at IS NOT NULL AND ($1::uuid IS NULL OR c.client_id = $1)"
        "   AND NOT EXISTS (SELECT FROM rated_event r WHERE r.chart_id = c.id AND r.kind = 'chart')"
        " GROUP BY c.client_id, k.name, k.time_zone, c.service_line_id, s.name ORDER BY k.name, s.name",
        client_id,
    )
    return [Unrated(**row) for row in rows]


@dataclass(frozen=True, slots=True)
class RateRow:
    """One rate of a client with its service line and who set it."""

    id: UUID
    service_line_id: UUID
    service_line: str
    amount: Decimal
    stat_percent: Decimal
    effective_on: date
    created_at: datetime
    created_by: str


async def find_rates(client_id: UUID) -> Sequence[RateRow]:
    """Every rate a client ever had: by service line, the newest first."""
    rows = await DB.fetch(
        "SELECT t.id, t.service_line_id, s.name AS service_line, t.amount, t.stat_percent, t.effective_on,"
        " t.created_at,"
        " coalesce(p.name, 'Chartway') AS created_by FROM rate t JOIN service_line s ON s.id = t.service_line_id"
        " LEFT JOIN person p ON p.id = t.created_by WHERE t.client_id = $1 ORDER BY s.name, t.effective_on DESC",
        client_id,
    )
    return [RateRow(**row) for row in rows]
