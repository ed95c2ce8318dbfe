"""The register of agreements: without a business associate agreement in force nothing of a patient is received."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid, NotFound
from portal.ids import new_id
from portal.tenancy.rules import AgreementKind, Standing, ensure_term, standing

NO_AGREEMENT = (
    "No business associate agreement with your organization is in force today, so no documents can be received."
    " Nothing was kept. Ask the coding company’s compliance officer to put the signed agreement on file."
)


@dataclass(frozen=True, slots=True)
class Agreement:
    """A signed paper with a client, as it stands on the client's own day."""

    id: UUID
    client_id: UUID
    client: str
    kind: AgreementKind
    reference: str
    signed_on: date
    effective_on: date
    expires_on: date | None
    ended_on: date | None
    recorded_by: str
    standing: Standing


async def add_agreement(
    actor: Actor, *, client_id: UUID, kind: AgreementKind, reference: str, signed_on: date, effective_on: date,
    expires_on: date | None, now: datetime,
) -> UUID:  # fmt: skip
    """Put a signed agreement on file and return its id; `expires_on` is its last day, None until it is ended.

    Raises NotFound for an unknown client, Invalid for days that cannot be.
    """
    async with acting_as(actor):
        zone = await _zone_of(client_id)
        ensure_term(signed_on, effective_on, expires_on, today=now.astimezone(ZoneInfo(zone)).date())
        agreement_id = new_id()
        await DB.execute(
            "INSERT INTO agreement (id, client_id, kind, reference, signed_on, effective_on, expires_on, recorded_at,"
            " recorded_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            agreement_id, client_id, kind.value, reference.strip(), signed_on, effective_on, expires_on, now,
            actor.person_id,
        )  # fmt: skip
        await record(
            actor, Action.AGREEMENT_ADDED, object_type="agreement", object_id=agreement_id, client_id=client_id,
            details={"kind": kind.value},
        )  # fmt: skip
    return agreement_id


async def end_agreement(actor: Actor, *, agreement_id: UUID, ended_on: date) -> None:
    """Note the last day of an agreement that ends early. Calm when repeated with the same day.

    Raises NotFound for an unknown agreement, Invalid for a day before it began or after it expires, Conflict if it
    has been ended already.
    """
    async with acting_as(actor):
        row = await DB.fetch_one(
            "SELECT client_id, effective_on, expires_on, ended_on FROM agreement WHERE id = $1 FOR UPDATE", agreement_id
        )
        if row is None:
            raise NotFound
        if row["ended_on"] == ended_on:
            return
        if row["ended_on"]:
            raise Conflict(f"This agreement was ended on {row['ended_on']} already. Put a new one on file instead.")
        if ended_on < row["effective_on"] or (row["expires_on"] and ended_on > row["expires_on"]):
            raise Invalid("An agreement ends between its first day and its last. Choose a day between them.")
        await DB.execute("UPDATE agreement SET ended_on = $2 WHERE id = $1", agreement_id, ended_on)
        await record(
            actor, Action.AGREEMENT_ENDED, object_type="agreement", object_id=agreement_id, client_id=row["client_id"]
        )


async def has_agreement(client_id: UUID, *, now: datetime) -> bool:
    """True if a BAA is in force on the client's own day; inside the current transaction."""
    return bool(
        await DB.value(
            "SELECT 1 FROM client k JOIN agreement a ON a.client_id = k.id WHERE k.id = $1 AND a.kind = 'baa'"
            " AND ($2::timestamptz AT TIME ZONE k.time_zone)::date"
            "     BETWEEN a.effective_on AND least(a.expires_on, a.ended_on, 'infinity'::date) LIMIT 1",
            client_id,
            now,
        )
    )


async def find_agreements(*, now: datetime, client_id: UUID | None = None) -> Sequence[Agreement]:
    """Every agreement (of one client), by client, the newest first; inside the current transaction."""
    rows = await DB.fetch(
        "SELECT a.id, a.client_id, k.name AS client, a.kind, a.reference, a.signed_on, a.effective_on, a.expires_on,"
        " a.ended_on, coalesce(p.name, 'Chartway') AS recorded_by,"
        " ($1::timestamptz AT TIME ZONE k.time_zone)::date AS today"
        " FROM agreement a JOIN client k ON k.id = a.client_id LEFT JOIN person p ON p.id = a.recorded_by"
        " WHERE ($2::uuid IS NULL OR a.client_id = $2) ORDER BY k.name, a.effective_on DESC, a.id DESC",
        now, client_id,
    )  # fmt: skip
    return [
        Agreement(
            row["id"], row["client_id"], row["client"], AgreementKind(row["kind"]), row["reference"], row["signed_on"],
            row["effective_on"], row["expires_on"], row["ended_on"], row["recorded_by"],
            standing(row["effective_on"], row["expires_on"], row["ended_on"], today=row["today"]),
        )
        for row in rows
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Warned:
    """A client whose BAA ends soon (`last_on`), or that has none in force (None)."""

    client_id: UUID
    client: str
    last_on: date | None
    days: int


async def find_warnings(*, now: datetime, days: int = 60) -> Sequence[Warned]:
    """Clients without a BAA in force, and those whose last one ends within `days`; inside the current transaction."""
    rows = await DB.fetch(_WARNINGS, now, days)
    return [Warned(**row) for row in rows]


# A BAA that begins no later than the day after the last one ends carries on from it.
_WARNINGS = """
  WITH RECURSIVE day AS (
    SELECT id, name, ($1::timestamptz AT TIME ZONE time_zone)::date AS today FROM client WHERE closed_at IS NULL),
  term AS (
    SELECT client_id, effective_on, least(expires_on, ended_on, 'infinity'::date) AS last_on FROM agreement
     WHERE kind = 'baa'),
  covered AS (
    SELECT d.id, d.name, d.today, t.last_on FROM day d JOIN term t ON t.client_id = d.id
       AND d.today BETWEEN t.effective_on AND t.last_on
    UNION
    SELECT c.id, c.name, c.today, t.last_on FROM covered c JOIN term t ON t.client_id = c.id
       AND c.last_on < 'infinity' AND t.effective_on <= c.last_on + 1 AND t.last_on > c.last_on)
  SELECT d.id AS client_id, d.name AS client, max(c.last_on) AS last_on,
         coalesce(max(c.last_on) - d.today, -1) AS days
    FROM day d LEFT JOIN covered c ON c.id = d.id GROUP BY d.id, d.name, d.today
  HAVING max(c.last_on) IS NULL OR (max(c.last_on) < 'infinity' AND max(c.last_on) <= d.today + $2::integer)
   ORDER BY 4, 2
"""


async def _zone_of(client_id: UUID) -> str:
    zone = await DB.value("SELECT time_zone FROM client WHERE id = $1", client_id)
    if zone is None:
        raise NotFound
    return str(zone)
