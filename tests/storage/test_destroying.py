"""A destroyed key opens nothing, here, elsewhere or in a restored backup; others are untouched; a certificate stays."""

import json
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

import storage.destroying
from portal.actor import WORKER
from portal.database import DB, acting_as
from portal.errors import Conflict, NotFound
from portal.ids import new_id
from storage.blobs import confirm_blob, find_blob, read_whole_blob, sweep_blobs, write_blob
from storage.certificates import find_certificates, get_certificate
from storage.client_keys import forget_keys, get_active_key, get_key
from storage.deleting import delete_blobs
from storage.destroying import Destroyed, destroy_key, ensure_may_destroy
from storage.envelope import SealBroken
from storage.providers import KeyDestroyed, LocalKeyring
from storage.rotating import rotate_key
from storage.sealed_fields import key_of, open_field
from storage.signing import InstallationKey
from storage.vault import VAULT
from tests.cast import Client, House
from tests.conftest import Sql
from tests.factories import make_chart


@pytest.fixture
def signer(house: House, tmp_path: Path) -> InstallationKey:
    return InstallationKey(tmp_path / "keyring")


async def _destroy(house: House, signer: InstallationKey, client: Client | None = None) -> Destroyed:
    by = replace(WORKER, person_id=house.connie.person_id, name="Connie")
    return await destroy_key(by, client_id=(client or house.north).id, signer=signer, account="root")


async def _blob_ids(sql: Sql, client: Client) -> list[UUID]:
    rows = await sql("SELECT id FROM blob WHERE client_id = $1 ORDER BY id", client.id)
    return [UUID(bytes=row["id"].bytes) for row in rows]


async def _read(blob_id: UUID) -> bytes:
    async with acting_as(WORKER):
        blob = await find_blob(blob_id)
    return await read_whole_blob(blob)


async def _names(sql: Sql, client: Client) -> list[str]:
    opened = []
    for row in await sql("SELECT patient_id, name_sealed FROM patient_identity WHERE client_id = $1", client.id):
        async with acting_as(WORKER):
            key = await get_key(key_of(row["name_sealed"]))
        opened.append(open_field(key, "patient_identity.name", row["patient_id"], row["name_sealed"]))
    return opened


def _objects(tmp_path: Path, client: Client) -> list[Path]:
    return [path for path in (tmp_path / "documents" / "v1" / client.id.hex).rglob("*") if path.is_file()]


async def test_nothing_opens_any_more_and_the_other_client_is_untouched(
    house: House, sql: Sql, tmp_path: Path, signer: InstallationKey
) -> None:
    for client in (house.north, house.south):
        await make_chart(sql, house, client=client, with_pages=2)
    await rotate_key(WORKER, client_id=house.north.id, progress=lambda *_: None)
    ours, theirs = await _blob_ids(sql, house.north), await _blob_ids(sql, house.south)
    before = [await _read(blob_id) for blob_id in theirs]
    assert await _names(sql, house.north) == await _names(sql, house.south) == ["Pat Ient"]

    done = await _destroy(house, signer)

    assert (done.versions, done.objects) == (2, len(ours))
    assert {tuple(row) for row in await sql(
        "SELECT state, wrapped, lookup FROM client_key WHERE client_id = $1", house.north.id
    )} == {("destroyed", None, None)}  # fmt: skip
    assert not await sql("SELECT FROM blob WHERE client_id = $1 AND wrapped_key IS NOT NULL", house.north.id)
    for blob_id in ours:
        with pytest.raises(NotFound):
            await _read(blob_id)
    with pytest.raises(KeyDestroyed):
        await _names(sql, house.north)
    async with acting_as(house.clara):
        with pytest.raises(KeyDestroyed):
            await get_active_key(house.north.id)
    assert not (tmp_path / "keyring" / f"{house.north.id.hex}.key").exists()
    assert [await _read(blob_id) for blob_id in theirs] == before
    assert await _names(sql, house.south) == ["Pat Ient"]

    assert _objects(tmp_path, house.north)
    assert await delete_blobs(WORKER) == len(ours)
    assert await delete_blobs(WORKER) == 0
    assert _objects(tmp_path, house.north) == []
    assert {row["state"] for row in await sql("SELECT state FROM blob WHERE client_id = $1", house.north.id)} == {
        "deleted"
    }
    assert len(_objects(tmp_path, house.south)) == len(theirs)


async def test_what_another_process_holds_in_memory_opens_nothing_either(
    house: House, sql: Sql, signer: InstallationKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This process stands for another one: it has the key, and nobody tells it to forget."""
    await make_chart(sql, house)
    [blob_id, *_] = await _blob_ids(sql, house.north)
    assert await _read(blob_id)
    monkeypatch.setattr(storage.destroying, "forget_keys", lambda: None)
    saved = await sql("SELECT * FROM blob WHERE id = $1", blob_id)
    await _destroy(house, signer)
    await sql("UPDATE blob SET state = 'stored', wrapped_key = $2 WHERE id = $1", blob_id, saved[0]["wrapped_key"])
    with pytest.raises(KeyDestroyed):
        await _read(blob_id)
    with pytest.raises(KeyDestroyed):
        await _names(sql, house.north)


async def test_a_restored_backup_opens_nothing(house: House, sql: Sql, tmp_path: Path, signer: InstallationKey) -> None:
    for client in (house.north, house.south):
        await make_chart(sql, house, client=client, with_pages=1)
    ours, theirs = await _blob_ids(sql, house.north), await _blob_ids(sql, house.south)
    for table in ("client_key", "blob", "patient_identity"):
        await sql(f"CREATE TABLE saved_{table} AS TABLE {table}")
    shutil.copytree(tmp_path / "documents", tmp_path / "backup")
    await _destroy(house, signer)
    await delete_blobs(WORKER)

    await sql("SET session_replication_role = replica")
    for table in ("client_key", "blob", "patient_identity"):
        await sql(f"DELETE FROM {table}")
        await sql(f"INSERT INTO {table} SELECT * FROM saved_{table}")
    await sql("SET session_replication_role = origin")
    shutil.rmtree(tmp_path / "documents" / "v1")
    shutil.copytree(tmp_path / "backup" / "v1", tmp_path / "documents" / "v1")
    forget_keys()

    assert [row["state"] for row in await sql("SELECT state FROM client_key")] == ["active", "active"]
    for blob_id in ours:
        with pytest.raises(KeyDestroyed):
            await _read(blob_id)
    with pytest.raises(KeyDestroyed):
        await _names(sql, house.north)
    for blob_id in theirs:
        assert await _read(blob_id)
    # Nor under a master that somebody makes anew.
    VAULT.provider.new_client_key(house.north.id)
    for blob_id in ours:
        with pytest.raises(SealBroken):
            await _read(blob_id)


async def test_the_certificate_says_what_was_destroyed_and_anybody_can_check_it(
    house: House, sql: Sql, signer: InstallationKey
) -> None:
    await make_chart(sql, house, with_pages=2)
    done = await _destroy(house, signer)

    async with acting_as(WORKER):
        certificate = await get_certificate(done.certificate_id)
        keys = await DB.fetch("SELECT id FROM client_key WHERE client_id = $1", house.north.id)
    facts = certificate.facts
    assert facts["client"] == {"id": str(house.north.id), "code": "NOR", "name": "North Radiology"}
    assert [(key["id"], key["version"]) for key in facts["keys"]] == [(str(keys[0]["id"]), 1)]
    assert facts["blobs"] == {"original": 2, "page": 3, "text": 1}
    assert facts["by"] == {"person": str(house.connie.person_id), "name": "Connie", "account": "root"}
    assert "Cryptographic erasure" in facts["method"]
    moment = datetime.fromisoformat(facts["effective_at"])
    assert timedelta() <= datetime.now(UTC) - moment < timedelta(minutes=1)
    assert rfc8785.dumps(facts) == certificate.statement
    assert certificate.public_key == signer.public_key
    Ed25519PublicKey.from_public_bytes(bytes.fromhex(facts["public_key"])).verify(
        certificate.signature, certificate.statement
    )
    assert certificate.holds

    handed_over = json.loads(certificate.as_file())
    Ed25519PublicKey.from_public_bytes(bytes.fromhex(handed_over["public_key"])).verify(
        bytes.fromhex(handed_over["signature"]), handed_over["statement"].encode()
    )
    with pytest.raises(InvalidSignature):
        Ed25519PublicKey.from_public_bytes(certificate.public_key).verify(
            certificate.signature, certificate.statement.replace(b"NOR", b"SOU")
        )
    changed = replace(certificate, statement=certificate.statement.replace(b'"page":3', b'"page":9'))
    assert not changed.holds
    assert not replace(certificate, id=new_id()).holds
    [event] = await sql("SELECT * FROM access_event WHERE action = 'key:destroyed'")
    assert (event["client_id"], event["actor_id"]) == (house.north.id, house.connie.person_id)


async def test_a_certificate_is_changed_by_nobody(house: House, sql: Sql, signer: InstallationKey) -> None:
    await _destroy(house, signer)
    for statement in ("UPDATE destruction_certificate SET issued_at = now()", "DELETE FROM destruction_certificate"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await sql(statement)


async def test_it_is_destroyed_once_and_only_for_a_client_that_is_there(house: House, signer: InstallationKey) -> None:
    await _destroy(house, signer)
    with pytest.raises(Conflict, match="destroyed already"):
        await _destroy(house, signer)
    async with acting_as(WORKER):
        assert len(await find_certificates(house.north.id)) == 1
        await ensure_may_destroy(house.south.id)
        with pytest.raises(NotFound):
            await ensure_may_destroy(new_id())


class _Died(Exception):
    """Stands for a process that dies."""


@pytest.mark.parametrize("dies_at", ["give_up_unreadable", "issue_certificate", "provider"])
async def test_a_destruction_that_was_interrupted_is_finished_by_the_next_call(
    house: House, sql: Sql, signer: InstallationKey, monkeypatch: pytest.MonkeyPatch, dies_at: str
) -> None:
    await make_chart(sql, house)

    def die(*_arguments: object, **_options: object) -> None:
        raise _Died

    with monkeypatch.context() as patched:
        if dies_at == "provider":
            patched.setattr(LocalKeyring, "destroy", die)
        else:
            patched.setattr(storage.destroying, dies_at, die)
        with pytest.raises(_Died):
            await _destroy(house, signer)
    with pytest.raises(KeyDestroyed):
        await _names(sql, house.north)
    done = await _destroy(house, signer)
    async with acting_as(WORKER):
        assert (await get_certificate(done.certificate_id)).facts["blobs"] == {"original": 1, "page": 1, "text": 1}
    assert len(await sql("SELECT FROM access_event WHERE action = 'key:destroyed'")) == 1
    assert await delete_blobs(WORKER) == (await sql("SELECT count(*) AS n FROM blob"))[0]["n"]


async def test_an_upload_that_is_under_way_keeps_nothing(
    house: House, sql: Sql, tmp_path: Path, signer: InstallationKey
) -> None:
    async def source() -> AsyncIterator[bytes]:
        yield b"half"
        await _destroy(house, signer)
        yield b"whole"

    blob = await write_blob(
        house.clara, source(), client_id=house.north.id, owner_id=new_id(), kind="original", most=1000
    )
    with pytest.raises(Conflict):
        async with acting_as(house.clara):
            await confirm_blob(blob)
    assert len(_objects(tmp_path, house.north)) == 1
    await sql("UPDATE blob SET lease_until = clock_timestamp() - interval '1 second'")
    assert await sweep_blobs(WORKER) == 1
    assert _objects(tmp_path, house.north) == []


async def test_a_key_service_that_waits_dates_the_certificate(
    house: House, signer: InstallationKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = datetime(2026, 12, 24, 8, tzinfo=UTC)
    destroy = LocalKeyring.destroy

    def destroy_later(keyring: LocalKeyring, provider_key: str) -> Any:
        destroy(keyring, provider_key)
        return later

    monkeypatch.setattr(LocalKeyring, "destroy", destroy_later)
    done = await _destroy(house, signer)
    assert done.effective_at == later
    async with acting_as(WORKER):
        facts = (await get_certificate(done.certificate_id)).facts
    assert facts["effective_at"] == "2026-12-24T08:00:00.000000Z"
    assert facts["destroyed_at"] < facts["effective_at"]


def test_the_signing_key_is_made_once_and_is_private(tmp_path: Path) -> None:
    first = InstallationKey(tmp_path / "keyring")
    again = InstallationKey(tmp_path / "keyring")
    assert first.public_key == again.public_key
    [file] = (tmp_path / "keyring").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert first.public_key.hex() not in file.read_bytes().hex()
    assert InstallationKey(tmp_path / "other").public_key != first.public_key
