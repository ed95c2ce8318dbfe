"""Quality for managers: figures by client and coder, closed audits one by one and as CSV, and the sample plans."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from auditing.quality.figures import (
    count_asked,
    count_audits,
    count_findings,
    find_audits,
    find_figures,
    find_plans,
    total,
)
from auditing.quality.forms import read_filter, read_percent
from auditing.quality.sampling import open_plan
from auditing.quality.scoring import code_over_code, percent, precision, ratio
from auditing.quality.showing import show_sheet
from auditing.quality.words import ERROR_TYPES, say_share
from auditing.quality.worksheet import open_worksheet
from portal.actor import Actor
from portal.clock import utc_now
from portal.database import DB, acting_as
from portal.errors import Conflict
from portal.identity.permissions import Permission
from portal.web.answers import see_other
from portal.web.csv import csv_answer
from portal.web.forms import FormError, read_form
from portal.web.paging import kept, read_paging
from portal.web.templating import page

READER = {"permission": Permission.QUALITY_READ}

_COLUMNS = (
    "chart", "client", "coder", "auditor", "drawn_at", "closed_at", "outcome", "findings", "matched", "revised",
    "omitted", "extra", "auditor_codes", "coder_codes", "code_over_code_percent", "precision_percent",
    "record_is_correct", "asked_by_coder",
)  # fmt: skip


@get("/quality", opt=READER)
async def show_quality(request: Request[Any, Any, Any]) -> Response[Any]:
    """Accuracy with its counts, findings by type, and the plan of every client."""
    return await _quality_page(request)


@post("/quality/plans/{client_id:uuid}", status_code=200, opt={"permission": Permission.PLAN_MANAGE})
async def post_plan(request: Request[Any, Any, Any], client_id: FromPath[UUID]) -> Response[Any]:
    """Open a new sample plan for a client."""
    form = await read_form(request)
    try:
        share = read_percent(form)
        await open_plan(request.user, client_id=client_id, percent=share, now=utc_now())
    except (FormError, Conflict) as refusal:
        refused = {"client_id": client_id, "percent": form.values.get("percent", ""), "message": refusal.message}
        return await _quality_page(request, status=int(refusal.status), refused=refused)
    return await see_other(request, "/quality", flash=f"{say_share(share)} of what is coded from now on is drawn.")


@get("/quality/audits", opt=READER)
async def show_audit_list(request: Request[Any, Any, Any]) -> Response[Any]:
    """Closed audits one by one."""
    query = request.query_params
    wanted, form = read_filter(query, today=utc_now().date())
    async with acting_as(request.user):
        count = 0 if form.errors else await count_audits(wanted)
        paging = read_paging(query, count)
        audits = [] if form.errors else await find_audits(wanted, limit=paging.limit, offset=paging.offset)
        clients, coders = await _find_choices()
    return page(
        request, "auditing/audit_list.html", status=422 if form.errors else 200, audits=audits, paging=paging,
        wanted=wanted, values=form.values, errors=form.errors, clients=clients, coders=coders, kept=kept(form.values),
        percent=percent, code_over_code=code_over_code,
    )  # fmt: skip


@get("/quality/audits.csv", opt=READER)
async def export_audit_list(request: Request[Any, Any, Any]) -> Response[Any]:
    """Every closed audit of the filter on screen, as CSV."""
    actor: Actor = request.user
    wanted, form = read_filter(request.query_params, today=utc_now().date())
    form.ensure()
    async with acting_as(actor):
        audits = await find_audits(wanted)
        await record(
            actor, Action.AUDIT_LISTED, object_type="audit list", client_id=wanted.client_id,
            details={"audits": len(audits)},
        )  # fmt: skip
    rows = [
        (
            one.chart_number, one.client_name, one.coder_name, one.auditor_name, one.drawn_at, one.closed_at,
            one.outcome, one.findings, one.score.matched, one.score.revised, one.score.omitted, one.score.extra,
            one.score.auditor_codes, one.score.coder_codes, _number(code_over_code(one.score)),
            _number(precision(one.score)), one.score.record_is_correct, one.is_asked,
        )
        for one in audits
    ]  # fmt: skip
    return csv_answer(f"audits-{wanted.first_on}-{wanted.last_on}.csv", _COLUMNS, rows)


@get("/quality/audits/{audit_id:uuid}", opt=READER)
async def show_audit(request: Request[Any, Any, Any], audit_id: FromPath[UUID]) -> Response[Any]:
    """One audit without the chart's documents and without the auditor's comments: managers do not read either."""
    return page(request, "auditing/audit.html", **show_sheet(await open_worksheet(request.user, audit_id=audit_id)))


async def _quality_page(
    request: Request[Any, Any, Any], *, status: int = 200, refused: dict[str, Any] | None = None
) -> Response[Any]:
    actor: Actor = request.user
    wanted, form = read_filter(request.query_params, today=utc_now().date())
    async with acting_as(actor):
        by_client, by_coder = ([], []) if form.errors else await find_figures(wanted)
        findings = [] if form.errors else await count_findings(wanted)
        asked = 0 if form.errors else await count_asked(wanted)
        plans = await find_plans()
        clients, coders = await _find_choices()
    return page(
        request, "auditing/quality.html", status=422 if form.errors else status, wanted=wanted, values=form.values,
        errors=form.errors, clients=clients, coders=coders, kept=kept(form.values),
        without_client=kept(form.values, "client"), without_coder=kept(form.values, "coder"), by_client=by_client,
        by_coder=by_coder, whole=total(by_client), coded=sum(one.coded for one in by_client), findings=findings,
        finding_count=sum(one.count for one in findings), most=max((one.count for one in findings), default=1),
        asked=asked, plans=plans, may_change=actor.may(Permission.PLAN_MANAGE), refused=refused, percent=percent,
        ratio=ratio, type_words={one.value: word for one, word in ERROR_TYPES.items()}, say_share=say_share,
    )  # fmt: skip


async def _find_choices() -> tuple[list[tuple[UUID, str]], list[tuple[UUID, str]]]:
    clients = await DB.fetch("SELECT id, name FROM client ORDER BY name, id")
    coders = await DB.fetch("SELECT id, name FROM person WHERE kind = 'coder' ORDER BY name, id")
    return [(row["id"], row["name"]) for row in clients], [(row["id"], row["name"]) for row in coders]


def _number(value: Any) -> str:
    """A share in per cent for a spreadsheet, empty where there is none."""
    return "" if value is None else f"{float(value * 100):.2f}"


ROUTES = [show_quality, post_plan, show_audit_list, export_audit_list, show_audit]
