"""Who of a client answers for which provider, and what the client agreed about queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from assignments.querying.rules import COUNTS, Ageing
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Invalid, NotFound
from portal.ids import new_id
from portal.tenancy.queries import get_client


@dataclass(frozen=True, slots=True)
class Policy:
    """When queries of a client age, and what counts as an answer: without an agreement only what is signed."""

    ageing: Ageing = Ageing()
    counts: str = "signed"


@dataclass(frozen=True, slots=True)
class Link:
    """A person of the client who answers for a provider."""

    id: UUID
    provider: str
    person: str
    linked_at: datetime


@dataclass(frozen=True, slots=True)
class Agreed:
    """A client's page about queries: its policy, who answers, and whom and what there is to choose from."""

    client_id: UUID
    client: str
    policy: Policy
    links: Sequence[Link]
    people: Sequence[tuple[UUID, str]]
    providers: Sequence[str]  # names that the client's encounters have


async def get_policy(client_id: UUID) -> Policy:
    """What holds for a client, inside the current transaction; the defaults where nothing was agreed."""
    row = await DB.fetch_one(
        "SELECT due_hours, remind_hours, escalate_hours, counts FROM query_policy WHERE client_id = $1"
        " ORDER BY set_at DESC, id DESC LIMIT 1",
        client_id,
    )
    return (
        Policy(Ageing(row["due_hours"], row["remind_hours"], row["escalate_hours"]), row["counts"]) if row else Policy()
    )


async def find_recipients(client_id: UUID) -> dict[str, int]:
    """The providers for whom somebody answers, each with how many do; inside the current transaction."""
    rows = await DB.fetch(
        "SELECT min(provider) AS provider, count(*) AS people FROM provider_link"
        " WHERE client_id = $1 AND ended_at IS NULL GROUP BY lower(provider) ORDER BY lower(provider)",
        client_id,
    )
    return {row["provider"]: row["people"] for row in rows}


async def get_agreed(manager: Actor, *, client_id: UUID) -> Agreed:
    """What a client agreed about queries, and who answers; raises NotFound."""
    async with acting_as(manager):
        client = await get_client(client_id)
        links = await DB.fetch(
            "SELECT l.id, l.provider, p.name AS person, l.linked_at FROM provider_link l"
            " JOIN person p ON p.id = l.answerer_id WHERE l.client_id = $1 AND l.ended_at IS NULL"
            " ORDER BY lower(l.provider), lower(p.name)",
            client_id,
        )
        people = await DB.fetch(
            "SELECT id, name FROM person WHERE client_id = $1 AND kind = 'client' AND disabled_at IS NULL"
            " ORDER BY lower(name)",
            client_id,
        )
        providers = await DB.fetch(
            "SELECT min(provider) AS name FROM encounter WHERE client_id = $1 GROUP BY lower(provider)"
            " ORDER BY lower(min(provider)) LIMIT 500",
            client_id,
        )
        policy = await get_policy(client_id)
    return Agreed(
        client_id, client.name, policy, [Link(**row) for row in links],
        [(UUID(bytes=row["id"].bytes), row["name"]) for row in people], [row["name"] for row in providers],
    )  # fmt: skip


async def set_policy(manager: Actor, *, client_id: UUID, policy: Policy, now: datetime) -> None:
    """Let another policy hold for what is sent from now on; the same one again changes nothing. Raises Invalid."""
    ageing = policy.ageing
    if not 1 <= ageing.remind_hours <= ageing.due_hours <= ageing.escalate_hours <= 2000:
        raise Invalid(
            "The reminder comes first, then the due time, then the escalation: 1 to 2000 hours after sending."
        )
    if policy.counts not in COUNTS:
        raise Invalid("Choose what counts as an answer.")
    async with acting_as(manager):
        await get_client(client_id)
        if await get_policy(client_id) == policy:
            return
        await DB.execute(
            "INSERT INTO query_policy (id, client_id, remind_hours, due_hours, escalate_hours, counts, set_by, set_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            new_id(), client_id, ageing.remind_hours, ageing.due_hours, ageing.escalate_hours, policy.counts,
            manager.person_id, now,
        )  # fmt: skip
        await record(
            manager, Action.CLIENT_CHANGED, object_type="client", object_id=client_id, client_id=client_id,
            changes=["queries"],
        )  # fmt: skip


async def link_provider(manager: Actor, *, client_id: UUID, provider: str, answerer_id: UUID, now: datetime) -> None:
    """Let somebody of a client answer for a provider; calm when they do. Raises Invalid, NotFound for a stranger."""
    provider = " ".join(provider.split())
    if not 1 <= len(provider) <= 120:
        raise Invalid("Write the provider's name as the encounters have it.")
    async with acting_as(manager):
        if not await DB.value(
            "SELECT 1 FROM person WHERE id = $1 AND client_id = $2 AND kind = 'client' AND disabled_at IS NULL",
            answerer_id, client_id,
        ):  # fmt: skip
            raise NotFound
        link_id = new_id()
        made = await DB.execute(
            "INSERT INTO provider_link (id, client_id, provider, answerer_id, linked_by, linked_at)"
            " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
            link_id, client_id, provider, answerer_id, manager.person_id, now,
        )  # fmt: skip
        if made:
            await _tell(manager, answerer_id, client_id, "linked")


async def end_link(manager: Actor, *, client_id: UUID, link_id: UUID, now: datetime) -> None:
    """Let somebody answer for a provider no more; calm when it has ended. Raises NotFound."""
    async with acting_as(manager):
        row = await DB.fetch_one(
            "SELECT answerer_id FROM provider_link WHERE id = $1 AND client_id = $2", link_id, client_id
        )
        if row is None:
            raise NotFound
        if await DB.execute("UPDATE provider_link SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL", link_id, now):
            await _tell(manager, row["answerer_id"], client_id, "unlinked")


async def _tell(manager: Actor, answerer_id: UUID, client_id: UUID, what: str) -> None:
    await record(
        manager, Action.PROVIDER_LINKED, object_type="person", object_id=answerer_id, client_id=client_id,
        changes=[what],
    )  # fmt: skip
