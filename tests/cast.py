"""The cast: one person of each kind, a second coder and auditor, strangers of another client; where they work."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from hashlib import sha256
from typing import Any
from uuid import UUID

import asyncpg
import httpx
from litestar import Litestar

from portal.actor import Actor, Kind, Origin
from portal.app import create_app
from portal.database import acting_as
from portal.identity.permissions import permissions_of
from portal.identity.sessions import open_session
from portal.ids import new_id
from portal.settings import Settings
from storage.client_keys import create_client_key

#: A moment within the release that ships; business times in tests start here.
NOW = datetime(2026, 9, 14, 14, 30, tzinfo=UTC)

PASSWORD = "plain words for a test only"
#: argon2id of PASSWORD with parameters so weak that signing in costs tests no time (it is rehashed at first sign-in).
PASSWORD_HASH = "$argon2id$v=19$m=8,t=1,p=1$Y2hhcnR3YXkgdGVzdHM$eL968+TGXelV5F+GqVeytA"

ADMINISTRATION = Actor(Kind.ADMINISTRATOR, name="set-up")
MANAGEMENT = Actor(Kind.MANAGER, name="set-up")


@dataclass(frozen=True)
class Client:
    """A client of the tests, with one location and one service line per specialty."""

    id: UUID
    code: str
    name: str
    time_zone: str
    location_id: UUID
    lines: Mapping[str, UUID]  # specialty → service line
    plan_id: UUID


@dataclass
class House:
    """Two clients and everybody. `house.clara` is the Actor of that person."""

    north: Client
    south: Client
    people: dict[str, Actor] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Actor:
        try:
            return self.people[name]
        except KeyError:
            raise AttributeError(name) from None


async def build_house(connection: asyncpg.Connection) -> House:
    """Make the two clients and the cast with a superuser's connection; the clients' keys come from the open vault."""
    north = await _make_client(connection, "NOR", "North Radiology", "America/New_York", ["radiology", "emergency"])
    south = await _make_client(connection, "SOU", "South Emergency", "America/Chicago", ["emergency", "radiology"])
    house = House(north, south)
    for name, kind, client, specialties, granted in (
        ("clara", Kind.CLIENT, north, (), ()),
        ("carl", Kind.CLIENT, north, (), ()),
        ("stranger", Kind.CLIENT, south, (), ()),
        ("cody", Kind.CODER, None, ("radiology", "emergency"), (north, south)),
        ("cora", Kind.CODER, None, ("radiology", "emergency"), (north,)),
        ("outsider", Kind.CODER, None, ("radiology", "emergency"), (south,)),
        ("audrey", Kind.AUDITOR, None, ("radiology", "emergency"), (north, south)),
        ("abel", Kind.AUDITOR, None, ("radiology", "emergency"), (north,)),
        ("mona", Kind.MANAGER, None, (), ()),
        ("connie", Kind.COMPLIANCE, None, (), ()),
        ("adam", Kind.ADMINISTRATOR, None, (), ()),
    ):
        house.people[name] = await make_person(
            connection, name, kind, client=client, specialties=specialties, granted=granted
        )
    return house


async def make_person(
    connection: asyncpg.Connection, name: str, kind: Kind, *, client: Client | None = None,
    specialties: tuple[str, ...] = (), granted: tuple[Client, ...] = (),
) -> Actor:  # fmt: skip
    """Add a person with skills and grants; returns them as an actor."""
    person_id = new_id()
    client_id = client.id if client else None
    await connection.execute(
        "INSERT INTO person (id, client_id, email, name, kind, password_hash, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        person_id, client_id, f"{name}@example.com", name.title(), kind.value, PASSWORD_HASH, NOW,
    )  # fmt: skip
    for specialty in specialties:
        await connection.execute("INSERT INTO skill (person_id, specialty) VALUES ($1, $2)", person_id, specialty)
    for other in granted:
        await connection.execute(
            "INSERT INTO client_grant (client_id, person_id, granted_at) VALUES ($1, $2, $3)", other.id, person_id, NOW
        )
    return Actor(
        kind, person_id, client_id, name.title(), permissions_of(kind), new_id(), 1,
        Origin(ip="127.0.0.1", agent_hash=sha256(b"tests").hexdigest(), request_id=new_id()),
    )  # fmt: skip


async def _make_client(
    connection: asyncpg.Connection, code: str, name: str, zone: str, specialties: list[str]
) -> Client:
    client_id, location_id, plan_id, seed = new_id(), new_id(), new_id(), sha256(code.encode()).digest()
    await connection.execute(
        "INSERT INTO client (id, code, name, time_zone, created_at) VALUES ($1, $2, $3, $4, $5)",
        client_id, code, name, zone, NOW,
    )  # fmt: skip
    await connection.execute(
        "INSERT INTO agreement (id, client_id, kind, reference, signed_on, effective_on, recorded_at)"
        " VALUES ($1, $2, 'baa', 'Cabinet 4', '2026-01-01', '2026-01-01', $3)",
        new_id(), client_id, NOW,
    )  # fmt: skip
    await connection.execute(
        "INSERT INTO location (id, client_id, name) VALUES ($1, $2, $3)", location_id, client_id, f"{name} Main"
    )
    lines = {}
    for specialty in specialties:
        lines[specialty] = line_id = new_id()
        await connection.execute(
            "INSERT INTO service_line (id, client_id, name, specialty, promise_hours, created_at)"
            " VALUES ($1, $2, $3, $4, 24, $5)",
            line_id, client_id, specialty.title(), specialty, NOW,
        )  # fmt: skip
        await connection.execute(
            "INSERT INTO rate (id, client_id, service_line_id, amount, effective_on, created_at)"
            " VALUES ($1, $2, $3, $4, $5, $6)",
            new_id(), client_id, line_id, Decimal("1.10"), datetime(2026, 1, 1, tzinfo=UTC).date(), NOW,
        )  # fmt: skip
    await connection.execute(
        "INSERT INTO sample_plan (id, client_id, percent, commitment, opened_at) VALUES ($1, $2, 100, $3, $4)",
        plan_id, client_id, sha256(seed).digest(), NOW,
    )  # fmt: skip
    await connection.execute(
        "INSERT INTO sample_seed (plan_id, client_id, seed) VALUES ($1, $2, $3)", plan_id, client_id, seed
    )
    async with acting_as(MANAGEMENT):
        await create_client_key(client_id)
    return Client(client_id, code, name, zone, location_id, lines, plan_id)


class Browser:
    """Somebody's browser: an HTTP client with their session, which sends the CSRF token as our pages do."""

    def __init__(self, http: httpx.AsyncClient, actor: Actor | None) -> None:
        self.http, self.actor = http, actor

    async def get(self, path: str, **options: Any) -> httpx.Response:
        return await self.http.get(path, **options)

    async def post(self, path: str, **options: Any) -> httpx.Response:
        return await self.http.post(path, **options)


@cache
def the_app() -> Litestar:
    """The application, made once for a test process: it keeps nothing of a request, and is slow to make."""
    return create_app(Settings())


async def open_browser(app: Any, actor: Actor | None) -> Browser:
    """A browser on the application, signed in as `actor` unless that is None."""
    from portal.actor import NOBODY
    from portal.web.cookies import cookie_name, csrf_token

    http = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1:8700")
    if actor:
        assert actor.person_id is not None
        async with acting_as(replace(NOBODY, origin=actor.origin)):
            token = await open_session(actor.person_id, origin=actor.origin, assurance=1)
        http.cookies.set(cookie_name(), token, domain="127.0.0.1")
        http.headers["x-csrf-token"] = csrf_token(token)
    return Browser(http, actor)
