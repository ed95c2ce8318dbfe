"""Worklists on the screen: their order, the editor with its preview, and ending one."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery

from assignments.rules import Stage
from assignments.worklists.editing import change_list, create_list, move_list, retire_list
from assignments.worklists.forms import (
    CHOSEN,
    COUNTED,
    WITHOUT_VALUE,
    Entered,
    change_entered,
    entered_of,
    read_entered,
    wanted_of,
)
from assignments.worklists.previewing import AT_MOST, find_preview
from assignments.worklists.queries import (
    ListAsItStands,
    find_choices,
    find_workers,
    find_worklists,
    get_worklist,
    names_of,
)
from assignments.worklists.rules import FIELDS, SORTS, Sort, read_rule, write_rule
from portal.clock import utc_now
from portal.database import acting_as
from portal.errors import Conflict, Invalid, NotFound
from portal.identity.permissions import Permission
from portal.web.answers import see_other
from portal.web.forms import read_form
from portal.web.templating import page

LISTS = "/worklists"
READ, CHANGE = {"permission": Permission.FLOOR_READ}, {"permission": Permission.LINE_MANAGE}


@get(LISTS, opt=READ)
async def show_worklists(request: Request[Any, Any, Any]) -> Response[Any]:
    """Every list, in the order in which they are asked."""
    async with acting_as(request.user):
        lists = await find_worklists()
        names = names_of(await find_choices())
    return page(request, "assignments/worklists/worklists.html", lists=lists, stages=tuple(Stage), names=names,
                sorts=SORTS)  # fmt: skip


@get(f"{LISTS}/new", opt=CHANGE)
async def show_new_worklist(request: Request[Any, Any, Any], stage: FromQuery[str] = "coding") -> Response[Any]:
    """The form for a new list."""
    return await _editor(request, Entered(), _stage(stage), None)


@post(f"{LISTS}/new", status_code=200, opt=CHANGE)
async def post_new_worklist(request: Request[Any, Any, Any], stage: FromQuery[str] = "coding") -> Response[Any]:
    """Add to the form, show what the list would take, or make it."""
    return await _take_form(request, _stage(stage), None)


@get(f"{LISTS}/{{worklist_id:uuid}}", opt=READ)
async def show_worklist(request: Request[Any, Any, Any], worklist_id: FromPath[UUID]) -> Response[Any]:
    """One list, to be changed."""
    async with acting_as(request.user):
        one = await get_worklist(worklist_id)
    return await _editor(request, entered_of(one), one.stage, one)


@post(f"{LISTS}/{{worklist_id:uuid}}", status_code=200, opt=CHANGE)
async def post_worklist(request: Request[Any, Any, Any], worklist_id: FromPath[UUID]) -> Response[Any]:
    """Add to the form, show what the list would take, or change it."""
    async with acting_as(request.user):
        one = await get_worklist(worklist_id)
    return await _take_form(request, one.stage, one)


@post(f"{LISTS}/{{worklist_id:uuid}}/place", status_code=200, opt=CHANGE)
async def post_place(request: Request[Any, Any, Any], worklist_id: FromPath[UUID]) -> Response[Any]:
    """Ask a list before or after its neighbour."""
    up = (await read_form(request)).values.get("to") == "up"
    await move_list(request.user, worklist_id=worklist_id, up=up, now=utc_now())
    place = f"{LISTS}#list-{worklist_id}"  # so that who moves it by the keyboard stays beside it
    return await see_other(request, place, flash="The order is changed. What waits is sorted anew.")


@get(f"{LISTS}/{{worklist_id:uuid}}/retire", opt=CHANGE)
async def show_retiring(request: Request[Any, Any, Any], worklist_id: FromPath[UUID]) -> Response[Any]:
    """What ending a list means, before it is done."""
    async with acting_as(request.user):
        one = await get_worklist(worklist_id)
    return page(request, "assignments/worklists/retire.html", one=one)


@post(f"{LISTS}/{{worklist_id:uuid}}/retire", status_code=200, opt=CHANGE)
async def post_retiring(request: Request[Any, Any, Any], worklist_id: FromPath[UUID]) -> Response[Any]:
    """End a list."""
    await retire_list(request.user, worklist_id=worklist_id, now=utc_now())
    return await see_other(request, LISTS, flash="The list has ended. What waited in it goes to the next.")


async def _take_form(request: Request[Any, Any, Any], stage: Stage, one: ListAsItStands | None) -> Response[Any]:
    posted = await request.form()
    entered, step = read_entered(posted), str(posted.get("step", "look"))
    if step not in ("look", "save"):
        change_entered(entered, step, posted)
        return await _editor(request, entered, stage, one)
    try:
        wanted = wanted_of(entered)
        if step == "look":
            read_rule(write_rule(wanted.rule))
            return await _editor(request, entered, stage, one, look=True)
        if one is None:
            await create_list(request.user, stage=stage, wanted=wanted, now=utc_now())
        else:
            version = int(entered.version) if entered.version.isdecimal() else 0
            await change_list(request.user, worklist_id=one.id, version=version, wanted=wanted, now=utc_now())
    except (Invalid, Conflict) as refusal:
        return await _editor(request, entered, stage, one, refusal=refusal)
    return await see_other(request, LISTS, flash=f"“{wanted.name or 'The list'}” is saved. What waits is sorted anew.")


async def _editor(
    request: Request[Any, Any, Any], entered: Entered, stage: Stage, one: ListAsItStands | None, *,
    look: bool = False, refusal: Invalid | Conflict | None = None,
) -> Response[Any]:  # fmt: skip
    async with acting_as(request.user):
        choices, workers = await find_choices(), await find_workers(stage)
        preview = None
        if look:
            preview = await find_preview(stage, wanted_of(entered), now=utc_now(), worklist_id=one.id if one else None)
    people = {str(person): name for person, name in [*workers, *(one.people.items() if one else ())]}
    return page(
        request, "assignments/worklists/worklist.html", status=refusal.status if refusal else 200, one=one,
        stage=stage, entered=entered, fields=FIELDS, chosen=CHOSEN, counted=COUNTED, without_value=WITHOUT_VALUE,
        choices=choices, workers=workers, people=people, sorts=SORTS, preview=preview, names=names_of(choices),
        then_sorts=[(sort, words) for sort, words in SORTS.items() if sort is not Sort.SERVICE_DAY], at_most=AT_MOST,
        refusal=refusal.message if refusal else "",
    )  # fmt: skip


def _stage(word: str) -> Stage:
    if word not in set(Stage):
        raise NotFound
    return Stage(word)


ROUTES: list[Any] = [
    show_worklists, show_new_worklist, post_new_worklist, show_worklist, post_worklist, post_place, show_retiring,
    post_retiring,
]  # fmt: skip
