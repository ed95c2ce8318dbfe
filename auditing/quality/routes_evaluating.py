"""The evaluation window: below which accuracy a coder is paused, for managers."""

from decimal import Decimal
from typing import Any

from litestar import Request, Response, get, post

from assignments.pausing import find_paused
from auditing.quality.evaluating import EvaluationRule, find_rule, set_rule
from portal.clock import utc_now
from portal.database import DB, acting_as
from portal.errors import Invalid
from portal.identity.permissions import Permission
from portal.web.answers import see_other
from portal.web.forms import Form, read_form, sentences_of
from portal.web.templating import page

WINDOWS = (("audits", "the last so many audits"), ("days", "so many days"))


@get("/quality/evaluation", opt={"permission": Permission.QUALITY_READ})
async def show_evaluation(request: Request[Any, Any, Any]) -> Response[Any]:
    """The rule in force, and whom it paused."""
    return await _page(request)


@post("/quality/evaluation", status_code=200, opt={"permission": Permission.STAFFING_MANAGE})
async def post_evaluation(request: Request[Any, Any, Any]) -> Response[Any]:
    """Let another rule hold, or none."""
    form = await read_form(request)
    try:
        rule = None if form.flag("none") else _read(form)
        await set_rule(request.user, rule=rule, now=utc_now())
    except Invalid as refusal:
        return await _page(request, form, refusal)
    said = "The rule holds from the next closed audit on." if rule else "Nobody is paused by figures any more."
    return await see_other(request, "/quality/evaluation", flash=said)


def _read(form: Form) -> EvaluationRule:
    window = form.choice("window", "what the window counts", [name for name, _ in WINDOWS])
    size = form.integer("size", "The size of the window", low=1, high=366)
    minimum = form.integer("minimum", "The fewest audits", low=1, high=366)
    threshold = form.decimal("threshold", "The threshold", low=Decimal(1), high=Decimal(100), places=2)
    form.ensure()
    return EvaluationRule(
        threshold, minimum, size if window == "audits" else None, size if window == "days" else None
    )  # fmt: skip


async def _page(
    request: Request[Any, Any, Any], form: Form | None = None, refusal: Invalid | None = None
) -> Response[Any]:
    async with acting_as(request.user):
        rule = await find_rule()
        paused = {who: how for who, how in (await find_paused()).items() if how.paused_by is None}
        names = {row["id"]: row["name"] for row in await DB.fetch(
            "SELECT id, name FROM person WHERE id = ANY ($1)", list(paused)
        )}  # fmt: skip
    values = form.values if form else {} if rule is None else {
        "window": "audits" if rule.audits else "days", "size": rule.audits or rule.days, "minimum": rule.minimum,
        "threshold": f"{rule.threshold.normalize():f}",
    }  # fmt: skip
    errors = sentences_of(refusal, "size")
    return page(
        request, "auditing/evaluation.html", status=refusal.status if refusal else 200, rule=rule, windows=WINDOWS,
        values=values, errors=errors,
        paused=sorted(((names[who], who, how) for who, how in paused.items()), key=lambda one: one[0]),
    )  # fmt: skip


ROUTES: list[Any] = [show_evaluation, post_evaluation]
