"""The wall between clients: every client-owned table × kind × verb × own, other and no client."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from portal.actor import NOBODY, WORKER, Actor, Kind
from portal.database import DB, acting_as
from tests.cast import Client, House
from tests.conftest import REPOSITORY, Databases
from tests.security.world import World, build_world

KINDS = ("client", "coder", "auditor", "manager", "compliance", "administrator", "worker")
VERBS = {"S": "SELECT", "I": "INSERT", "U": "UPDATE", "D": "DELETE"}

#: What a coder or auditor reaches by their grant alone, holding nothing.
BY_GRANT = {
    Kind.CODER: {
        "client_calendar",
        "client_grant",
        "client_holiday",
        "client_key",
        "edit_level",
        "guideline",
        "location",
        "pend_reason",
        "pend_rule",
        "provider_link",
        "query_policy",
        "service_line",
        "service_line_calendar",
    },
    Kind.AUDITOR: {
        "client_calendar",
        "client_grant",
        "client_holiday",
        "client_key",
        "edit_level",
        "guideline",
        "location",
        "pend_rule",
        "pend_reason",
        "sample_plan",
        "service_line",
        "service_line_calendar",
    },
}


@pytest.fixture
async def world(house: House, databases: Databases) -> AsyncIterator[World]:
    """Both clients with a row in every table."""
    connection = await asyncpg.connect(databases.superuser)
    yield await build_world(connection, house)
    await connection.close()


def written_rights() -> dict[str, dict[str, set[str]]]:
    """What each kind may do with each client-owned table, as it was agreed: table → kind → verbs."""
    lines = (REPOSITORY / "tests/security/rights.tsv").read_text().splitlines()
    heads = lines[0].split("\t")[1:]
    rights = {}
    for line in lines[1:]:
        table, *cells = line.split("\t")
        pairs = zip(heads, cells, strict=True)
        rights[table] = {head: {VERBS[letter] for letter in cell if letter != "-"} for head, cell in pairs}
    return rights


async def _real_rights(world: World) -> dict[str, dict[str, set[str]]]:
    return {
        table: {
            kind: {
                verb for verb in VERBS.values()
                if await world.connection.fetchval(
                    "SELECT has_table_privilege($1, $2, $3)" if verb == "DELETE"
                    else "SELECT has_any_column_privilege($1, $2, $3)",
                    f"chartway_{kind}", table, verb,
                )
            }
            for kind in KINDS
        }
        for table in world.tables
    }  # fmt: skip


async def _count(actor: Actor, table: str, client: Client) -> int | None:
    """How many rows of a client somebody sees; None if they may not look at all."""
    try:
        async with acting_as(actor):
            return await DB.value(f'SELECT count(*) FROM "{table}" WHERE client_id = $1', client.id)  # type: ignore[no-any-return]
    except asyncpg.InsufficientPrivilegeError:
        return None


class _Undo(Exception):
    """Ends a transaction."""


async def _attempt(actor: Actor, statement: str, *arguments: object) -> int | None:
    """How many rows somebody would change, add or delete; nothing stays. None if it is refused."""
    changed: int | None = None

    async def attempt() -> None:
        nonlocal changed
        async with acting_as(actor):
            changed = await DB.execute(statement, *arguments)
            raise _Undo

    try:
        await attempt()
    except _Undo:
        return changed
    except asyncpg.InsufficientPrivilegeError:
        return None
    raise AssertionError("the attempt was not undone")


async def _change(actor: Actor, table: str, verb: str, client: Client, column: str = "client_id") -> int | None:
    if verb == "DELETE":
        return await _attempt(actor, f'DELETE FROM "{table}" WHERE client_id = $1', client.id)
    return await _attempt(actor, f'UPDATE "{table}" SET "{column}" = "{column}" WHERE client_id = $1', client.id)


async def _add(actor: Actor, table: str, row: dict[str, Any]) -> bool:
    """True if somebody can add this row."""
    names, places = ", ".join(f'"{name}"' for name in row), ", ".join(f"${n}" for n in range(1, len(row) + 1))
    return await _attempt(actor, f'INSERT INTO "{table}" ({names}) VALUES ({places})', *row.values()) == 1


async def _updatable(world: World, kind: Kind, table: str) -> str:
    return await world.connection.fetchval(  # type: ignore[no-any-return]
        "SELECT attname FROM pg_attribute WHERE attrelid = $2::text::regclass AND attnum > 0 AND NOT attisdropped"
        " AND has_column_privilege($1, $2, attname, 'UPDATE') AND has_column_privilege($1, $2, attname, 'SELECT')"
        " LIMIT 1",
        f"chartway_{kind.value}", table,
    )  # fmt: skip


def _everybody(world: World, client: Client) -> list[Actor]:
    house = world.house
    return [*world.people[client.id].values(), house.mona, house.connie, house.adam, WORKER]


async def _total(world: World, table: str, client_id: UUID) -> int:
    return int(await world.connection.fetchval(f'SELECT count(*) FROM "{table}" WHERE client_id = $1', client_id))


async def test_rights_are_those_that_were_agreed(world: World) -> None:
    """A new table, or a new right, is written down in rights.tsv by whoever means it."""
    assert await _real_rights(world) == written_rights()


async def test_select_reaches_exactly_what_it_should(world: World) -> None:
    rights, north, south = written_rights(), world.house.north, world.house.south
    for own, other in ((north, south), (south, north)):
        for actor in _everybody(world, own):
            for table in world.tables:
                where = (actor.kind.value, table)
                seen, foreign = await _count(actor, table, own), await _count(actor, table, other)
                if "SELECT" not in rights[table][actor.kind.value]:
                    assert (seen, foreign) == (None, None), where
                elif actor.kind is Kind.CLIENT:
                    assert (seen, foreign) == (await _total(world, table, own.id), 0), where
                elif actor.kind in (Kind.CODER, Kind.AUDITOR):
                    # Colleagues, but no client's staff; everything else of the chart that is theirs.
                    assert foreign == 0, where
                    assert seen == 0 if table == "person" else seen, where
                else:
                    assert seen == await _total(world, table, own.id), where
                    assert foreign == await _total(world, table, other.id), where


async def test_a_grant_alone_opens_no_chart(world: World) -> None:
    for actor in (world.house.cody, world.house.audrey):  # granted both clients, holding nothing
        for table in world.tables:
            seen = await _count(actor, table, world.house.north)
            assert bool(seen) == (table in BY_GRANT[actor.kind]), (actor.kind.value, table, seen)


async def test_nobody_and_client_staff_without_a_client_see_nothing(world: World) -> None:
    lost = replace(world.house.clara, client_id=None)
    for table in world.tables:
        assert await _count(NOBODY, table, world.house.north) is None, table
        assert not await _count(lost, table, world.house.north), table


@pytest.mark.parametrize("verb", ["UPDATE", "DELETE"])
async def test_changes_stop_at_the_wall(world: World, verb: str) -> None:
    rights, own, other = written_rights(), world.house.north, world.house.south
    for actor in _everybody(world, own):
        for table in world.tables:
            where = (actor.kind.value, table, verb)
            column = await _updatable(world, actor.kind, table) or "client_id"
            if verb not in rights[table][actor.kind.value]:
                assert await _change(actor, table, verb, own, column) is None, where
                continue
            if verb == "UPDATE" and actor.kind is Kind.CLIENT:
                across = f'UPDATE "{table}" SET client_id = $2 WHERE client_id = $1'
                assert await _attempt(actor, across, own.id, other.id) is None, where
            assert await _change(actor, table, verb, own, column), where
            if actor.kind in (Kind.CLIENT, Kind.CODER, Kind.AUDITOR):
                assert await _change(actor, table, verb, other, column) == 0, where


async def test_rows_are_added_on_the_own_side_only(world: World) -> None:
    rights, own, other = written_rights(), world.house.north, world.house.south
    for actor in _everybody(world, own):
        for table in world.tables:
            where = (actor.kind.value, table)
            may = "INSERT" in rights[table][actor.kind.value]
            assert await _add(actor, table, world.new_row(table, own, actor)) == may, where
            if actor.kind in (Kind.CLIENT, Kind.CODER, Kind.AUDITOR):
                assert not await _add(actor, table, world.new_row(table, other, actor)), where
            else:
                assert await _add(actor, table, world.new_row(table, other, actor)) == may, where


#: Who may read what is sealed or secret; everybody else has no right to the column at all.
READERS = {
    "patient_identity.name_sealed": {"client"}, "patient_identity.mrn_sealed": {"client"},
    "patient_identity.birth_on_sealed": {"client"}, "patient_identity.mrn_index": {"client"},
    "patient_identity.sex_sealed": {"client"},
    "encounter.number_sealed": {"client"}, "encounter.number_index": {"client"},
    "expected_encounter.number_sealed": {"client"}, "expected_encounter.number_index": {"client"},
    "expected_encounter.patient_sealed": {"client"}, "schedule_draft.file_sealed": {"client"},
    "api_token.token_hash": set(), "bookmark.words_sealed": {"coder"}, "audit_draft.choices_sealed": {"auditor"},
    "edit_answer.reason_sealed": {"coder", "auditor"}, "edit_result.reason_sealed": {"coder", "auditor"},
    "ehr_visit.reference_sealed": {"client", "coder", "auditor"},
    "doubt.note_sealed": {"coder", "auditor"}, "doubt_draft.note_sealed": {"coder"},
    "delivery.name_sealed": {"client"}, "delivery.key_hash": {"client"}, "delivery_line.name_sealed": {"client"},
    "delivery_line.facts_sealed": {"client"}, "delivery_page.facts_sealed": {"client"},
    "document_signature.signature_sealed": {"worker"}, "lexicon.knowledge_sealed": {"worker"},
    "loose_number.number_index": {"client"},
    "document.name_sealed": {"client", "worker"}, "upload_file.name_sealed": {"client"},
    "document.sha256_sealed": {"client", "worker"}, "staged_file.name_sealed": {"client"},
    "staged_file.sha256_sealed": {"client"},
    "finding.comment_sealed": {"coder", "auditor"}, "lead_message.body_sealed": {"coder", "auditor", "manager"},
    "not_codable.note_sealed": {"client", "coder", "auditor"}, "pend_item.note_sealed": {"client", "coder", "auditor"},
    "pend_item.provider_sealed": {"client", "coder", "auditor"},
    "pend_step.body_sealed": {"client", "coder", "auditor"},
    "sample_seed.seed": {"worker"}, "person.password_hash": set(),
    "provider_query.content_sealed": {"client", "coder", "auditor", "manager"},
    "provider_query.reasons_sealed": {"coder", "auditor", "manager"},
    "query_answer.signed_as_sealed": {"client", "coder", "auditor", "manager"},
    "query_answer.words_sealed": {"client", "coder", "auditor", "manager"}, "query_draft.content_sealed": {"coder"},
}  # fmt: skip


async def test_sealed_and_secret_columns_have_the_readers_that_were_agreed(world: World) -> None:
    sealed = {
        f"{table}.{column['name']}"
        for table in world.tables
        for column in world.columns[table]
        if column["name"].endswith(("_sealed", "_index", "_hash")) or column["name"] == "seed"
    }
    readers = {
        name: {
            kind for kind in KINDS
            if await world.connection.fetchval(
                "SELECT has_column_privilege($1, $2, $3, 'SELECT')", f"chartway_{kind}", *name.split(".")
            )
        }
        for name in sealed
    }  # fmt: skip
    assert readers == READERS
