"""The auditor's pages: what they hold, the next audit, the worksheet, and every decision made on it."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from assignments.desk.guideline_routes import guideline_routes
from assignments.desk.line_routes import line_routes, save_typed_fields
from assignments.desk.work import NOTHING_TYPED, Typed
from assignments.drafting.editing import Stale
from assignments.drafting.operations import Refused
from assignments.leveling.routes import leveling_routes
from assignments.pausing import get_workload
from assignments.pulling import RELEASE_REASONS, Outcome, pull, release_chart
from assignments.rules import Stage
from auditing.quality.drafting_findings import save_choices
from auditing.quality.forms import Decision, read_choices, read_decision
from auditing.quality.queries import find_my_audits, find_open_audit
from auditing.quality.reviewing import report_no_findings, send_back, send_findings, verify_correction
from auditing.quality.rules import STATE_WORDS
from auditing.quality.scoring import code_over_code, percent
from auditing.quality.showing import LINES, show_sheet
from auditing.quality.worksheet import open_worksheet, refresh_worksheet
from portal.clock import utc_now
from portal.database import acting_as
from portal.errors import Conflict, Invalid, NotFound, PortalError
from portal.identity.permissions import Permission
from portal.ids import new_id
from portal.web.answers import see_other, wants_fragment
from portal.web.forms import Form, FormError, read_form
from portal.web.templating import page

AUDITOR = {"permission": Permission.AUDIT_WORK}


@get("/audits", opt=AUDITOR)
async def show_audits(request: Request[Any, Any, Any]) -> Response[Any]:
    """What the auditor holds, the way to the next audit, and what they audited lately."""
    async with acting_as(request.user):
        audits = await find_my_audits(request.user.person_id)
        workload = await get_workload(request.user.person_id)
    return page(
        request, "auditing/audits.html", workload=workload, held=[one for one in audits if one.is_held],
        recent=[one for one in audits if not one.is_held], now=utc_now(), request_id=new_id(), words=STATE_WORDS,
        percent=percent, code_over_code=code_over_code,
    )  # fmt: skip


@post("/audits/next", status_code=200, opt=AUDITOR)
async def post_next_audit(request: Request[Any, Any, Any]) -> Response[Any]:
    """Pull the next audit and go to its worksheet."""
    form = await read_form(request)
    request_id = form.uuid("request_id", "the button on the page again")
    form.ensure()
    return await _pull_next(request, request_id)


@get("/audits/{audit_id:uuid}", opt=AUDITOR)
async def show_worksheet(request: Request[Any, Any, Any], audit_id: FromPath[UUID]) -> Response[Any]:
    """The worksheet exactly as it was left; one that is not held can be read."""
    return await _show_page(request, audit_id)


@get("/audits/charts/{chart_id:uuid}", opt=AUDITOR)
async def show_worksheet_of_chart(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> Response[Any]:
    """The worksheet of the audit that a chart is in."""
    return await see_other(request, f"/audits/{await _open_audit_of(request, chart_id)}")


@post("/audits/{audit_id:uuid}/choices", status_code=200, opt=AUDITOR)
async def post_choices(request: Request[Any, Any, Any], audit_id: FromPath[UUID]) -> Response[Any]:
    """Keep what is chosen for the findings; the answer is the live score."""
    typed = await _keep_choices(request, audit_id, await read_form(request))
    if wants_fragment(request):
        return await _show_again(request, audit_id, typed, "auditing/_chosen.html")
    if typed.notice:
        return await _show_page(request, audit_id, typed)
    return await see_other(request, f"/audits/{audit_id}", flash="Saved.")


@post("/audits/{audit_id:uuid}/findings", status_code=200, opt=AUDITOR)
async def post_findings(request: Request[Any, Any, Any], audit_id: FromPath[UUID]) -> Response[Any]:
    """Send the findings to the coder and go to the next audit; what is wrong stays on the worksheet."""
    form = await read_form(request)
    decision = read_decision(form)
    refusal = await _save_all(request, audit_id, form)
    if refusal:
        return await _show_again(request, audit_id, refusal)
    try:
        count = await send_findings(
            request.user, audit_id=audit_id, entry_id=decision.entry_id, fence=decision.fence,
            request_id=decision.request_id, now=utc_now(),
        )  # fmt: skip
    except Invalid as error:
        return await _show_again(request, audit_id, Typed(form.values, status=422, notice=error.message))
    sent = "The finding is" if count == 1 else f"{count} findings are" if count else "The findings are"
    return await _pull_next(request, decision.next_request_id, done=f"{sent} with the coder.")


@post("/audits/{audit_id:uuid}/no-findings", status_code=200, opt=AUDITOR)
async def post_no_findings(request: Request[Any, Any, Any], audit_id: FromPath[UUID]) -> Response[Any]:
    """Close the audit clean, release the chart, and go to the next audit."""
    return await _decide(request, audit_id, report_no_findings, "No findings. The chart is released.")


@post("/audits/{audit_id:uuid}/verified", status_code=200, opt=AUDITOR)
async def post_verified(request: Request[Any, Any, Any], audit_id: FromPath[UUID]) -> Response[Any]:
    """Accept the corrected version, release the chart, and go to the next audit."""
    return await _decide(request, audit_id, verify_correction, "The correction is verified. The chart is released.")


@post("/audits/{audit_id:uuid}/returned", status_code=200, opt=AUDITOR)
async def post_returned(request: Request[Any, Any, Any], audit_id: FromPath[UUID]) -> Response[Any]:
    """Send the correction back to the coder and go to the next audit."""
    return await _decide(request, audit_id, send_back, "The chart is back with its coder.")


@get("/audits/{audit_id:uuid}/release", opt=AUDITOR)
async def show_release_of_audit(request: Request[Any, Any, Any], audit_id: FromPath[UUID]) -> Response[Any]:
    """The same form as the worksheet's dialog, as a page."""
    return await _release_page(request, audit_id, {})


@post("/audits/{audit_id:uuid}/release", status_code=200, opt=AUDITOR)
async def post_release_of_audit(request: Request[Any, Any, Any], audit_id: FromPath[UUID]) -> Response[Any]:
    """Give the audit back for a reason."""
    form = await read_form(request)
    fence = form.integer("fence", "The fence", low=0, high=2_000_000_000)
    reason = form.choice("reason", "the reason for which you give this chart back", RELEASE_REASONS)
    try:
        form.ensure()
    except FormError as refusal:
        return await _release_page(request, audit_id, refusal.errors)
    sheet = await refresh_worksheet(request.user, audit_id=audit_id)
    await release_chart(
        request.user, chart_id=sheet.audit.chart_id, fence=fence, reason=reason, now=utc_now(), stage=Stage.AUDIT
    )
    return await see_other(request, "/audits", flash="The audit is back in line. Your lines are kept.")


async def _release_page(request: Request[Any, Any, Any], audit_id: UUID, errors: dict[str, str]) -> Response[Any]:
    sheet = await refresh_worksheet(request.user, audit_id=audit_id)
    if sheet.hold is None:
        raise Conflict("You no longer hold this audit. Go back to your audits.")
    return page(
        request, "auditing/release.html", status=422 if errors else 200, audit=sheet.audit, fence=sheet.hold.fence,
        reasons=RELEASE_REASONS, errors=errors, prefix=f"/audits/{audit_id}",
    )  # fmt: skip


async def _decide(request: Request[Any, Any, Any], audit_id: UUID, decide: Any, done: str) -> Response[Any]:
    """Make a decision that needs nothing but the hold, then pull the next audit."""
    form = await read_form(request)
    decision: Decision = read_decision(form)
    try:
        await decide(request.user, audit_id=audit_id, entry_id=decision.entry_id, fence=decision.fence, now=utc_now())
    except Invalid as error:
        return await _show_again(request, audit_id, Typed(form.values, status=422, notice=error.message))
    return await _pull_next(request, decision.next_request_id, done=done)


async def _pull_next(request: Request[Any, Any, Any], request_id: UUID, done: str = "") -> Response[Any]:
    pulled = await pull(request.user, stage=Stage.AUDIT, request_id=request_id, now=utc_now())
    said = pulled.sentence if pulled.outcome is not Outcome.PULLED else ""
    flash = " ".join(part for part in (done, said) if part)
    if pulled.chart_id is None:
        tone = "good" if done else "warn"
        return await see_other(request, "/audits", flash=flash, tone=tone)
    return await see_other(request, f"/audits/{await _open_audit_of(request, pulled.chart_id)}", flash=flash or None)


async def _open_audit_of(request: Request[Any, Any, Any], chart_id: UUID) -> UUID:
    async with acting_as(request.user):
        audit_id = await find_open_audit(chart_id)
    if audit_id is None:
        raise NotFound
    return audit_id


async def _save_all(request: Request[Any, Any, Any], audit_id: UUID, form: Form) -> Typed | None:
    """Save lines and choices before findings are sent; what to show if they cannot be."""
    sheet = await refresh_worksheet(request.user, audit_id=audit_id)
    try:
        await save_typed_fields(request, sheet.audit.chart_id, Stage.AUDIT, form)
    except Refused as refusal:
        return Typed(form.values, refusal.errors, 422, notice=refusal.message)
    except Stale as refusal:
        return Typed(form.values, {}, 409, notice=refusal.message)
    except FormError:
        raise
    except PortalError:
        return None  # no longer held: the decision knows whether that is because it has been made already
    typed = await _keep_choices(request, audit_id, form)
    return typed if typed.notice else None


async def _keep_choices(request: Request[Any, Any, Any], audit_id: UUID, form: Form) -> Typed:
    """Save the choices that can be used; what to say of those that cannot."""
    fence = form.integer("fence", "The fence", low=0, high=2_000_000_000)
    made = read_choices(form)
    if "fence" in form.errors:
        form.ensure()
    if made:
        await save_choices(request.user, audit_id=audit_id, fence=fence, made=made)
    wrong = next(iter(form.errors.values()), "")
    return Typed(form.values, form.errors, 422 if wrong else 200, notice=wrong)


async def _show_page(request: Request[Any, Any, Any], audit_id: UUID, typed: Typed = NOTHING_TYPED) -> Response[Any]:
    sheet = await open_worksheet(request.user, audit_id=audit_id)
    return page(request, "auditing/worksheet.html", status=typed.status, **show_sheet(sheet, typed))


async def _show_again(
    request: Request[Any, Any, Any], audit_id: UUID, typed: Typed, fragment: str = "auditing/_changed.html"
) -> Response[Any]:
    if not wants_fragment(request):
        return await _show_page(request, audit_id, typed)
    sheet = await refresh_worksheet(request.user, audit_id=audit_id)
    return page(request, fragment, status=typed.status, **show_sheet(sheet, typed))


async def _show_page_of_chart(request: Request[Any, Any, Any], chart_id: UUID, typed: Typed) -> Response[Any]:
    return await _show_page(request, await _open_audit_of(request, chart_id), typed)


async def _show_lines(request: Request[Any, Any, Any], chart_id: UUID, typed: Typed) -> Response[Any]:
    """After a change of the lines: what was chosen and not yet saved came with it, and is kept too."""
    audit_id = await _open_audit_of(request, chart_id)
    await _keep_choices(request, audit_id, await read_form(request))
    return await _show_again(request, audit_id, typed)


ROUTES = [
    show_audits,
    post_next_audit,
    show_worksheet,
    show_worksheet_of_chart,
    post_choices,
    post_findings,
    post_no_findings,
    post_verified,
    post_returned,
    show_release_of_audit,
    post_release_of_audit,
    *leveling_routes(LINES, stage=Stage.AUDIT, permission=Permission.AUDIT_WORK),
    *guideline_routes(LINES, permission=Permission.AUDIT_WORK),
    *line_routes(
        LINES,
        stage=Stage.AUDIT,
        permission=Permission.AUDIT_WORK,
        show_page=_show_page_of_chart,
        show_lines=_show_lines,
    ),
]
