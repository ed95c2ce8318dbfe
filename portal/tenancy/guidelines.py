"""How a client wants its charts coded: written by managers, versioned, acknowledged by whoever codes by it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid, NotFound
from portal.ids import new_id
from portal.tenancy.guideline_changes import Change, rules_of, what_changed

LONGEST = 8000  # characters


@dataclass(frozen=True, slots=True)
class Guideline:
    """One version for one service line; each line of the body is one rule."""

    id: UUID
    service_line_id: UUID
    version: int
    body: str
    effective_on: date  # on the client's wall clock
    written_at: datetime

    @property
    def rules(self) -> list[str]:
        """The rules, one by one."""
        return rules_of(self.body)


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who works for a client, and the newest version of a guideline that they have acknowledged."""

    person_id: UUID
    name: str
    kind: str
    version: int  # 0: none yet
    acknowledged_at: datetime | None


@dataclass(frozen=True, slots=True)
class Edition:
    """A version with what it changed, by whom."""

    guideline: Guideline
    written_by: str
    changes: Sequence[Change]


@dataclass(frozen=True, slots=True)
class History:
    """Every version of a service line's guideline, newest first, and who has acknowledged which."""

    client: str
    time_zone: str
    service_line: str
    editions: Sequence[Edition]
    readers: Sequence[Reader]
    today: date  # at the client


async def write_guideline(
    manager: Actor, *, client_id: UUID, service_line_id: UUID, body: str, now: datetime,
    effective_on: date | None = None, seen: int | None = None, ends: bool = False,
) -> int:  # fmt: skip
    """Write the next version of a service line's guideline and return its number; the same words again change nothing.

    It holds from `effective_on` on, by default from today at the client. Raises NotFound for a service line that is
    not the client's, Invalid for a text that is too long, a day that is over or words taken away without `ends`,
    Conflict if somebody else wrote one at the same moment, or since version `seen` was on the writer's screen.
    """
    async with acting_as(manager):
        newest = (await find_guidelines(client_id)).get(service_line_id)
        if seen is not None and seen != (newest.version if newest else 0):
            raise Conflict(
                "Somebody wrote another version meanwhile. Read it under its versions, then save yours once more to put"
                " it in its place."
            )
        if newest and newest.body and not rules_of(body) and not ends:
            raise Invalid(
                "The text is empty, and would end every rule of this service line. Type the rules again, or tick that"
                " none holds any more."
            )
        return await write_version(
            manager, client_id=client_id, service_line_id=service_line_id, body=body, now=now, effective_on=effective_on
        )


async def write_version(
    manager: Actor, *, client_id: UUID, service_line_id: UUID, body: str, now: datetime,
    effective_on: date | None = None,
) -> int:  # fmt: skip
    """Like `write_guideline`, inside the current transaction."""
    body = "\n".join(rules_of(body))
    if len(body) > LONGEST:
        raise Invalid(f"This is too long: keep the guideline within {LONGEST:,} characters.")
    zone = await DB.value(
        "SELECT k.time_zone FROM service_line s JOIN client k ON k.id = s.client_id"
        " WHERE s.client_id = $1 AND s.id = $2",
        client_id, service_line_id,
    )  # fmt: skip
    if zone is None:
        raise NotFound
    today = now.astimezone(ZoneInfo(zone)).date()
    if effective_on and effective_on < today:
        raise Invalid(f"A new version holds from today ({today}) or a later day on: charts are coded already.")
    newest = (await find_guidelines(client_id)).get(service_line_id)
    same_day = newest is None or effective_on in (None, newest.effective_on) or newest.effective_on <= today
    if body == (newest.body if newest else "") and same_day:
        return newest.version if newest else 0
    version = newest.version + 1 if newest else 1
    try:
        await DB.execute(
            "INSERT INTO guideline (id, client_id, service_line_id, version, body, effective_on, written_by,"
            " written_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            new_id(), client_id, service_line_id, version, body, effective_on or today, manager.person_id, now,
        )  # fmt: skip
    except asyncpg.UniqueViolationError:
        raise Conflict("Somebody changed this guideline just now. Reload the page to see theirs.") from None
    await record(
        manager, Action.CLIENT_CHANGED, object_type="service line", object_id=service_line_id, client_id=client_id,
        changes=["guideline"],
    )  # fmt: skip
    return version


async def find_guidelines(client_id: UUID) -> dict[UUID, Guideline]:
    """The newest guideline of each service line of a client, inside the current transaction."""
    rows = await DB.fetch(
        "SELECT DISTINCT ON (service_line_id) id, service_line_id, version, body, effective_on, written_at"
        " FROM guideline WHERE client_id = $1 ORDER BY service_line_id, version DESC",
        client_id,
    )
    return {row["service_line_id"]: Guideline(**row) for row in rows}


async def get_history(manager: Actor, *, client_id: UUID, service_line_id: UUID, now: datetime) -> History:
    """A guideline's versions and readers; raises NotFound for a service line that is not the client's."""
    async with acting_as(manager):
        line = await DB.fetch_one(
            "SELECT s.name AS line, k.name AS client, k.time_zone FROM service_line s JOIN client k"
            " ON k.id = s.client_id WHERE s.client_id = $1 AND s.id = $2",
            client_id, service_line_id,
        )  # fmt: skip
        if line is None:
            raise NotFound
        editions = await find_editions(service_line_id)
        readers = await DB.fetch(_READERS, client_id, service_line_id)
    today = now.astimezone(ZoneInfo(line["time_zone"])).date()
    return History(line["client"], line["time_zone"], line["line"], editions, [Reader(**row) for row in readers], today)


async def find_editions(service_line_id: UUID) -> list[Edition]:
    """Every version of a service line's guideline, newest first, inside the current transaction."""
    rows = await DB.fetch(
        "SELECT g.id, g.service_line_id, g.version, g.body, g.effective_on, g.written_at,"
        " coalesce(p.name, 'a manager') AS written_by FROM guideline g LEFT JOIN person p ON p.id = g.written_by"
        " WHERE g.service_line_id = $1 ORDER BY g.version",
        service_line_id,
    )
    editions: list[Edition] = []
    for row in rows:
        values = dict(row)
        author = values.pop("written_by")
        guideline = Guideline(**values)
        before = editions[-1].guideline.rules if editions else []
        editions.append(Edition(guideline, author, what_changed(before, guideline.rules)))
    return editions[::-1]


def version_in_force(editions: Sequence[Edition], on: date) -> int:
    """The version that holds on a day at the client; 0 if none does yet."""
    return max((one.guideline.version for one in editions if one.guideline.effective_on <= on), default=0)


#: Whoever may work for the client, the least informed first.
_READERS = """
  SELECT p.id AS person_id, p.name, p.kind, coalesce(max(r.version), 0) AS version,
         max(r.acknowledged_at) AS acknowledged_at
    FROM client_grant c JOIN person p ON p.id = c.person_id
    LEFT JOIN (SELECT a.person_id, g.version, a.acknowledged_at FROM guideline_acknowledgement a
                 JOIN guideline g ON g.id = a.guideline_id WHERE g.service_line_id = $2) r ON r.person_id = p.id
   WHERE c.client_id = $1 AND c.revoked_at IS NULL AND p.disabled_at IS NULL
   GROUP BY p.id, p.name, p.kind ORDER BY version, p.kind DESC, p.name
"""
