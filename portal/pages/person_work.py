"""What is changed about how somebody works: pause, cap, country, qualifications, and that they leave."""

from datetime import date
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from assignments.offboarding import get_off_boarding, off_board, take_on_again
from assignments.pausing import LARGEST_CAP, LONGEST_REASON, pause_person, set_cap, unpause_person
from assignments.qualifying.countries import set_country
from assignments.qualifying.noting import note_qualification, revoke_qualification, verify_qualification
from assignments.qualifying.rules import QualificationKind
from portal.clock import utc_now
from portal.database import acting_as
from portal.errors import Conflict, Invalid
from portal.identity.permissions import Permission
from portal.pages.people_queries import get_person
from portal.pages.person import show_with
from portal.web.answers import see_other
from portal.web.forms import Form, FormError, read_form
from portal.web.templating import page

HERE = "/people/{person_id:uuid}"
STAFF = {"permission": Permission.STAFFING_MANAGE}
ADMIN = {"permission": Permission.PEOPLE_MANAGE}
EITHER = {"permission": (Permission.STAFFING_MANAGE, Permission.PEOPLE_MANAGE)}


@post(f"{HERE}/pause", status_code=200, opt=STAFF)
async def post_pause(request: Request[Any, Any, Any], person_id: FromPath[UUID]) -> Response[Any]:
    """Let no new chart come to them."""
    form = await read_form(request)
    because = form.text("because", "The reason", most=LONGEST_REASON)
    try:
        form.ensure()
        await pause_person(request.user, person_id=person_id, because=because, now=utc_now())
    except (Conflict, Invalid) as refusal:
        return await _again(request, person_id, form, refusal, "because")
    return await see_other(request, f"/people/{person_id}#work", flash="Paused. They read the reason on their desk.")


@post(f"{HERE}/unpause", status_code=200, opt=STAFF)
async def post_unpause(request: Request[Any, Any, Any], person_id: FromPath[UUID]) -> Response[Any]:
    """Let them go on."""
    await unpause_person(request.user, person_id=person_id, now=utc_now())
    return await see_other(request, f"/people/{person_id}#work", flash="They get charts again.")


@post(f"{HERE}/cap", status_code=200, opt=STAFF)
async def post_cap(request: Request[Any, Any, Any], person_id: FromPath[UUID]) -> Response[Any]:
    """Set how many charts they may hold at a time."""
    form = await read_form(request)
    cap = form.integer("cap", "The number of charts", low=1, high=LARGEST_CAP)
    try:
        form.ensure()
        await set_cap(request.user, person_id=person_id, cap=cap)
    except (Conflict, Invalid) as refusal:
        return await _again(request, person_id, form, refusal, "cap")
    said = "They may hold 1 chart at a time." if cap == 1 else f"They may hold {cap} charts at a time."
    return await see_other(request, f"/people/{person_id}#work", flash=said)


@post(f"{HERE}/country", status_code=200, opt=ADMIN)
async def post_country(request: Request[Any, Any, Any], person_id: FromPath[UUID]) -> Response[Any]:
    """Note from where they work."""
    form = await read_form(request)
    country = form.text("country", "The country", most=2).upper()
    try:
        form.ensure()
        taken = await set_country(request.user, person_id=person_id, country=country, now=utc_now())
    except Invalid as refusal:
        return await _again(request, person_id, form, refusal, "country")
    said = f"They work from {country}." + (f" {_charts(taken.total)} taken back from them." if taken.total else "")
    return await see_other(request, f"/people/{person_id}#work", flash=said)


@post(f"{HERE}/qualifications", status_code=200, opt=EITHER)
async def post_qualification(request: Request[Any, Any, Any], person_id: FromPath[UUID]) -> Response[Any]:
    """Note what they have passed."""
    form = await read_form(request)
    kind = form.choice("kind", "what it is", list(QualificationKind))
    name = form.text("name", "Its name", most=80)
    last = None
    if form.values.get("valid_until"):
        last = form.date("valid_until", "The last day", earliest=date(2020, 1, 1), latest=date(2100, 1, 1))
    try:
        form.ensure()
        await note_qualification(
            request.user, person_id=person_id, kind=QualificationKind(kind), name=name, valid_until=last, now=utc_now()
        )
    except Invalid as refusal:
        return await _again(request, person_id, form, refusal, "name")
    said = f"{name} is noted. It counts as soon as somebody else has verified it."
    return await see_other(request, f"/people/{person_id}#qualifications", flash=said)


@post(f"{HERE}/qualifications/verify", status_code=200, opt=EITHER)
async def post_verification(request: Request[Any, Any, Any], person_id: FromPath[UUID]) -> Response[Any]:
    """Verify what somebody else noted."""
    form = await read_form(request)
    chosen = form.uuid("qualification", "a qualification")
    try:
        form.ensure()
        await verify_qualification(request.user, person_id=person_id, qualification_id=chosen, now=utc_now())
    except (Conflict, Invalid) as refusal:
        return await _again(request, person_id, form, refusal, "")
    return await see_other(request, f"/people/{person_id}#qualifications", flash="Verified. It counts from now on.")


@post(f"{HERE}/qualifications/revoke", status_code=200, opt=EITHER)
async def post_qualification_end(request: Request[Any, Any, Any], person_id: FromPath[UUID]) -> Response[Any]:
    """Let it count no longer."""
    form = await read_form(request)
    chosen = form.uuid("qualification", "a qualification")
    try:
        form.ensure()
    except FormError as refusal:
        return await _again(request, person_id, form, refusal, "")
    await revoke_qualification(request.user, person_id=person_id, qualification_id=chosen, now=utc_now())
    return await see_other(request, f"/people/{person_id}#qualifications", flash="Revoked. It counts no longer.")


@post(f"{HERE}/off-board", status_code=200, opt=ADMIN)
async def post_off_boarding(request: Request[Any, Any, Any], person_id: FromPath[UUID]) -> Response[Any]:
    """Switch them off and give back everything that is theirs."""
    await off_board(request.user, person_id=person_id, now=utc_now())
    return await see_other(request, f"/people/{person_id}/off-boarding")


@get(f"{HERE}/off-boarding", opt={"permission": Permission.PEOPLE_READ})
async def show_off_boarding(request: Request[Any, Any, Any], person_id: FromPath[UUID]) -> Response[Any]:
    """What was done when they left."""
    async with acting_as(request.user):
        person, done = await get_person(person_id), await get_off_boarding(person_id)
    return page(
        request, "portal/off_boarding.html", person=person, done=done,
        may_manage=request.user.may(Permission.PEOPLE_MANAGE),
    )  # fmt: skip


@post(f"{HERE}/take-on-again", status_code=200, opt=ADMIN)
async def post_taking_on(request: Request[Any, Any, Any], person_id: FromPath[UUID]) -> Response[Any]:
    """Let them sign in again, and nothing more."""
    await take_on_again(request.user, person_id=person_id)
    said = "They can sign in again. No client was given back: a manager grants each of them anew."
    return await see_other(request, f"/people/{person_id}", flash=said)


async def _again(
    request: Request[Any, Any, Any], person_id: UUID, form: Form, refusal: Conflict | Invalid, field: str
) -> Response[Any]:
    if isinstance(refusal, FormError):
        return await show_with(request, person_id, refusal)
    found = FormError({field: refusal.message}, form.values)
    return await show_with(request, person_id, found, status=refusal.status)


def _charts(count: int) -> str:
    return "1 chart was" if count == 1 else f"{count} charts were"


ROUTES: list[Any] = [
    post_pause, post_unpause, post_cap, post_country, post_qualification, post_verification, post_qualification_end,
    post_off_boarding, show_off_boarding, post_taking_on,
]  # fmt: skip
