"""What is noted of somebody, what they lack, and what a client asks for. Inside a transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from assignments.qualifying.rules import WARN_DAYS, Standing, standing
from portal.database import DB


@dataclass(frozen=True, slots=True)
class Qualification:
    """What somebody has, and how it stands today."""

    id: UUID
    kind: str
    name: str
    valid_until: date | None
    noted_by: UUID
    noted_by_name: str | None
    verified_at: datetime | None
    verified_by_name: str | None
    standing: Standing


@dataclass(frozen=True, slots=True)
class Missing:
    """What somebody lacks for a client (None: for any), a specialty and a stage."""

    client_id: UUID | None
    client: str | None
    specialty: str | None
    stage: str | None
    names: Sequence[str]


@dataclass(frozen=True, slots=True)
class Requirement:
    """What is asked of whoever works for a client; `is_general`: of whoever works for any."""

    id: UUID
    specialty: str | None
    stage: str | None
    names: Sequence[str]
    made_at: datetime
    made_by: str
    is_general: bool
    lacking: int  # how many of those who may work for the client lack it


@dataclass(frozen=True, slots=True)
class CountryRule:
    """From where a client's charts, or those of a payer, may be seen."""

    id: UUID
    payer: str | None
    countries: Sequence[str]
    made_at: datetime
    made_by: str


async def find_qualifications(person_id: UUID, *, today: date) -> list[Qualification]:
    """All that was ever noted of somebody, what counts first."""
    rows = await DB.fetch(
        "SELECT q.id, q.kind, q.name, q.valid_until, q.noted_by, n.name AS noted_by_name, q.verified_at,"
        " v.name AS verified_by_name, q.revoked_at FROM qualification q LEFT JOIN person n ON n.id = q.noted_by"
        " LEFT JOIN person v ON v.id = q.verified_by WHERE q.person_id = $1"
        " ORDER BY q.revoked_at IS NOT NULL, q.name, q.noted_at DESC, q.id",
        person_id,
    )
    return [
        Qualification(
            row["id"], row["kind"], row["name"], row["valid_until"], row["noted_by"], row["noted_by_name"],
            row["verified_at"], row["verified_by_name"],
            standing(
                valid_until=row["valid_until"], verified_at=row["verified_at"], revoked_at=row["revoked_at"],
                today=today,
            ),
        )
        for row in rows
    ]  # fmt: skip


async def find_missing(person_id: UUID) -> list[Missing]:
    """What somebody lacks for the clients and specialties that they have."""
    return [Missing(**row) for row in await DB.fetch("SELECT * FROM missing_of($1)", person_id)]


async def find_expiring(*, today: date) -> list[tuple[UUID, str, str, date]]:
    """Who has something verified that runs out within 14 days: person, their name, its name, its last day."""
    rows = await DB.fetch(
        "SELECT p.id, p.name, q.name AS qualification, q.valid_until FROM qualification q"
        " JOIN person p ON p.id = q.person_id AND p.disabled_at IS NULL"
        " WHERE q.revoked_at IS NULL AND q.verified_at IS NOT NULL AND q.valid_until BETWEEN $1 AND $1 + $2::integer"
        " AND NOT EXISTS (SELECT FROM qualification o WHERE o.person_id = q.person_id AND o.name = q.name"
        "  AND o.revoked_at IS NULL AND o.verified_at IS NOT NULL"
        "  AND (o.valid_until IS NULL OR o.valid_until > q.valid_until))"
        " ORDER BY q.valid_until, p.name, q.id",
        today, WARN_DAYS,
    )  # fmt: skip
    return [(row["id"], row["name"], row["qualification"], row["valid_until"]) for row in rows]


async def find_known_names() -> list[str]:
    """Every name that was noted or asked for so far: spelt alike, they match."""
    rows = await DB.fetch(
        "SELECT name FROM qualification UNION SELECT unnest(names) FROM requirement WHERE ended_at IS NULL ORDER BY 1"
    )
    return [row["name"] for row in rows]


async def find_requirements(client_id: UUID) -> list[Requirement]:
    """What is asked of whoever works for a client, the general ones first."""
    rows = await DB.fetch(
        "SELECT r.id, r.specialty, r.stage, r.names, r.made_at, p.name AS made_by, r.client_id IS NULL AS is_general,"
        " (SELECT count(*) FROM client_grant g JOIN person w ON w.id = g.person_id AND w.disabled_at IS NULL"
        "   WHERE g.client_id = $1 AND g.revoked_at IS NULL"
        "     AND (r.stage IS NULL OR w.kind = CASE r.stage WHEN 'coding' THEN 'coder' ELSE 'auditor' END)"
        "     AND (r.specialty IS NULL OR EXISTS (SELECT FROM skill k WHERE k.person_id = w.id"
        "           AND k.specialty = r.specialty))"
        "     AND NOT EXISTS (SELECT FROM qualification q WHERE q.person_id = w.id AND q.name = ANY (r.names)"
        "           AND q.verified_at IS NOT NULL AND q.revoked_at IS NULL"
        "           AND (q.valid_until IS NULL OR q.valid_until >= (clock_timestamp() AT TIME ZONE 'UTC')::date))"
        " ) AS lacking"
        " FROM requirement r JOIN person p ON p.id = r.made_by"
        " WHERE r.ended_at IS NULL AND (r.client_id = $1 OR r.client_id IS NULL)"
        " ORDER BY r.client_id NULLS FIRST, r.made_at, r.id",
        client_id,
    )
    return [Requirement(**row) for row in rows]


async def find_country_rules(client_id: UUID) -> list[CountryRule]:
    """The rules in force of a client, that for all its charts first."""
    rows = await DB.fetch(
        "SELECT r.id, r.payer, r.countries, r.made_at, p.name AS made_by FROM country_rule r"
        " JOIN person p ON p.id = r.made_by WHERE r.client_id = $1 AND r.ended_at IS NULL"
        " ORDER BY r.payer NULLS FIRST, r.made_at, r.id",
        client_id,
    )
    return [CountryRule(**row) for row in rows]


async def find_payers(client_id: UUID) -> list[str]:
    """The payers that the client's encounters name."""
    rows = await DB.fetch(
        "SELECT DISTINCT payer FROM encounter WHERE client_id = $1 AND payer IS NOT NULL ORDER BY 1 LIMIT 200",
        client_id,
    )
    return [row["payer"] for row in rows]
