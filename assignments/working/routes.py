"""My time: what was measured of one's own work, and how it is corrected; for managers, everybody's."""

from datetime import date
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from assignments.working.correcting import correct_time
from assignments.working.queries import Piece, find_pieces, find_workers, get_time, today
from assignments.working.rules import IDLE_CUT_OFF, MOST_MINUTES, REASONS, SHOWN_DAYS
from portal.database import acting_as
from portal.errors import Conflict
from portal.identity.permissions import Permission
from portal.web.answers import see_other
from portal.web.csv import csv_answer
from portal.web.forms import Form, FormError, read_form, sentences_of
from portal.web.templating import page

WORKER = {"permission": (Permission.CODING_WORK, Permission.AUDIT_WORK)}
MANAGER = {"permission": Permission.STAFFING_MANAGE}
_HEADER = ("Day (UTC)", "Chart", "Client", "Stage", "Opened", "Ended", "How", "Measured, seconds", "Corrected, minutes",
           "Why", "Corrected at")  # fmt: skip


@get("/my-time", opt=WORKER)
async def show_my_time(request: Request[Any, Any, Any]) -> Response[Any]:
    """What the reader worked, day by day."""
    return await _show(request, request.user.person_id)


@post("/my-time/{work_time_id:uuid}", status_code=200, opt=WORKER)
async def post_correction(request: Request[Any, Any, Any], work_time_id: FromPath[UUID]) -> Response[Any]:
    """Correct the time of a piece of one's own work."""
    form = await read_form(request)
    minutes = form.integer("minutes", "The time", low=0, high=MOST_MINUTES)
    reason = form.choice("reason", "why the measure is not what it took", REASONS)
    try:
        form.ensure()
        await correct_time(request.user, work_time_id=work_time_id, minutes=minutes, reason=reason)
    except (FormError, Conflict) as refusal:
        return await _show(request, request.user.person_id, form=form, refusal=refusal, wrong=work_time_id)
    until, on = await _days(request, form)
    place = f"/my-time?until={until}&on={on or until}"
    return await see_other(request, place, flash="Corrected. The measured time is kept beside it.")


@get("/my-time.csv", opt=WORKER)
async def export_my_time(request: Request[Any, Any, Any]) -> Response[Any]:
    """The days shown, piece by piece."""
    return await _export(request, request.user.person_id, "my-time.csv")


@get("/work-time", opt=MANAGER)
async def show_work_time(request: Request[Any, Any, Any]) -> Response[Any]:
    """What everybody worked."""
    until, _ = await _days(request)
    workers, total = await find_workers(request.user, until=until)
    return page(request, "assignments/working/people.html", workers=workers, total=total, until=until, days=SHOWN_DAYS)


@get("/work-time/{person_id:uuid}", opt=MANAGER)
async def show_persons_time(request: Request[Any, Any, Any], person_id: FromPath[UUID]) -> Response[Any]:
    """What one person worked, with what was measured and what they corrected."""
    return await _show(request, person_id)


@get("/work-time/{person_id:uuid}/time.csv", opt=MANAGER)
async def export_persons_time(request: Request[Any, Any, Any], person_id: FromPath[UUID]) -> Response[Any]:
    """The days shown of one person, piece by piece."""
    return await _export(request, person_id, "work-time.csv")


async def _show(
    request: Request[Any, Any, Any], person_id: UUID, *, form: Form | None = None,
    refusal: FormError | Conflict | None = None, wrong: UUID | None = None,
) -> Response[Any]:  # fmt: skip
    until, on = await _days(request, form)
    worked = await get_time(request.user, person_id=person_id, until=until, on=on)
    is_own = person_id == request.user.person_id
    errors = sentences_of(refusal, "")
    return page(
        request, "assignments/working/time.html", status=int(refusal.status) if refusal else 200, worked=worked,
        is_own=is_own, here="/my-time" if is_own else f"/work-time/{person_id}", reasons=list(REASONS.items()),
        values=form.values if form else {}, errors=errors, wrong=wrong, most=MOST_MINUTES, days=SHOWN_DAYS,
        csv="/my-time.csv" if is_own else f"/work-time/{person_id}/time.csv",
        idle=int(IDLE_CUT_OFF.total_seconds() // 60),
    )  # fmt: skip


async def _export(request: Request[Any, Any, Any], person_id: UUID, name: str) -> Response[Any]:
    until, _ = await _days(request)
    pieces = await find_pieces(request.user, person_id=person_id, until=until)
    return csv_answer(name, _HEADER, [_row(piece) for piece in pieces])


def _row(piece: Piece) -> tuple[object, ...]:
    return (
        piece.started_at.date(), piece.chart, piece.client, piece.stage, piece.started_at, piece.ended_at,
        piece.outcome, round(piece.seconds), piece.minutes, piece.reason_words, piece.corrected_at,
    )  # fmt: skip


async def _days(request: Request[Any, Any, Any], form: Form | None = None) -> tuple[date, date | None]:
    """The last day that is shown, and the one that is looked at; what makes no sense asks for nothing."""
    asked = form.values if form else request.query_params
    return _day(asked.get("until", "")) or await _today(request), _day(asked.get("on", ""))


async def _today(request: Request[Any, Any, Any]) -> date:
    async with acting_as(request.user):
        return await today()


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2200 else None


ROUTES: list[Any] = [
    show_my_time, post_correction, export_my_time, show_work_time, show_persons_time, export_persons_time,
]  # fmt: skip
