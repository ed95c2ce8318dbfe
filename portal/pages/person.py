"""One person: for whom and at what they work, and what they may do."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from assignments.pausing import LARGEST_CAP, get_workload
from assignments.qualifying.queries import find_known_names, find_missing, find_qualifications
from assignments.qualifying.rules import QualificationKind
from assignments.skills import LEVELS, find_skills, set_skills
from portal.actor import Actor, Kind
from portal.clock import utc_now
from portal.database import DB, acting_as
from portal.identity.people import grant_client, revoke_client
from portal.identity.permissions import Permission, permissions_of
from portal.pages.people import KINDS
from portal.pages.people_queries import get_person
from portal.pages.permission_words import WORDS
from portal.tenancy.queries import find_specialties
from portal.web.answers import see_other
from portal.web.forms import FormError, read_form
from portal.web.templating import page


@get("/people/{person_id:uuid}", opt={"permission": Permission.PEOPLE_READ})
async def show_person(request: Request[Any, Any, Any], person_id: FromPath[UUID]) -> Response[Any]:
    """Somebody, and what the reader may change about them."""
    return await show_with(request, person_id)


@post("/people/{person_id:uuid}/grants", status_code=200, opt={"permission": Permission.STAFFING_MANAGE})
async def post_client_grant(request: Request[Any, Any, Any], person_id: FromPath[UUID]) -> Response[Any]:
    """Let them work for a client."""
    form = await read_form(request)
    client_id = form.uuid("client", "a client")
    try:
        form.ensure()
    except FormError as refusal:
        return await show_with(request, person_id, refusal)
    await grant_client(request.user, person_id=person_id, client_id=client_id, now=utc_now())
    return await see_other(request, f"/people/{person_id}#clients", flash="They can pull that client’s charts now.")


@post(
    "/people/{person_id:uuid}/grants/{client_id:uuid}/revoke", status_code=200,
    opt={"permission": Permission.STAFFING_MANAGE},
)  # fmt: skip
async def post_client_revocation(
    request: Request[Any, Any, Any], person_id: FromPath[UUID], client_id: FromPath[UUID]
) -> Response[Any]:
    """Let them no longer work for a client."""
    await revoke_client(request.user, person_id=person_id, client_id=client_id, now=utc_now())
    return await see_other(request, f"/people/{person_id}#clients", flash="They pull that client’s charts no longer.")


@post("/people/{person_id:uuid}/skills", status_code=200, opt={"permission": Permission.STAFFING_MANAGE})
async def post_skills(request: Request[Any, Any, Any], person_id: FromPath[UUID]) -> Response[Any]:
    """Set their specialties and levels."""
    form = await read_form(request)
    async with acting_as(request.user):
        specialties = {*await find_specialties(), *await find_skills(person_id)}
    levels = {
        specialty: form.integer(f"level {specialty}", "The level", low=min(LEVELS), high=max(LEVELS))
        for specialty in specialties
        if form.values.get(f"level {specialty}")
    }
    try:
        form.ensure()
    except FormError as refusal:
        return await show_with(request, person_id, refusal)
    await set_skills(request.user, person_id=person_id, levels=levels)
    return await see_other(request, f"/people/{person_id}#skills", flash="Their specialties are set.")


async def show_with(
    request: Request[Any, Any, Any], person_id: UUID, refusal: FormError | None = None, *, status: int = 422
) -> Response[Any]:
    """The page of a person, with what was wrong with a form on it."""
    actor: Actor = request.user
    may_staff = actor.may(Permission.STAFFING_MANAGE)
    async with acting_as(actor):
        person = await get_person(person_id)
        works = person.kind in (Kind.CODER, Kind.AUDITOR)
        granted = await DB.fetch(_GRANTED, person_id) if works else []
        others = await DB.fetch(_OTHERS, person_id) if works and may_staff else []
        skills = await find_skills(person_id) if works and may_staff else {}
        specialties = sorted({*await find_specialties(), *skills}) if works and may_staff else []
        workload = await get_workload(person_id) if works and may_staff else None
        qualifications = await find_qualifications(person_id, today=utc_now().date()) if works else []
        missing = await find_missing(person_id) if works else []
        known_names = await find_known_names() if works else []
    return page(
        request, "portal/person.html", status=status if refusal else 200, person=person,
        kind=KINDS[person.kind], works=works, granted=granted, others=others, skills=skills, specialties=specialties,
        levels=LEVELS, may_do=sorted(WORDS[one] for one in permissions_of(Kind(person.kind))), may_staff=may_staff,
        may_manage=actor.may(Permission.PEOPLE_MANAGE), is_self=person.id == actor.person_id, workload=workload,
        qualifications=qualifications, missing=missing, known_names=known_names, kinds=list(QualificationKind),
        caps=range(1, LARGEST_CAP + 1), me=actor.person_id,
        may_note=may_staff or actor.may(Permission.PEOPLE_MANAGE),
        errors=refusal.errors if refusal else {}, values=refusal.values if refusal else {},
    )  # fmt: skip


_GRANTED = (
    "SELECT c.id, c.name, g.granted_at, p.name AS granted_by FROM client_grant g JOIN client c ON c.id = g.client_id"
    " LEFT JOIN person p ON p.id = g.granted_by WHERE g.person_id = $1 AND g.revoked_at IS NULL ORDER BY c.name"
)
_OTHERS = (
    "SELECT c.id, c.name FROM client c WHERE c.closed_at IS NULL AND NOT EXISTS (SELECT FROM client_grant g"
    " WHERE g.client_id = c.id AND g.person_id = $1 AND g.revoked_at IS NULL) ORDER BY c.name"
)

ROUTES: list[Any] = [show_person, post_client_grant, post_client_revocation, post_skills]
