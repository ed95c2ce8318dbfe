"""Templates of queries, as managers see and change them."""

from typing import Any

from litestar import Request, Response, get, post

from assignments.querying.forms import read_offered, read_standing
from assignments.querying.linting import lint
from assignments.querying.rules import PURPOSES, SHAPES, STANDING, Content, Means, Purpose, Shape, arrange
from assignments.querying.shipped import Template
from assignments.querying.templates import find_all_templates, write_template
from portal.clock import utc_now
from portal.errors import Conflict, Invalid, NotFound
from portal.identity.permissions import Permission
from portal.web.answers import see_other
from portal.web.forms import Form, read_form
from portal.web.templating import page

MANAGER = {"permission": Permission.QUERY_MANAGE}
NEW = Template("", 0, "", Purpose.SPECIFICITY, Shape.CHOICE, "", "", (), frozenset({Means.OTHER, Means.UNDETERMINED}))


@get("/query-templates", opt=MANAGER)
async def show_templates(request: Request[Any, Any, Any]) -> Response[Any]:
    """Every template; with ?edit=… the one that is to be changed, or a new one."""
    templates = await find_all_templates(request.user)
    wanted = request.query_params.get("edit")
    edited = None if wanted is None else NEW if wanted == "" else {one.key: one for one in templates}.get(wanted)
    if wanted and edited is None:
        raise NotFound
    return _show(request, templates, edited)


@post("/query-templates", status_code=200, opt=MANAGER)
async def post_template(request: Request[Any, Any, Any]) -> Response[Any]:
    """Write the next version of a template."""
    form = await read_form(request)
    template = _read(form)
    try:
        form.ensure()
        written = await write_template(
            request.user, key=template.key, name=template.name, purpose=template.purpose, shape=template.shape,
            title=template.title, question=template.question, offered=template.offered, standing=template.standing,
            retired=template.retired, based_on=template.version, now=utc_now(),
        )  # fmt: skip
    except (Invalid, Conflict) as refusal:
        return _show(request, await find_all_templates(request.user), template, refusal)
    place = f"/query-templates?edit={written.key}" if _remarks(written) else "/query-templates"  # what to mend, if any
    return await see_other(request, place, flash=f"“{written.name}” is version {written.version} now.")


def _read(form: Form) -> Template:
    based_on = form.integer("based_on", "The version", low=0, high=100_000)
    purpose = form.choice("purpose", "what it is for", [word.value for word in Purpose])
    shape = form.choice("shape", "how it is answered", [word.value for word in Shape])
    return Template(
        form.text("key", "The key", required=False, most=60), based_on, form.text("name", "The name", most=120),
        Purpose(purpose) if "purpose" not in form.errors else NEW.purpose,
        Shape(shape) if "shape" not in form.errors else NEW.shape,
        form.text("title", "The title", most=120), form.text("question", "The question", most=2000),
        read_offered(form.values), read_standing(form.values), form.flag("retired"),
    )  # fmt: skip


def _show(
    request: Request[Any, Any, Any], templates: list[Template], edited: Template | None,
    refusal: Invalid | Conflict | None = None,
) -> Response[Any]:  # fmt: skip
    return page(
        request, "assignments/querying/templates.html", status=int(refusal.status) if refusal else 200,
        templates=templates, edited=edited, remarks=_remarks(edited) if edited and edited.version else (),
        problem=refusal.message if refusal else "", purposes=PURPOSES, shapes=SHAPES, standing=STANDING,
    )  # fmt: skip


def _remarks(template: Template) -> list[Any]:
    """What the linter says about the wording; quotes and slots come with each chart."""
    content = Content(
        template.purpose, template.shape, template.title, template.question,
        arrange(template.shape, template.offered, template.standing),
    )  # fmt: skip
    return [remark for remark in lint(content) if remark.number not in ("Q01", "Q15", "Q17")]


ROUTES: list[Any] = [show_templates, post_template]
