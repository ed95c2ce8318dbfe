"""Invoices on the web: the list with what is ready, an invoice with its chart backup, and issuing."""

from dataclasses import astuple, fields
from datetime import date
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from auditing.access_log.actions import Action
from portal.actor import Actor
from portal.clock import utc_now
from portal.database import DB, acting_as
from portal.errors import Conflict
from portal.identity.permissions import Permission
from portal.invoicing.backup import BackupLine, read_invoice
from portal.invoicing.issuing import issue_invoice
from portal.invoicing.queries import InvoiceFilter, count_invoices, find_invoices, find_ready, find_unrated
from portal.invoicing.rules import TERMS, by_service_line, local_day, sections
from portal.settings import get_settings
from portal.web.answers import see_other
from portal.web.csv import csv_answer
from portal.web.forms import Form, FormError, read_form
from portal.web.paging import kept, read_paging
from portal.web.templating import page

_LIST_COLUMNS = ("invoice", "client", "month", "charts", "total_usd", "issued_at", "issued_by")
_BACKUP_COLUMNS = [field.name for field in fields(BackupLine) if field.name != "chart_id"]


@get("/invoices", opt={"permission": Permission.INVOICE_READ})
async def show_invoices(request: Request[Any, Any, Any]) -> Response[Any]:
    """The invoices that are there; for managers also what is ready for the next."""
    return await _list_page(request)


@get("/invoices.csv", opt={"permission": Permission.INVOICE_READ})
async def export_invoices(request: Request[Any, Any, Any]) -> Response[Any]:
    """The invoices of the filter on screen, as CSV."""
    async with acting_as(request.user):
        invoices = await find_invoices(_read_filter(request))
    rows = [(i.number, i.client_name, f"{i.month:%Y-%m}", i.chart_count, i.total, i.issued_at, i.issued_by)
            for i in invoices]  # fmt: skip
    return csv_answer("invoices.csv", _LIST_COLUMNS, rows)


@post("/invoices", status_code=200, opt={"permission": Permission.INVOICE_ISSUE})
async def post_invoice(request: Request[Any, Any, Any]) -> Response[Any]:
    """Issue a client's month, or say why that cannot be."""
    form = await read_form(request)
    client_id, month = form.uuid("client_id", "a client"), _read_month(form)
    try:
        form.ensure()
        invoice_id = await issue_invoice(request.user, client_id=client_id, month=month, now=utc_now())
    except (Conflict, FormError) as refusal:
        return await _list_page(request, refusal)
    return await see_other(request, f"/invoices/{invoice_id}", flash=f"The invoice for {month:%B %Y} is issued.")


@get("/invoices/{invoice_id:uuid}", opt={"permission": Permission.INVOICE_READ})
async def show_invoice(request: Request[Any, Any, Any], invoice_id: FromPath[UUID]) -> Response[Any]:
    """The invoice as a sheet, and the charts that stand on it."""
    actor: Actor = request.user
    async with acting_as(actor):
        count = await DB.value("SELECT count(*) FROM invoice_line WHERE invoice_id = $1", invoice_id)
    whole = request.query_params.get("backup") == "all"
    paging = read_paging(request.query_params, count or 0, limit=max(count or 0, 1) if whole else 50)
    opened = await read_invoice(actor, invoice_id=invoice_id, limit=paging.limit, offset=paging.offset)
    invoice = opened.invoice
    issued_on = local_day(invoice.issued_at, invoice.time_zone)
    return page(
        request, "invoicing/invoice.html", invoice=invoice, sections=sections(opened.charges),
        service_lines=by_service_line(opened.charges), backup=opened.backup, paging=paging, whole=whole,
        issued_on=issued_on, due_on=issued_on + TERMS, terms=TERMS.days, company=get_settings(),
    )  # fmt: skip


@get("/invoices/{invoice_id:uuid}/backup.csv", opt={"permission": Permission.INVOICE_READ})
async def export_backup(request: Request[Any, Any, Any], invoice_id: FromPath[UUID]) -> Response[Any]:
    """Every chart of an invoice, as CSV."""
    opened = await read_invoice(request.user, invoice_id=invoice_id, action=Action.INVOICE_EXPORTED)
    rows = [astuple(line)[:1] + astuple(line)[2:] for line in opened.backup]
    return csv_answer(f"{opened.invoice.number}-backup.csv", _BACKUP_COLUMNS, rows)


async def _list_page(request: Request[Any, Any, Any], refusal: Conflict | FormError | None = None) -> Response[Any]:
    actor: Actor = request.user
    may_issue = actor.may(Permission.INVOICE_ISSUE)
    query, wanted = request.query_params, _read_filter(request)
    async with acting_as(actor):
        count, amount = await count_invoices(wanted)
        paging = read_paging(query, count)
        invoices = await find_invoices(wanted, limit=paging.limit, offset=paging.offset)
        ready = await find_ready(now=utc_now()) if may_issue else []
        unrated = await find_unrated() if may_issue else []
        clients = await DB.fetch("SELECT id, name FROM client ORDER BY name") if may_issue else []
    return page(
        request, "invoicing/invoices.html", status=refusal.status if refusal else 200, query=query, paging=paging,
        invoices=invoices, amount=amount, ready=ready, unrated=unrated, clients=clients, may_issue=may_issue,
        refusal=refusal.message if refusal else None, kept=kept(query),
    )  # fmt: skip


def _read_filter(request: Request[Any, Any, Any]) -> InvoiceFilter:
    """What the query string asks for; what cannot be read asks for nothing."""
    query = request.query_params
    form = Form({name: query.get(name, "") for name in ("client", "year")})
    client_id, year = form.uuid("client", "a client"), form.integer("year", "The year", low=2000, high=2200)
    return InvoiceFilter(
        words=query.get("q", "").strip()[:100],
        client_id=None if "client" in form.errors else client_id,
        year=None if "year" in form.errors else year,
    )


def _read_month(form: Form) -> date:
    value = form.values.get("month", "")
    try:
        return date.fromisoformat(f"{value}-01")
    except ValueError:
        form.wrong("month", "Choose a month such as 2026-09.")
        return date.min


ROUTES: list[Any] = [show_invoices, export_invoices, post_invoice, show_invoice, export_backup]
