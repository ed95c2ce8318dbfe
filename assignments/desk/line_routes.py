"""The line editor's routes, made for the coder's desk and for the auditor's worksheet alike."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from litestar import Request, Response, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from assignments.assistance.offering import Row, accept_into, answer_proposal, get_proposal
from assignments.desk.news import News, get_news
from assignments.desk.work import Typed, get_work
from assignments.drafting.editing import save_lines, stay, undo_lines
from assignments.drafting.evidence import ensure_place
from assignments.drafting.operations import ENTRY, Done, Refused, apply_operation, read_pin, save_fields
from assignments.drafting.rules import Lines, letter
from assignments.edits.answering import answer_edit, take_back_answer
from assignments.rules import Stage
from portal.clock import utc_now
from portal.errors import Conflict, Invalid, PortalError
from portal.identity.permissions import Permission
from portal.web.answers import see_other, wants_fragment
from portal.web.forms import Form, read_form
from portal.web.templating import page

#: How a page, or the part of it with the lines, is shown again with what was typed.
Show = Callable[[Request[Any, Any, Any], UUID, Typed], Awaitable[Response[Any]]]


def line_routes(
    prefix: str, *, stage: Stage, permission: Permission, show_page: Show, show_lines: Show | None = None
) -> list[HTTPRouteHandler]:
    """Routes below `prefix`/{chart_id}: `lines` changes the draft, `keep` is the heartbeat of whoever is at work.

    `show_page` renders the whole page for browsers without JavaScript; `show_lines` the fragment that replaces
    `#lines`, by default `assignments/desk/_changed.html` with the line editor alone.
    """

    async def show_changed(request: Request[Any, Any, Any], chart_id: UUID, typed: Typed) -> Response[Any]:
        work = await get_work(request.user, chart_id=chart_id, stage=stage, prefix=f"{prefix}/{chart_id}", typed=typed)
        return page(request, "assignments/desk/_changed.html", status=typed.status, work=work)

    @post(f"{prefix}/{{chart_id:uuid}}/lines", status_code=200, opt={"permission": permission}, name=f"{stage} lines")
    async def post_lines(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> Response[Any]:
        """Change the lines, and show them as they then are."""
        typed = await change_lines(request, chart_id, stage)
        if wants_fragment(request):
            return await (show_lines or show_changed)(request, chart_id, typed)
        if typed.status == 200 and not typed.values:
            return await see_other(request, f"{prefix}/{chart_id}", flash=typed.said)
        return await show_page(request, chart_id, typed)

    @post(f"{prefix}/{{chart_id:uuid}}/keep", status_code=200, opt={"permission": permission}, name=f"{stage} keep")
    async def post_keep(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> Response[Any]:
        """Start the lease anew: whoever holds the chart is at work."""
        form = await read_form(request)
        fence = form.integer("fence", "The fence", low=0, high=2_000_000_000)
        reading = form.integer("page", "The page", low=1, high=100_000)
        shown = form.integer("pages", "The pages", low=0, high=100_000) if "pages" in form.values else 0
        form.ensure()
        left = await stay(request.user, chart_id=chart_id, stage=stage, fence=fence, page=reading)
        news = await get_news(request.user, chart_id=chart_id, shown=shown) if stage is Stage.CODING else News()
        template = "_kept.html" if stage is Stage.CODING else "_lease.html"
        return page(
            request, f"assignments/desk/{template}", lease_seconds=int(left.total_seconds()), news=news,
            back=f"{prefix}/{chart_id}",
        )  # fmt: skip

    return [post_lines, post_keep]


async def change_lines(request: Request[Any, Any, Any], chart_id: UUID, stage: Stage) -> Typed:
    """Do what the posted form asks for; what to show next, with everything that was typed if it could not be done.

    Raises Conflict if the chart is no longer held.
    """
    form = await read_form(request)
    verb, _, rest = form.values.get("op", "").partition(" ")
    if verb == "edit":  # without JavaScript: put a line's code into the entry box
        return Typed({ENTRY: rest.partition(" ")[2], "replaces": rest}, look=rest.partition(" ")[2])
    if verb == "look":
        return Typed({**form.values, ENTRY: rest}, look=rest)
    if verb == "arrived":  # the whole page again, for the pages that came; what is typed comes along
        form.values["op"] = "save"
    try:
        if verb in ("answer", "seen", "unanswer"):
            return await _answer(request, chart_id, stage, form)
        if verb in ("accept", "dismiss") and stage is Stage.CODING:
            return await _answer_proposal(request, chart_id, form)
        saved = await _save(request, chart_id, stage, form)
        return replace(saved, values=form.values) if verb == "arrived" else saved
    except Refused as refusal:
        if ENTRY in refusal.errors:
            await _keep_fields(request, chart_id, stage, form)
        look = form.values.get(ENTRY, "") if refusal.look else ""
        return Typed(form.values, refusal.errors, int(refusal.status), refusal.message, look=look)
    except (Conflict, Invalid) as refusal:
        return await _explain(request, chart_id, stage, form, refusal)


async def save_typed_fields(request: Request[Any, Any, Any], chart_id: UUID, stage: Stage, form: Form) -> None:
    """Save what was typed into the lines, before a coding is submitted; raises Refused, Stale, Conflict."""
    fence, revision = _state(form)
    await save_lines(
        request.user, chart_id=chart_id, stage=stage, fence=fence, revision=revision,
        change=lambda lines, on: save_fields(lines, form.values, on),
    )  # fmt: skip
    if form.values.get(ENTRY):
        raise Refused(
            ENTRY, f"“{form.values[ENTRY]}” is typed, but not added. Press Enter to add it, or empty the box first."
        )


def _state(form: Form) -> tuple[int, int]:
    fence = form.integer("fence", "The fence", low=0, high=2_000_000_000)
    revision = form.integer("revision", "The revision", low=0, high=2_000_000_000)
    form.ensure()
    return fence, revision


async def _save(request: Request[Any, Any, Any], chart_id: UUID, stage: Stage, form: Form) -> Typed:
    fence, revision = _state(form)
    held: dict[str, Any] = {"chart_id": chart_id, "stage": stage, "fence": fence, "revision": revision}
    if form.values.get("op") == "undo":
        before = await undo_lines(request.user, **held)
        return Typed(said="The last change was taken back." if before.revision != revision else "Nothing to undo.")
    if pin := read_pin(form.values):
        await ensure_place(request.user, chart_id=chart_id, pin=pin)
    done: list[Done] = []

    def change(lines: Lines, on: date) -> Lines:
        done.append(apply_operation(lines, form.values, on))
        return done[-1].lines

    await save_lines(request.user, **held, change=change)
    return Typed(said=done[-1].said, focus=done[-1].focus)


async def _keep_fields(request: Request[Any, Any, Any], chart_id: UUID, stage: Stage, form: Form) -> None:
    """Save what was typed into the lines beside an entry that could not be used."""
    fence, revision = _state(form)
    with suppress(Conflict):  # another tab was faster: the lines are shown as they stand
        await save_lines(
            request.user, chart_id=chart_id, stage=stage, fence=fence, revision=revision,
            change=lambda lines, on: save_fields(lines, form.values, on),
        )  # fmt: skip


async def _answer(request: Request[Any, Any, Any], chart_id: UUID, stage: Stage, form: Form) -> Typed:
    """Answer what an edit asked, or take the answer back, and go on to the next that waits."""
    fence, revision = _state(form)
    verb, _, spot = form.values["op"].partition(" ")
    mark, reason = spot.partition(" ")[2], form.values.get(f"reason {spot}", "")
    held: dict[str, Any] = {"chart_id": chart_id, "stage": stage, "fence": fence}
    await save_lines(
        request.user, **held, revision=revision, change=lambda lines, on: save_fields(lines, form.values, on)
    )
    if verb == "unanswer":
        await take_back_answer(request.user, **held, mark=mark)
        return Typed(said="The answer was taken back.", goes_on=True)
    if verb == "answer" and not reason:
        said = "Say why it stands, then press Enter."
        return Typed(form.values, status=422, notice=said, said=said, goes_on=True)
    await answer_edit(request.user, **held, mark=mark, reason=reason, now=utc_now())
    return Typed(said="Answered.", goes_on=True)


async def _answer_proposal(request: Request[Any, Any, Any], chart_id: UUID, form: Form) -> Typed:
    """Add the proposed code with its place, or show it no more; the answer is kept either way."""
    fence, revision = _state(form)
    verb, _, name = form.values["op"].partition(" ")
    row = await get_proposal(request.user, chart_id=chart_id, proposal_id=_proposal_id(name))
    saved = await save_lines(
        request.user, chart_id=chart_id, stage=Stage.CODING, fence=fence, revision=revision,
        change=lambda lines, on: _take_proposal(save_fields(lines, form.values, on), row if verb == "accept" else None),
    )  # fmt: skip
    await answer_proposal(request.user, chart_id=chart_id, proposal_id=row.id, accepted=verb == "accept", now=utc_now())
    if verb == "dismiss":
        return Typed(said=f"{row.code} is not proposed for this chart any more.")
    at = [line.code for line in saved.lines.diagnoses].index(row.code) + 1
    return Typed(said=f"Added {letter(at)}: {row.code}, with its place in the record.", focus=f"d{at}")


def _take_proposal(lines: Lines, row: Row | None) -> Lines:
    return accept_into(lines, row) if row else lines


def _proposal_id(name: str) -> UUID:
    try:
        return UUID(name)
    except ValueError:
        raise Invalid from None


async def _explain(
    request: Request[Any, Any, Any], chart_id: UUID, stage: Stage, form: Form, refusal: PortalError
) -> Typed:
    """Show the lines as they stand with the reason above them; a chart that is lost has none to show."""
    await get_work(request.user, chart_id=chart_id, stage=stage, prefix="")  # raises Conflict if it is lost
    return replace(Typed(form.values, status=int(refusal.status)), notice=refusal.message, said=refusal.message)
