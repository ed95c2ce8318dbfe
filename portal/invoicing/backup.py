"""The chart backup of an invoice: each chart that stands on it, and a look at it that the access log knows of."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from assignments.opening import open_fields
from auditing.access_log.actions import Action
from auditing.access_log.recording import record, record_patients
from portal.actor import Actor, Kind
from portal.database import DB, acting_as
from portal.invoicing.queries import Invoice, find_charges, get_invoice
from portal.invoicing.rules import Charge

#: Where intake seals the encounter's number.
ENCOUNTER_NUMBER = "encounter.number"


@dataclass(frozen=True, slots=True)
class BackupLine:
    """One chart of an invoice. The client's encounter number is there for the client's own people only."""

    position: int
    chart_id: UUID
    chart_number: str
    encounter_number: str | None
    service_on: date
    location: str
    provider: str
    service_line: str
    received_at: datetime
    delivered_at: datetime | None
    is_on_time: bool
    rate: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class OpenedInvoice:
    """An invoice with what it charges and a part (or all) of its backup."""

    invoice: Invoice
    charges: Sequence[Charge]
    backup: Sequence[BackupLine]


async def read_invoice(
    actor: Actor, *, invoice_id: UUID, limit: int | None = None, offset: int = 0, action: Action = Action.INVOICE_READ
) -> OpenedInvoice:  # fmt: skip
    """An invoice and `limit` lines of its backup from `offset` on (None: all), recorded before anybody sees it.

    One event for the invoice; for the client's own people, who see encounter numbers, one more for each patient.
    Raises NotFound for an invoice that is not theirs.
    """
    async with acting_as(actor):
        invoice = await get_invoice(invoice_id)
        charges = await find_charges(invoice_id)
        rows = await _find_lines(actor, invoice_id, limit, offset)
        backup = await _opened(rows)
        await record(
            actor, action, object_type="invoice", object_id=invoice_id, client_id=invoice.client_id,
            details={"charts": len(rows)},
        )  # fmt: skip
        if actor.kind is Kind.CLIENT:
            await record_patients(
                actor, action, patients={row["patient_id"] for row in rows}, client_id=invoice.client_id,
                details={"invoice": str(invoice_id)},
            )  # fmt: skip
    return OpenedInvoice(invoice, charges, backup)


async def _find_lines(actor: Actor, invoice_id: UUID, limit: int | None, offset: int) -> list[Any]:
    # Two statements, for the database grants the sealed number to the client's own people alone.
    return await DB.fetch(_LINES_OF_THE_CLIENT if actor.kind is Kind.CLIENT else _LINES, invoice_id, limit, offset)


_LINES = """
SELECT l.position, c.id AS chart_id, c.patient_id, c.number AS chart_number, c.service_on,
       coalesce(o.name, 'No location') AS location, e.provider,
       s.name || CASE r.kind WHEN 'stat' THEN ', STAT surcharge' ELSE '' END AS service_line,
       CASE r.kind WHEN 'stat' THEN round(t.amount * t.stat_percent / 100, 4) ELSE t.amount END AS rate,
       c.received_at, c.delivered_at,
       coalesce(c.delivered_at <= c.due_at, false) AS is_on_time, l.amount
  FROM invoice_line l JOIN rated_event r ON r.id = l.rated_event_id JOIN rate t ON t.id = r.rate_id
  JOIN chart c ON c.id = r.chart_id JOIN service_line s ON s.id = c.service_line_id
  JOIN encounter e ON e.id = c.encounter_id LEFT JOIN location o ON o.id = e.location_id
 WHERE l.invoice_id = $1 ORDER BY l.position LIMIT $2 OFFSET $3"""
_LINES_OF_THE_CLIENT = _LINES.replace("e.provider,", "e.provider, e.id AS encounter_id, e.number_sealed,")
_SHOWN = frozenset(field.name for field in fields(BackupLine))


async def _opened(rows: Sequence[Any]) -> list[BackupLine]:
    sealed = {row["encounter_id"]: row["number_sealed"] for row in rows if "number_sealed" in row}
    numbers = await open_fields(ENCOUNTER_NUMBER, sealed)
    return [
        BackupLine(
            encounter_number=numbers.get(row.get("encounter_id")),
            **{name: value for name, value in row.items() if name in _SHOWN},
        )
        for row in rows
    ]
