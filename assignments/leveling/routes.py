"""The worksheet of levels, a tool of the desk and of the auditor's worksheet: each change is kept as it is made."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from assignments.leveling.keeping import save_leveling
from assignments.leveling.rules import Answers, Patient, Risk, Setting
from assignments.leveling.showing import open_sheet
from assignments.leveling.words import GROUPS
from assignments.rules import Stage
from portal.identity.permissions import Permission
from portal.web.answers import see_other, wants_fragment
from portal.web.forms import Form, read_form
from portal.web.templating import page


def leveling_routes(prefix: str, *, stage: Stage, permission: Permission) -> list[HTTPRouteHandler]:
    """Routes below `prefix`/{chart_id}: `level` shows the worksheet and keeps what is filled in."""

    @get(f"{prefix}/{{chart_id:uuid}}/level", opt={"permission": permission}, name=f"{stage} level")
    async def show_level(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> Response[Any]:
        """The worksheet as it was left."""
        sheet = await open_sheet(request.user, chart_id=chart_id, stage=stage)
        return _show(request, sheet, f"{prefix}/{chart_id}", "level")

    @post(f"{prefix}/{{chart_id:uuid}}/level", status_code=200, opt={"permission": permission}, name=f"{stage} levels")
    async def post_level(request: Request[Any, Any, Any], chart_id: FromPath[UUID]) -> Response[Any]:
        """Keep the answers, and say what they come to."""
        form, back = await read_form(request), f"{prefix}/{chart_id}"
        answers = None if form.values.get("op") == "clear" else read_answers(form)
        fence = form.integer("fence", "The fence", low=0, high=2_000_000_000)
        if form.errors:
            sheet = await open_sheet(
                request.user, chart_id=chart_id, stage=stage, typed=answers, errors=form.errors
            )  # fmt: skip
            return _show(request, sheet, back, "result", status=422)
        await save_leveling(request.user, chart_id=chart_id, stage=stage, fence=fence, answers=answers)
        if not wants_fragment(request):
            return await see_other(request, f"{back}/level")
        sheet = await open_sheet(request.user, chart_id=chart_id, stage=stage)
        return _show(request, sheet, back, "level" if answers is None else "result")

    return [show_level, post_level]


def read_answers(form: Form) -> Answers:
    """What was filled in; what cannot be used is noted in the form and counts as nothing. An empty count is none."""
    values: dict[str, Any] = {}
    for _, questions in GROUPS:
        for question in questions:
            name = question.name
            if question.kind == "flag":
                values[name] = form.flag(name)
            elif question.kind == "choice":
                values[name] = form.choice(name, question.label.lower(), {key for key, _ in question.options})
            else:
                values[name] = form.integer(name, question.label, low=0, high=question.most) if form.values.get(
                    name
                ) else 0  # fmt: skip
    kinds = {"setting": Setting, "patient": Patient, "risk": Risk}
    for name, kind in kinds.items():
        values[name] = kind(values[name]) if values[name] in set(kind) else next(iter(kind))
    return Answers(**values)


def _show(request: Request[Any, Any, Any], sheet: Any, back: str, part: str, status: int = 200) -> Response[Any]:
    template = f"assignments/leveling/_{part}.html" if wants_fragment(request) else "assignments/leveling/page.html"
    return page(request, template, status=status, sheet=sheet, back=back, groups=GROUPS, work=None)
