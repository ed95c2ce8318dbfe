"""The Jinja environment, and `page()`: a template rendered after the transaction has ended."""

import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from litestar import Request, Response
from litestar.enums import MediaType
from markupsafe import Markup

from portal.actor import NOBODY, Actor
from portal.identity.permissions import Permission
from portal.settings import get_settings
from portal.web import filters
from portal.web.cookies import csrf_token, session_token

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
STATIC = Path(__file__).parent / "static"

#: The menu: what a person sees of it is what they may do.
MENU: Sequence[tuple[str, str, str]] = (
    ("Charts", "/charts", Permission.CHART_READ),
    ("Batches", "/batches", Permission.BATCH_READ),
    ("Pends", "/pends", Permission.PEND_ANSWER),
    ("Provider queries", "/provider-queries", Permission.QUERY_ANSWER),
    ("Results", "/results", Permission.CHART_READ),
    ("Upload", "/upload", Permission.CHART_UPLOAD),
    ("Deliveries", "/deliveries", Permission.CHART_UPLOAD),
    ("Coding", "/desk", Permission.CODING_WORK),
    ("My queries", "/my-queries", Permission.CODING_WORK),
    ("Audits", "/audits", Permission.AUDIT_WORK),
    ("My time", "/my-time", Permission.CODING_WORK),
    ("My time", "/my-time", Permission.AUDIT_WORK),
    ("Floor", "/floor", Permission.FLOOR_READ),
    ("Questions", "/questions", Permission.QUESTION_ANSWER),
    ("Duplicates", "/duplicates", Permission.DUPLICATE_DECIDE),
    ("Queries", "/queries", Permission.QUERY_MANAGE),
    ("Quality", "/quality", Permission.QUALITY_READ),
    ("Clients", "/clients", Permission.CLIENT_MANAGE),
    ("Code sets", "/code-sets", Permission.CODE_SET_MANAGE),
    ("Charges", "/exports", Permission.EXPORT_READ),
    ("Invoices", "/invoices", Permission.INVOICE_READ),
    ("People", "/people", Permission.PEOPLE_READ),
    ("Agreements", "/agreements", Permission.AGREEMENT_MANAGE),
    ("API tokens", "/api-tokens", Permission.API_MANAGE),
    ("Retention", "/retention", Permission.RETENTION_MANAGE),
    ("Access log", "/access-log", Permission.ACCESS_LOG_READ),
    ("Safekeeping", "/safekeeping", Permission.SAFEKEEPING_READ),
)

#: Pages that the menu does not name, with the entry that leads to them.
_REACHED_BY = {"encounters": "/batches", "schedule": "/batches", "uploads": "/upload", "query-templates": "/queries",
               "line-sets": "/floor", "pend-reasons": "/floor", "worklists": "/floor"}  # fmt: skip


@cache
def environment() -> jinja2.Environment:
    """One environment for the process: escapes everything, and a name that is missing is an error."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined, cache_size=-1,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.globals.update(static=static, app_name="Chartway", scan_is_off=lambda: get_settings().scan == "off")
    made.filters.update(filters.FILTERS)
    return made


@cache
def static(path: str) -> str:
    """The address of a static file, with a digest of its content so that it can be kept for ever."""
    digest = hashlib.sha256((STATIC / path).read_bytes()).hexdigest()[:12]
    return f"/static/{path}?v={digest}"


def page(request: Request[Any, Any, Any], template: str, /, *, status: int = 200, **context: Any) -> Response[str]:
    """The rendered page, or fragment when the template's name begins with an underscore."""
    html = environment().get_template(template).render(**_around(request), status=int(status), **context)
    return Response(html, status_code=status, media_type=MediaType.HTML)


def _around(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """What every template may use. Safe on error pages, where the middleware may not have run."""
    actor: Actor = request.scope.get("user") or NOBODY
    token = csrf_token(session_token(request)) if actor.person_id else ""
    path = request.scope["path"]
    entry = _REACHED_BY.get(path.split("/")[1], path)
    return {
        "actor": actor if actor.person_id else None,
        "csrf_token": lambda: token,
        "csrf_input": lambda: Markup('<input type="hidden" name="csrf_token" value="{}">').format(token),
        "nav": [
            (label, href, entry == href or entry.startswith(href + "/"))
            for label, href, permission in MENU
            if actor.may(permission)
        ],
        "flash": request.scope.get("state", {}).get("flash"),
        "request_path": path,
    }
