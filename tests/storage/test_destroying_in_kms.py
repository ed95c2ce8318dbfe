"""Clients whose masters are in AWS KMS: a destroyed one opens nothing from then on, and the date is the service's."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from portal.actor import WORKER
from portal.database import DB, acting_as
from portal.errors import NotFound
from storage.blobs import find_blob, read_whole_blob
from storage.certificates import get_certificate
from storage.client_keys import forget_keys, get_active_key, get_key
from storage.destroying import Destroyed, destroy_key
from storage.kms import AwsKms
from storage.objects import FolderStore
from storage.providers import KeyDestroyed
from storage.rotating import rotate_key
from storage.sealed_fields import key_of, open_field
from storage.signing import InstallationKey
from storage.vault import VAULT
from tests.cast import Client, House, build_house
from tests.conftest import Databases, Sql
from tests.factories import make_chart
from tests.storage.kms_double import STARTED_AT, KmsDouble

DELETED_AT = datetime.fromtimestamp(STARTED_AT, UTC) + timedelta(days=7)
RESTORED = ("client_key", "blob", "patient_identity")


@pytest.fixture
async def house(database: Databases, sql: Sql, kms: AwsKms, tmp_path: Path) -> House:
    """Two clients with a chart each, and keys from the service."""
    VAULT.open(FolderStore(tmp_path / "documents"), kms)
    forget_keys()
    connection = await asyncpg.connect(database.superuser)
    made = await build_house(connection)
    await connection.close()
    for client in (made.north, made.south):
        await make_chart(sql, made, client=client, with_pages=2)
    return made


async def _destroy(house: House, tmp_path: Path) -> Destroyed:
    by = replace(WORKER, person_id=house.connie.person_id, name="Connie")
    signer = InstallationKey(tmp_path / "keyring")
    return await destroy_key(by, client_id=house.north.id, signer=signer, account="root")


async def _read_all(sql: Sql, client: Client) -> list[bytes]:
    contents = []
    for row in await sql("SELECT id FROM blob WHERE client_id = $1 AND state = 'stored' ORDER BY id", client.id):
        async with acting_as(WORKER):
            blob = await find_blob(UUID(bytes=row["id"].bytes))
        contents.append(await read_whole_blob(blob))
    return contents


async def _names(sql: Sql, client: Client) -> list[str]:
    opened = []
    for row in await sql("SELECT patient_id, name_sealed FROM patient_identity WHERE client_id = $1", client.id):
        async with acting_as(WORKER):
            key = await get_key(key_of(row["name_sealed"]))
        opened.append(open_field(key, "patient_identity.name", row["patient_id"], row["name_sealed"]))
    return opened


async def _save_copy(sql: Sql) -> None:
    for table in RESTORED:
        await sql(f"CREATE TABLE saved_{table} AS TABLE {table}")


async def _restore_copy(sql: Sql) -> None:
    await sql("SET session_replication_role = replica")
    for table in RESTORED:
        await sql(f"DELETE FROM {table}")
        await sql(f"INSERT INTO {table} SELECT * FROM saved_{table}")
    await sql("SET session_replication_role = origin")
    forget_keys()


async def _ensure_nothing_opens(sql: Sql, client: Client) -> None:
    """Each document, each name and the key itself are refused, by a process that has nothing in memory."""
    blobs = await sql("SELECT id FROM blob WHERE client_id = $1", client.id)
    assert blobs
    for row in blobs:
        forget_keys()
        async with acting_as(WORKER):
            with pytest.raises(KeyDestroyed):
                await find_blob(UUID(bytes=row["id"].bytes))
    with pytest.raises(KeyDestroyed):
        await _names(sql, client)
    async with acting_as(WORKER):
        with pytest.raises(KeyDestroyed):
            await get_active_key(client.id)


async def test_every_read_fails_at_once_and_the_other_client_reads_on(
    house: House, sql: Sql, double: KmsDouble, tmp_path: Path
) -> None:
    theirs = await _read_all(sql, house.south)
    rows = await sql("SELECT id FROM blob WHERE client_id = $1", house.north.id)
    ours = [UUID(bytes=row["id"].bytes) for row in rows]
    assert len(await _read_all(sql, house.north)) == len(ours) == len(theirs)

    done = await _destroy(house, tmp_path)

    assert (done.versions, done.objects, done.effective_at) == (1, len(ours), DELETED_AT)
    assert double.key_of(house.north.id).state == "PendingDeletion"
    assert double.key_of(house.south.id).state == "Enabled"
    for blob_id in ours:
        async with acting_as(WORKER):
            with pytest.raises(NotFound):
                await find_blob(blob_id)
    with pytest.raises(KeyDestroyed):
        await _names(sql, house.north)
    forget_keys()
    assert await _read_all(sql, house.south) == theirs
    assert await _names(sql, house.south) == ["Pat Ient"]


async def test_a_restored_copy_of_the_rows_opens_nothing_in_any_state_of_the_master(
    house: House, sql: Sql, client: Any, double: KmsDouble, tmp_path: Path
) -> None:
    await _save_copy(sql)
    theirs = await _read_all(sql, house.south)
    await _destroy(house, tmp_path)
    await _restore_copy(sql)
    assert [row["state"] for row in await sql("SELECT state FROM client_key")] == ["active", "active"]
    master = str(double.key_of(house.north.id).id)
    await _ensure_nothing_opens(sql, house.north)

    client.cancel_key_deletion(KeyId=master)
    assert double.key_of(house.north.id).state == "Disabled"
    await _ensure_nothing_opens(sql, house.north)
    assert await _read_all(sql, house.south) == theirs

    # Only who commands the account can call it off before the date, by two acts: hence the certificate's date.
    client.enable_key(KeyId=master)
    forget_keys()
    assert len(await _read_all(sql, house.north)) == len(theirs)
    client.schedule_key_deletion(KeyId=master, PendingWindowInDays=7)
    double.delete(master)
    await _ensure_nothing_opens(sql, house.north)
    VAULT.provider.new_client_key(house.north.id)  # nor does a new master open what the old one sealed
    await _ensure_nothing_opens(sql, house.north)
    assert await _read_all(sql, house.south) == theirs


async def test_the_certificate_is_dated_by_the_scheduled_deletion(house: House, tmp_path: Path) -> None:
    done = await _destroy(house, tmp_path)
    async with acting_as(WORKER):
        certificate = await get_certificate(done.certificate_id)
    assert certificate.holds
    assert certificate.facts["effective_at"] == f"{DELETED_AT:%Y-%m-%dT%H:%M:%S}.000000Z"
    assert certificate.facts["destroyed_at"] < certificate.facts["effective_at"]


async def test_keys_rotate_under_one_master(house: House, sql: Sql, double: KmsDouble) -> None:
    before, theirs = await _read_all(sql, house.north), await _read_all(sql, house.south)
    resealed = itertools.count()

    done = await rotate_key(WORKER, client_id=house.north.id, progress=lambda *_: next(resealed))

    assert (done.version, done.is_whole, done.resting) == (2, True, 1)
    assert next(resealed) > 1
    forget_keys()
    async with acting_as(WORKER):
        active = await get_active_key(house.north.id)
        rows = await DB.fetch("SELECT provider_key FROM client_key WHERE client_id = $1", house.north.id)
    assert {row["provider_key"].rpartition("/")[2] for row in rows} == {str(double.key_of(house.north.id).id)}
    used = await sql("SELECT DISTINCT key_id FROM blob WHERE client_id = $1", house.north.id)
    assert [row["key_id"] for row in used] == [active.id]
    assert await _read_all(sql, house.north) == before
    assert await _names(sql, house.north) == ["Pat Ient"]
    assert await _read_all(sql, house.south) == theirs


async def test_every_version_is_destroyed_with_its_master(
    house: House, sql: Sql, double: KmsDouble, tmp_path: Path
) -> None:
    await rotate_key(WORKER, client_id=house.north.id, progress=lambda *_: None)
    await _save_copy(sql)
    done = await _destroy(house, tmp_path)
    assert done.versions == 2
    assert double.calls["ScheduleKeyDeletion"] == 1
    await _restore_copy(sql)
    await _ensure_nothing_opens(sql, house.north)
