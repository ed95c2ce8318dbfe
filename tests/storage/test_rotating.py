"""Rotating a client's key: everything goes on opening and being found, at every moment and whoever dies when."""

import ast
import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

import storage.rotating
from assignments.opening import open_fields
from portal.actor import WORKER, Actor
from portal.database import DB, acting_as
from portal.errors import Conflict
from portal.ids import new_id
from storage.blobs import confirm_blob, find_blob, read_whole_blob, write_blob
from storage.client_keys import add_version, forget_keys, get_active_key, get_key
from storage.rotating import finish_rotation, finish_rotations, rotate_key
from storage.sealed_fields import index_of, key_of, seal_field
from storage.vault import VAULT
from tests.architecture.sources import trees
from tests.cast import Client, House
from tests.conftest import Sql
from tests.factories import MadeChart, make_chart

#: Every way in which a sealed column is reached; a place that is sealed but not registered would be forgotten.
SEALING = {"seal_field", "open_field", "open_fields"}


def quiet(_what: str, _count: int) -> None:
    return


async def _some_work(house: House, sql: Sql, client: Client | None = None) -> list[MadeChart]:
    return [await make_chart(sql, house, client=client, with_pages=2, mrn=f"MRN-{n}", patient_name=f"Pat {n}")
            for n in range(3)]  # fmt: skip


async def _read_everything(sql: Sql, client: Client) -> dict[str, Any]:
    """All that is sealed for a client, opened; it must be the same before, while and after."""
    read: dict[str, Any] = {}
    rows = await sql("SELECT id FROM blob WHERE client_id = $1 AND state = 'stored' ORDER BY id", client.id)
    for row in rows:
        async with acting_as(WORKER):
            blob = await find_blob(row["id"])
        read[str(row["id"])] = await read_whole_blob(blob)
    for place in await sql("SELECT * FROM sealed_place ORDER BY place"):
        found = await sql(
            f"SELECT {place['id_column']} AS id, {place['column_name']} AS sealed FROM {place['table_name']}"
            f" WHERE client_id = $1 AND {place['column_name']} IS NOT NULL",
            client.id,
        )
        async with acting_as(WORKER):
            opened = await open_fields(place["place"], {UUID(bytes=row["id"].bytes): row["sealed"] for row in found})
        read[place["place"]] = opened
    return read


async def _fingerprints(sql: Sql) -> list[Any]:
    return [
        await sql("SELECT patient_id, mrn_index FROM patient_identity ORDER BY 1"),
        await sql("SELECT id, number_index FROM encounter ORDER BY 1"),
        await sql("SELECT id, content_mac, store_key, attempt FROM blob ORDER BY 1"),
    ]


async def _sealed_with(sql: Sql, client: Client) -> set[int]:
    """The versions that anything of a client is sealed with."""
    versions = {row["id"]: row["version"] for row in await sql("SELECT id, version FROM client_key")}
    used = {versions[row["key_id"]] for row in await sql("SELECT key_id FROM blob WHERE client_id = $1"
                                                          " AND wrapped_key IS NOT NULL", client.id)}  # fmt: skip
    for place in await sql("SELECT * FROM sealed_place"):
        found = await sql(f"SELECT {place['column_name']} AS sealed FROM {place['table_name']} WHERE client_id = $1"
                          f" AND {place['column_name']} IS NOT NULL", client.id)  # fmt: skip
        used |= {versions[key_of(row["sealed"])] for row in found}
    return used


async def _states(sql: Sql, client: Client) -> list[tuple[int, str, bool]]:
    return [(row["version"], row["state"], row["wrapped"] is not None) for row in await sql(
        "SELECT version, state, wrapped FROM client_key WHERE client_id = $1 ORDER BY version", client.id)]  # fmt: skip


async def _age(sql: Sql) -> None:
    await sql("UPDATE client_key SET active_until = active_until - interval '2 hours'")


async def test_after_a_rotation_everything_opens_and_is_found_as_before(house: House, sql: Sql, tmp_path: Path) -> None:
    await _some_work(house, sql)
    await _some_work(house, sql, house.south)
    before, south = await _read_everything(sql, house.north), await _read_everything(sql, house.south)
    marks = await _fingerprints(sql)
    objects = {path: (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino)
               for path in (tmp_path / "documents").rglob("*") if path.is_file()}  # fmt: skip
    told: list[str] = []

    done = await rotate_key(WORKER, client_id=house.north.id, progress=lambda what, _count: told.append(what))

    assert (done.version, done.resting, done.retired, done.is_whole) == (2, 1, 0, True)
    assert {"blobs", "patient_identity.name", "encounter.number", "document.name"} <= set(told)
    assert await _sealed_with(sql, house.north) == {2}
    assert await _sealed_with(sql, house.south) == {1}
    assert await _states(sql, house.north) == [(1, "decrypt_only", True), (2, "active", True)]
    assert await _fingerprints(sql) == marks
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino) for path in objects} == objects
    forget_keys()
    assert await _read_everything(sql, house.north) == before

    await _age(sql)
    assert await finish_rotations(WORKER) == 1
    assert await _states(sql, house.north) == [(1, "retired", False), (2, "active", True)]
    forget_keys()
    assert await _read_everything(sql, house.north) == before
    assert await _read_everything(sql, house.south) == south


async def test_fingerprints_stay_the_same_through_many_rotations(house: House, sql: Sql) -> None:
    [chart, *_] = await _some_work(house, sql)
    async with acting_as(WORKER):
        first = await get_active_key(house.north.id)
    mac = (await _store(house, b"the same file"))["content_mac"]
    for _ in range(3):
        await rotate_key(WORKER, client_id=house.north.id, progress=quiet)
        await _age(sql)
        await finish_rotations(WORKER)
        forget_keys()
    async with acting_as(house.clara):
        key = await get_active_key(house.north.id)
        assert (key.index, key.content) == (first.index, first.content)
        assert len({key.fields, key.blobs, first.fields, first.blobs}) == 4
        found = await DB.value("SELECT patient_id FROM patient_identity WHERE mrn_index = $1",
                               index_of(key, "mrn", "mrn-0"))  # fmt: skip
    assert found == chart.patient_id
    assert (await _store(house, b"the same file"))["content_mac"] == mac
    with pytest.raises(asyncpg.UniqueViolationError):  # a patient cannot come a second time either
        await make_chart(sql, house, mrn="MRN-0")


async def _store(house: House, content: bytes, actor: Actor = WORKER) -> Any:
    async def once() -> AsyncIterator[bytes]:
        yield content

    blob = await write_blob(actor, once(), client_id=house.north.id, owner_id=new_id(), kind="original", most=10**6)
    async with acting_as(actor):
        await confirm_blob(blob)
        return await DB.fetch_one("SELECT * FROM blob WHERE id = $1", blob.id)


class _Killed(Exception):
    """Stands for a process that dies."""


@pytest.mark.parametrize("dies_after", range(1, 12))
async def test_whoever_dies_in_the_middle_leaves_everything_readable_and_the_next_run_finishes(
    house: House, sql: Sql, dies_after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage.rotating, "BATCH", 4)
    await _some_work(house, sql)
    before, marks = await _read_everything(sql, house.north), await _fingerprints(sql)
    batches = 0

    def die(_what: str, _count: int) -> None:
        nonlocal batches
        batches += 1
        if batches == dies_after:
            raise _Killed

    try:
        await rotate_key(WORKER, client_id=house.north.id, progress=die)
    except _Killed:
        assert len(await _sealed_with(sql, house.north)) == 2 or dies_after > 4
    await _age(sql)
    forget_keys()
    assert await _read_everything(sql, house.north) == before
    assert await _fingerprints(sql) == marks
    if batches == dies_after and len(await _sealed_with(sql, house.north)) == 2:
        done = await rotate_key(WORKER, client_id=house.north.id, progress=quiet)
        assert done.version == 2  # finished, not begun again
    else:
        await finish_rotations(WORKER)
    assert await _sealed_with(sql, house.north) == {2}
    assert await _states(sql, house.north) == [(1, "retired", False), (2, "active", True)]
    forget_keys()
    assert await _read_everything(sql, house.north) == before


async def test_who_began_under_the_old_version_may_still_write_with_it(house: House, sql: Sql) -> None:
    """A transaction that has read the old version as active, and writes when all else is sealed again."""
    await _some_work(house, sql)
    [document] = await sql("SELECT id FROM document WHERE client_id = $1 LIMIT 1", house.north.id)
    async with acting_as(house.clara):
        key = await get_active_key(house.north.id)
        rotated = await asyncio.create_task(_apart(rotate_key, WORKER, client_id=house.north.id, progress=quiet))
        assert rotated.version == 2
        upload_id, file_id = new_id(), new_id()
        await DB.execute("INSERT INTO upload (id, client_id, person_id, received_at) VALUES ($1, $2, $3, now())",
                         upload_id, house.north.id, house.clara.person_id)  # fmt: skip
        await DB.execute(
            "INSERT INTO upload_file (id, client_id, upload_id, position, name_sealed, size, document_id)"
            " VALUES ($1, $2, $3, 1, $4, 1, $5)",
            file_id, house.north.id, upload_id, seal_field(key, "upload_file.name", file_id, "late.pdf"),
            document["id"],
        )  # fmt: skip
    assert await _sealed_with(sql, house.north) == {1, 2}
    forget_keys()
    assert (await _read_everything(sql, house.north))["upload_file.name"] == {file_id: "late.pdf"}
    await finish_rotations(WORKER)
    assert await _sealed_with(sql, house.north) == {2}
    assert (await _states(sql, house.north))[0] == (1, "decrypt_only", True)  # others like it may follow


async def _apart(work: Callable[..., Awaitable[Any]], *arguments: Any, **options: Any) -> Any:
    """On a connection of its own, although a transaction is open here."""
    DB.current_transaction.set(None)
    return await work(*arguments, **options)


async def test_a_row_that_somebody_is_changing_is_waited_for_by_nobody(house: House, sql: Sql) -> None:
    await _some_work(house, sql)
    before = await _read_everything(sql, house.north)
    holding, go_on = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with acting_as(WORKER):
            await DB.fetch("SELECT id FROM blob WHERE client_id = $1 ORDER BY id LIMIT 2 FOR UPDATE", house.north.id)
            holding.set()
            await go_on.wait()

    holder = asyncio.create_task(hold())
    await holding.wait()
    rotation = asyncio.create_task(rotate_key(WORKER, client_id=house.north.id, progress=quiet))
    done = await rotation
    assert not done.is_whole
    assert (await _states(sql, house.north))[0] == (1, "decrypt_only", True)
    await _age(sql)
    await finish_rotations(WORKER)
    assert (await _states(sql, house.north))[0] == (1, "decrypt_only", True)  # something still refers to it
    go_on.set()
    await holder
    await finish_rotations(WORKER)
    assert await _states(sql, house.north) == [(1, "retired", False), (2, "active", True)]
    forget_keys()
    assert await _read_everything(sql, house.north) == before


async def test_uploads_and_readers_go_on_meanwhile(house: House, sql: Sql, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage.rotating, "BATCH", 2)
    await _some_work(house, sql)
    before = await _read_everything(sql, house.north)
    written: dict[str, bytes] = {}
    rotating = True

    async def upload(number: int) -> None:
        while rotating or len(written) < 6:
            content = f"file {number} {len(written)}".encode()
            row = await _store(house, content, house.clara)
            written[str(row["id"])] = content

    async def read() -> int:
        times = 0
        while rotating or not times:
            now = await _read_everything(sql, house.north)
            assert {name: now[name] for name in before} == before
            times += 1
        return times

    tasks = [asyncio.create_task(work) for work in (upload(1), upload(2), read())]
    for version in (2, 3):
        done = await rotate_key(WORKER, client_id=house.north.id, progress=quiet)
        assert done.version == version
    rotating = False
    *_, times = await asyncio.gather(*tasks)
    assert times >= 1
    assert len(written) >= 6
    await finish_rotations(WORKER)
    forget_keys()
    now = await _read_everything(sql, house.north)
    assert {name: now[name] for name in [*before, *written]} == {**before, **written}
    assert await _sealed_with(sql, house.north) == {3}


async def test_of_two_rotations_at_once_one_makes_the_version(house: House, sql: Sql) -> None:
    await _some_work(house, sql)
    async with acting_as(WORKER):
        key = await get_active_key(house.north.id)
    made = [VAULT.provider.new_client_key(house.north.id) for _ in range(2)]

    async def add(number: int) -> None:
        async with acting_as(WORKER):
            await add_version(key, made[number])

    results = await asyncio.gather(add(0), add(1), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["Conflict", "NoneType"]
    assert [state for _, state, _ in await _states(sql, house.north)] == ["decrypt_only", "active"]
    with pytest.raises(Conflict):
        await add(0)
    done = await finish_rotation(WORKER, client_id=house.north.id, progress=quiet)
    assert (done.version, done.is_whole) == (2, True)


async def test_the_old_version_still_opens_for_whoever_read_a_row_before(house: House, sql: Sql) -> None:
    await _some_work(house, sql)
    async with acting_as(WORKER):
        [row] = await DB.fetch("SELECT key_id FROM blob WHERE client_id = $1 LIMIT 1", house.north.id)
        await asyncio.create_task(_apart(rotate_key, WORKER, client_id=house.north.id, progress=quiet))
        assert (await get_key(row["key_id"])).id == row["key_id"]


async def test_every_sealed_column_is_registered(sql: Sql) -> None:
    """A column that is not would be left behind by a rotation and lost when the old version is dropped."""
    columns = await sql(
        "SELECT c.relname AS table, a.attname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attname LIKE '%\\_sealed'"
        " AND NOT a.attisdropped"
    )
    registered = {(row["table_name"], row["column_name"]) for row in await sql("SELECT * FROM sealed_place")}
    missing = [
        f"{row['table']}.{row['name']}: say in its migration: CALL resealable('{row['table']}."
        f"{row['name'].removesuffix('_sealed')}', '{row['table']}', '{row['name']}')"
        for row in columns
        if (row["table"], row["name"]) not in registered
    ]
    assert missing == []
    assert registered == {(row["table"], row["name"]) for row in columns}


async def test_every_place_that_the_code_seals_for_is_registered_under_that_name(sql: Sql) -> None:
    sealed = set()
    for _, tree in trees():
        names = {
            target.id: node.value.value
            for node in ast.walk(tree) if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name) and isinstance(node.value, ast.Constant)
        }  # fmt: skip
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SEALING):
                continue
            place = node.args[0 if node.func.id == "open_fields" else 1]
            if isinstance(place, ast.Constant):
                sealed.add(place.value)
            elif isinstance(place, ast.Name) and place.id in names:
                sealed.add(names[place.id])
    registered = {row["place"] for row in await sql("SELECT place FROM sealed_place")}
    assert registered <= sealed, "registered, but nothing is sealed for it under this name"
    assert sealed <= registered, "sealed, but not registered under this name"


async def test_what_is_registered_must_be_sealed(sql: Sql) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await sql("CALL resealable('chart.number', 'chart', 'number')")


async def test_append_only_rows_are_sealed_again_and_changed_by_nothing_else(house: House, sql: Sql) -> None:
    refused = asyncpg.InsufficientPrivilegeError
    await sql("ALTER TABLE finding DROP CONSTRAINT finding_client_id_audit_id_fkey")
    chart, finding_id = await make_chart(sql, house), new_id()
    async with acting_as(WORKER):
        key = await get_active_key(house.north.id)
    await sql(
        "INSERT INTO finding (id, client_id, chart_id, audit_id, position, change, error_type, severity, direction,"
        " coder_line, comment_sealed) VALUES ($1, $2, $3, $4, 1, 'extra', 'units', 'minor', 'over', '{}', $5)",
        finding_id, house.north.id, chart.id, new_id(), seal_field(key, "finding.comment", finding_id, "too many"),
    )  # fmt: skip
    await rotate_key(WORKER, client_id=house.north.id, progress=quiet)
    read = await _read_everything(sql, house.north)
    assert read["finding.comment"] == {finding_id: "too many"}
    assert await _sealed_with(sql, house.north) == {2}
    for change in ("position = 2", "comment_sealed = NULL", "comment_sealed = '\\x00'"):
        with pytest.raises(refused):
            await sql(f"UPDATE finding SET {change}")
        await sql("SET ROLE chartway_definer")
        if "comment" not in change:
            with pytest.raises(refused):
                await sql(f"UPDATE finding SET {change}")
        await sql("RESET ROLE")
    async with acting_as(WORKER):
        assert not await DB.value("SELECT reseal('finding.comment', $1, $2, $3, $3)", house.south.id, [finding_id],
                                  [b"x"])  # fmt: skip
    with pytest.raises(refused):
        async with acting_as(house.adam):
            await DB.value("SELECT reseal('finding.comment', $1, $2, $3, $3)", house.north.id, [], [])


async def test_a_batch_is_long_enough_to_be_worth_its_transaction() -> None:
    assert storage.rotating.BATCH >= 100
    assert timedelta(minutes=30) <= storage.rotating.LINGER
