"""Sharing out a shift: a plan, looked at beside plain pull, then kept for people until the shift ends, or dropped."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromQuery

from assignments.handing_over.moving import keep_planned, open_plan
from assignments.planning.shift import AT_MOST, GOOD_FOR, ShiftPlan, find_on_duty, find_state, plan_shift
from assignments.rules import Stage
from portal.clock import utc_now
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid
from portal.identity.permissions import Permission
from portal.web.answers import see_other
from portal.web.forms import Form, FormError, read_form, sentences_of
from portal.web.templating import page

PLAN = "/floor/plan"
_AGAIN = "Nothing was changed. Make the plan again."
#: How long a shift still lasts, as it is chosen.
HOURS = {str(hours): f"{hours} hours" for hours in (2, 4, 6, 8, 10, 12)}


@get(PLAN, opt={"permission": Permission.LINE_MANAGE})
async def show_plan(request: Request[Any, Any, Any], stage: FromQuery[str] = "coding") -> Response[Any]:
    """Who is on duty, and the plans that still keep something."""
    return await _page(request, Stage(stage) if stage in set(Stage) else Stage.CODING)


@post(PLAN, status_code=200, opt={"permission": Permission.LINE_MANAGE})
async def post_plan(request: Request[Any, Any, Any]) -> Response[Any]:
    """Make a plan and show what it comes to, or apply the one on screen."""
    form = await read_form(request)
    asked = form.choice("stage", "what is planned", set(Stage))
    stage = Stage(asked) if asked in set(Stage) else Stage.CODING
    hours = form.choice("hours", "how long the shift lasts", HOURS)
    people = await _read_people(request)
    if not people:
        form.wrong("person", "Choose at least one person.")
    try:
        form.ensure()
        if form.values.get("step") == "apply":
            return await _apply(request, form, stage, people, hours)
    except (FormError, Invalid, Conflict) as refusal:
        errors = sentences_of(refusal, "plan")
        return await _page(request, stage, values=form.values, chosen=people, errors=errors)
    now = utc_now().replace(microsecond=0)
    plan = await plan_shift(request.user, stage=stage, people=people, until=now + timedelta(hours=int(hours)), now=now)
    return await _page(request, stage, values=form.values, chosen=people, plan=plan, made_at=now)


@post(f"{PLAN}/open", status_code=200, opt={"permission": Permission.LINE_MANAGE})
async def post_opening(request: Request[Any, Any, Any]) -> Response[Any]:
    """Open to everybody what a plan still keeps."""
    form = await read_form(request)
    label = form.text("label", "The plan", most=80)
    form.ensure()
    opened = await open_plan(request.user, label=label, now=utc_now())
    return await see_other(request, PLAN, flash=f"Opened to everybody: {opened} that the plan kept.")


async def _apply(
    request: Request[Any, Any, Any], form: Form, stage: Stage, people: list[UUID], hours: str
) -> Response[Any]:
    now = utc_now()
    made_at = datetime.fromtimestamp(form.integer("made_at", "The plan’s time", low=0, high=9_999_999_999), UTC)
    waited = form.integer("waiting", "How much waited", low=0, high=AT_MOST)
    planned = _read_planned(form)
    form.ensure()
    if not timedelta(0) <= now - made_at <= GOOD_FOR:
        raise Conflict(f"This plan is older than {GOOD_FOR.seconds // 60} minutes. {_AGAIN}")
    state, waiting = await find_state(request.user, stage=stage, people=people)
    if state != form.values.get("state") or abs(waiting - waited) * 10 > waiting:
        raise Conflict(f"The line has changed since: who is on duty, what they may take, or how much waits. {_AGAIN}")
    kept = await keep_planned(
        request.user, planned=planned, until=made_at + timedelta(hours=int(hours)), label=_label(made_at, stage),
        now=now,
    )  # fmt: skip
    passed = (
        f" {len(planned) - kept} were taken or moved meanwhile and stay as they are." if kept < len(planned) else ""
    )
    return await see_other(request, PLAN, flash=f"{kept} kept for their people for {hours} hours.{passed}")


def _label(made_at: datetime, stage: Stage) -> str:
    return f"Shift plan of {made_at:%Y-%m-%d %H:%M:%S} UTC for {stage.value}"


async def _page(
    request: Request[Any, Any, Any], stage: Stage, *, values: dict[str, str] | None = None,
    chosen: list[UUID] | None = None, errors: Mapping[str | None, str] | None = None, plan: ShiftPlan | None = None,
    made_at: datetime | None = None,
) -> Response[Any]:  # fmt: skip
    async with acting_as(request.user):
        on_duty = await find_on_duty(stage)
        in_force = await DB.fetch(
            "SELECT last.because AS label, count(*) AS kept, min(e.preferred_until) AS until FROM queue_entry e"
            " CROSS JOIN LATERAL (SELECT r.because FROM routing r WHERE r.queue_entry_id = e.id AND r.kind = 'kept'"
            "  ORDER BY r.id DESC LIMIT 1) last"
            " WHERE e.state = 'waiting' AND e.preferred_person IS NOT NULL AND last.because LIKE 'Shift plan of %'"
            " GROUP BY 1 ORDER BY 1 DESC"
        )
    planned = " ".join(f"{one.entry_id}={one.person_id}" for one in plan.plan.planned) if plan else ""
    return page(
        request, "portal/shift_plan.html", status=422 if errors else 200, stage=stage, stages=tuple(Stage),
        hours=HOURS, values=values or {}, errors=errors or {}, on_duty=on_duty, plan=plan, planned=planned,
        chosen={person for person, _ in on_duty} if chosen is None else set(chosen), in_force=in_force,
        made_at=int(made_at.timestamp()) if made_at else 0, at_most=AT_MOST, good_for=GOOD_FOR.seconds // 60,
    )  # fmt: skip


async def _read_people(request: Request[Any, Any, Any]) -> list[UUID]:
    posted = await request.form()
    people = []
    for value in posted.getall("person", []):
        try:
            people.append(UUID(str(value)))
        except ValueError:
            continue
    return people


def _read_planned(form: Form) -> dict[UUID, UUID]:
    planned = {}
    for pair in form.values.get("planned", "").split()[:AT_MOST]:
        entry, _, person = pair.partition("=")
        try:
            planned[UUID(entry)] = UUID(person)
        except ValueError:
            form.wrong("plan", f"This plan cannot be read. {_AGAIN}")
    if not planned:
        form.wrong("plan", "The plan is empty: nothing would change.")
    return planned


ROUTES: list[Any] = [show_plan, post_plan, post_opening]
