"""Issue a client's invoice for a month: once, whoever asks and however often."""

from datetime import date, datetime
from uuid import UUID

import asyncpg

from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, NotFound
from portal.ids import new_id
from portal.invoicing.rating import rate_delivered
from portal.invoicing.rules import ensure_can_issue, invoice_number, month_after, month_of, total


async def issue_invoice(manager: Actor, *, client_id: UUID, month: date, now: datetime) -> UUID:
    """Put everything the client owes up to the end of `month`, and that stands on no invoice, on one; returns its id.

    Issued already, it is returned as it is. Raises NotFound for an unknown client, Conflict if the month is not over
    on the client's wall clock, if a later one has been invoiced, or if there is nothing to invoice.
    """
    month = month_of(month)
    async with acting_as(manager):
        client = await DB.fetch_one("SELECT code, time_zone FROM client WHERE id = $1", client_id)
        if client is None:
            raise NotFound
        # Of two managers who issue at once the second waits here, then finds the first one's invoice. An advisory
        # lock, because locking the client's row would keep its uploads waiting.
        await DB.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"invoices of {client_id}")
        issued = await DB.value("SELECT id FROM invoice WHERE client_id = $1 AND month = $2", client_id, month)
        if issued:
            return UUID(bytes=issued.bytes)
        last_issued = await DB.value("SELECT max(month) FROM invoice WHERE client_id = $1", client_id)
        ensure_can_issue(month, last_issued=last_issued, now=now, zone=client["time_zone"])
        await rate_delivered(client_id=client_id, now=now)  # a job that is behind must not leave a chart out
        lines = await DB.fetch(
            "SELECT r.id, r.amount, r.kind FROM rated_event r JOIN chart c ON c.id = r.chart_id"
            " WHERE r.client_id = $1 AND r.earned_on < $2"
            "   AND NOT EXISTS (SELECT FROM invoice_line l WHERE l.rated_event_id = r.id)"
            " ORDER BY r.earned_on, length(c.number), c.number, r.kind, r.id",
            client_id, month_after(month),
        )  # fmt: skip
        if not lines:
            raise Conflict(
                f"There is nothing to invoice for {month:%B %Y}: no delivered chart with a rate stands open."
                " Look for unrated charts on the client’s page."
            )
        return await _write(manager, client_id, client["code"], month, lines, now)


async def _write(
    manager: Actor, client_id: UUID, code: str, month: date, lines: list[asyncpg.Record], now: datetime
) -> UUID:
    invoice_id = new_id()
    await DB.execute(
        "INSERT INTO invoice (id, client_id, number, month, total, chart_count, issued_at, issued_by)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        invoice_id, client_id, invoice_number(code, month), month, total(line["amount"] for line in lines),
        sum(1 for line in lines if line["kind"] == "chart"), now, manager.person_id,
    )  # fmt: skip
    await DB.execute(
        "INSERT INTO invoice_line (invoice_id, client_id, rated_event_id, position, amount)"
        " SELECT $1, $2, line.rated_event_id, line.position, line.amount"
        " FROM unnest($3::uuid[], $4::numeric[]) WITH ORDINALITY AS line (rated_event_id, amount, position)",
        invoice_id, client_id, [line["id"] for line in lines], [line["amount"] for line in lines],
    )  # fmt: skip
    await record(
        manager, Action.INVOICE_ISSUED, object_type="invoice", object_id=invoice_id, client_id=client_id,
        details={"lines": len(lines)},
    )  # fmt: skip
    return invoice_id
