"""How much a rule weighs for a client: set by managers for a reason, in versions."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from assignments.edits.registry import BY_NUMBER
from assignments.edits.rules import OFF, Edit, Level
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid, NotFound
from portal.ids import new_id
from portal.tenancy.clients import ensure_client

#: A level that takes a client's own back.
AS_WRITTEN = "as written"
CHOICES = (AS_WRITTEN, *(level.value for level in Level), OFF)
LONGEST = 500  # characters of a reason
SETTINGS = ("practitioner", "outpatient")


@dataclass(frozen=True, slots=True)
class OwnLevel:
    """A version of what a client makes of a rule."""

    rule: str
    version: int
    level: str
    because: str
    set_by: str
    set_at: datetime


async def find_levels(client_id: UUID) -> dict[str, str]:
    """A client's own levels in force, by rule, inside the current transaction."""
    rows = await DB.fetch(
        "SELECT DISTINCT ON (rule) rule, level FROM edit_level WHERE client_id = $1 ORDER BY rule, version DESC",
        client_id,
    )
    return {row["rule"]: row["level"] for row in rows if row["level"] != AS_WRITTEN}


async def find_own_levels(client_id: UUID) -> list[OwnLevel]:
    """Every version of a client's own levels, newest first, inside the current transaction."""
    rows = await DB.fetch(
        "SELECT l.rule, l.version, l.level, l.because, p.name AS set_by, l.set_at FROM edit_level l"
        " JOIN person p ON p.id = l.set_by WHERE l.client_id = $1 ORDER BY l.set_at DESC, l.id DESC",
        client_id,
    )
    return [OwnLevel(**dict(row)) for row in rows]


async def find_settings(client_id: UUID) -> list[tuple[UUID, str, str, bool]]:
    """A client's service lines in use: names, tables, whether they ask what was there at admission.

    Inside the current transaction.
    """
    rows = await DB.fetch(
        "SELECT id, name, edit_setting, asks_poa FROM service_line WHERE client_id = $1 AND retired_at IS NULL"
        " ORDER BY name",
        client_id,
    )
    return [(row["id"], row["name"], row["edit_setting"], row["asks_poa"]) for row in rows]


async def set_level(manager: Actor, *, client_id: UUID, rule: str, level: str, because: str, now: datetime) -> None:
    """Let a rule weigh more or less for a client, from the next look on. The same level again changes nothing.

    Raises NotFound for an unknown client or rule, Invalid for what may not be changed or lacks a reason, Conflict if
    somebody else set it at the same moment.
    """
    edit = BY_NUMBER.get(rule)
    if edit is None:
        raise NotFound
    reason = " ".join(because.split())
    _ensure_may(edit, level, reason)
    async with acting_as(manager):
        await ensure_client(client_id)
        newest = await DB.fetch_one(
            "SELECT version, level FROM edit_level WHERE client_id = $1 AND rule = $2 ORDER BY version DESC LIMIT 1",
            client_id, rule,
        )  # fmt: skip
        if level == (newest["level"] if newest else AS_WRITTEN):
            return
        try:
            await DB.execute(
                "INSERT INTO edit_level (id, client_id, rule, version, level, because, set_by, set_at)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                new_id(), client_id, rule, newest["version"] + 1 if newest else 1, level, reason, manager.person_id,
                now,
            )  # fmt: skip
        except asyncpg.UniqueViolationError:
            raise Conflict("Somebody set this rule just now. Reload the page to see theirs.") from None
        await record(
            manager, Action.CLIENT_CHANGED, object_type="client", object_id=client_id, client_id=client_id,
            changes=["edit level"], details={"rule": rule, "level": level},
        )  # fmt: skip


async def set_setting(manager: Actor, *, client_id: UUID, service_line_id: UUID, setting: str, asks_poa: bool) -> None:
    """Say with which of CMS's tables a service line is checked, and whether its diagnoses say if they were there at
    admission. Calm when repeated; raises NotFound, Invalid."""
    if setting not in SETTINGS:
        raise Invalid
    async with acting_as(manager):
        if not await DB.value(
            "SELECT 1 FROM service_line WHERE client_id = $1 AND id = $2", client_id, service_line_id
        ):
            raise NotFound
        if await DB.execute(
            "UPDATE service_line SET edit_setting = $2, asks_poa = $3"
            " WHERE id = $1 AND (edit_setting, asks_poa) <> ($2, $3)",
            service_line_id, setting, asks_poa,
        ):  # fmt: skip
            await record(
                manager, Action.CLIENT_CHANGED, object_type="service line", object_id=service_line_id,
                client_id=client_id, changes=["edit tables"],
            )  # fmt: skip


def _ensure_may(edit: Edit, level: str, reason: str) -> None:
    if level not in CHOICES:
        raise Invalid("Choose how much this rule weighs.")
    if edit.fixed and level not in (AS_WRITTEN, edit.level):
        raise Invalid(f"{edit.number} stays as it is: the claim itself refuses what it finds.")
    if not reason:
        raise Invalid("Say why, in a sentence for whoever asks later.")
    if len(reason) > LONGEST:
        raise Invalid(f"Keep the reason within {LONGEST} characters.")
