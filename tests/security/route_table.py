"""The route table as the application holds it: every route and method, who may use it, and ids to fill its path."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar import Litestar

from portal.ids import new_id
from tests.cast import Client
from tests.conftest import Sql

#: Path parameters that are not named for their table.
TABLES = {
    "certificate": "destruction_certificate", "draft": "schedule_draft", "entry": "queue_entry",
    "event": "access_event", "expected": "expected_encounter", "hold": "legal_hold", "line": "service_line",
    "page": "document_page", "token": "api_token",
}  # fmt: skip


@dataclass(frozen=True)
class Cell:
    """One route and method."""

    path: str  # with {name:type} parameters
    method: str
    name: str
    public: bool
    permissions: frozenset[str]
    declared: bool
    parameters: tuple[str, ...]
    token: bool  # a route of the API: no cookie opens it

    def filled(self, ids: Mapping[str, UUID]) -> str:
        """The path with an id for each parameter, and the smallest number for each that is a number."""
        path = re.sub(r"\{(\w+):uuid\}", lambda found: str(ids[found[1]]), self.path)
        return re.sub(r"\{\w+:(int|str)\}", "1", path)

    @property
    def missing(self) -> str:
        """The path with ids of nothing."""
        return self.filled({name: new_id() for name in self.parameters})


def cells(app: Litestar) -> Iterator[Cell]:
    """Every route and method but static files and the framework's own OPTIONS."""
    for route in app.routes:
        for handler in getattr(route, "route_handlers", []):
            options: dict[str, Any] = handler.opt
            if options.get("static") or handler.handler_name == "options_handler":
                continue
            permission = options.get("permission")
            wanted = frozenset((permission,) if isinstance(permission, str) else permission or ())
            public = bool(options.get("public"))
            for method in sorted(handler.http_methods):
                yield Cell(
                    route.path, str(method), handler.handler_name, public, wanted, public or bool(wanted),
                    tuple(re.findall(r"\{(\w+):uuid\}", route.path)), bool(options.get("token")),
                )  # fmt: skip


async def real_ids(sql: Sql, cell: Cell, client: Client) -> list[dict[str, UUID]]:
    """Ids of things of `client` that fit the path, a few of each; a parameter that fits no table is an error."""
    found: list[dict[str, UUID]] = [{}]
    for name in cell.parameters:
        stem = name.removesuffix("_id")
        table = TABLES.get(stem, stem)
        if table == "client":
            rows: list[Any] = [{"id": client.id}]
        elif table == "worklist":  # no client's
            rows = await sql("SELECT id FROM worklist WHERE kind = 'rest'")
        elif table == "code_release":  # no client's either
            rows = await sql("SELECT id FROM code_release")
        elif table == "person":
            rows = await sql(
                "SELECT person_id AS id FROM client_grant WHERE client_id = $1 UNION ALL"
                " SELECT id FROM person WHERE client_id = $1",
                client.id,
            )
        else:
            rows = await sql(f'SELECT id FROM "{table}" WHERE client_id = $1 ORDER BY id LIMIT 6', client.id)
        assert rows, f"{cell.path}: the test's house has nothing for {name}; make one in `furnished`"
        found = [{**one, name: UUID(str(row["id"]))} for one in found for row in rows]
    return found
