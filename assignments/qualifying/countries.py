"""From which countries a client's charts may be seen, and from where somebody works; what is against it comes back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from assignments.qualifying.rules import is_country
from assignments.returning import TakenBack, take_back
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Invalid, NotFound
from portal.ids import new_id
from portal.tenancy.clients import ensure_client

NOT_FROM_HERE = "may not be seen from there"


@dataclass(frozen=True, slots=True)
class Effect:
    """What a rule would do today: charts that wait, charts in hands they would be taken from, and who is left."""

    waiting: int
    in_hand: int
    coders: int  # who work for the client and are not disabled
    coders_left: int
    auditors: int
    auditors_left: int


async def find_effect(*, client_id: UUID, payer: str | None, countries: Sequence[str]) -> Effect:
    """What a rule would do if it were made now, inside the current transaction of a manager."""
    row = await DB.fetch_one(_EFFECT, client_id, payer, list(countries))
    assert row is not None  # an aggregate always answers
    return Effect(**row)


_EFFECT = """
WITH meant AS (
  SELECT c.id FROM chart c JOIN encounter e ON e.client_id = c.client_id AND e.id = c.encounter_id
   WHERE c.client_id = $1 AND ($2::text IS NULL OR lower(e.payer) = lower($2)) AND EXISTS (
     SELECT FROM queue_entry q WHERE q.chart_id = c.id AND q.state IN ('waiting', 'held'))),
people AS (
  SELECT p.kind, p.country = ANY ($3::text[]) AS inside FROM person p
    JOIN client_grant g ON g.person_id = p.id AND g.client_id = $1 AND g.revoked_at IS NULL
   WHERE p.disabled_at IS NULL)
SELECT (SELECT count(DISTINCT q.chart_id) FROM queue_entry q JOIN meant m ON m.id = q.chart_id
         WHERE q.state = 'waiting') AS waiting,
       (SELECT count(*) FROM assignment a JOIN meant m ON m.id = a.chart_id JOIN person p ON p.id = a.person_id
         WHERE NOT p.country = ANY ($3::text[])) AS in_hand,
       (SELECT count(*) FROM people WHERE kind = 'coder') AS coders,
       (SELECT count(*) FROM people WHERE kind = 'coder' AND inside) AS coders_left,
       (SELECT count(*) FROM people WHERE kind = 'auditor') AS auditors,
       (SELECT count(*) FROM people WHERE kind = 'auditor' AND inside) AS auditors_left"""


async def make_country_rule(
    manager: Actor, *, client_id: UUID, payer: str | None, countries: Sequence[str], now: datetime
) -> TakenBack:
    """Let a client's charts, or those of one payer, be seen from these countries only; holds at once.

    Beside the rules that there are: a chart may be seen where all of them allow it. What somebody holds elsewhere is
    taken back in the same transaction. Raises Invalid without a usable country, NotFound for an unknown client.
    """
    if not countries or not all(is_country(one) for one in countries):
        raise Invalid("Write countries as two-letter codes of ISO 3166, such as US, IN, PH.")
    rule_id = new_id()
    async with acting_as(manager):
        await ensure_client(client_id)
        await DB.execute(
            "INSERT INTO country_rule (id, client_id, payer, countries, made_at, made_by)"
            " VALUES ($1, $2, $3, $4, $5, $6)",
            rule_id, client_id, payer or None, sorted(set(countries)), now, manager.person_id,
        )  # fmt: skip
        await _record(manager, client_id, rule_id, "made")
        return await take_back(manager, people=None, why=NOT_FROM_HERE, now=now, everything=False)


async def end_country_rule(manager: Actor, *, client_id: UUID, rule_id: UUID, now: datetime) -> None:
    """Let a rule hold no longer. Calm when repeated; raises NotFound."""
    async with acting_as(manager):
        changed = await DB.execute(
            "UPDATE country_rule SET ended_at = $3 WHERE id = $1 AND client_id = $2 AND ended_at IS NULL",
            rule_id, client_id, now,
        )  # fmt: skip
        if changed:
            await _record(manager, client_id, rule_id, "ended")
        elif not await DB.value("SELECT 1 FROM country_rule WHERE id = $1 AND client_id = $2", rule_id, client_id):
            raise NotFound


async def set_country(administrator: Actor, *, person_id: UUID, country: str, now: datetime) -> TakenBack:
    """Note from which country somebody works; what they hold and may not see from there is taken back at once.

    Raises Invalid for what is no two-letter code, NotFound for an unknown person. Calm when it is so already.
    """
    if not is_country(country):
        raise Invalid("Write the country as its two-letter code of ISO 3166, such as US or IN.")
    async with acting_as(administrator):
        changed = await DB.execute("UPDATE person SET country = $2 WHERE id = $1 AND country <> $2", person_id, country)
        if changed:
            await record(
                administrator, Action.PERSON_CHANGED, object_type="person", object_id=person_id, changes=["country"],
                details={"country": country},
            )  # fmt: skip
        elif not await DB.value("SELECT 1 FROM person WHERE id = $1", person_id):
            raise NotFound
        return await take_back(administrator, people=[person_id], why=NOT_FROM_HERE, now=now, everything=False)


async def _record(manager: Actor, client_id: UUID, rule_id: UUID, change: str) -> None:
    await record(
        manager, Action.COUNTRY_RULE_CHANGED, object_type="client", object_id=client_id, client_id=client_id,
        changes=[change], details={"rule": str(rule_id)},
    )  # fmt: skip
