"""Clients' keys in AWS KMS, held to a double that enforces key state, encryption context and key id."""

import threading
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from portal.actor import WORKER
from portal.database import acting_as
from storage.aws import connect
from storage.blobs import confirm_blob, find_blob, read_whole_blob, write_blob
from storage.client_keys import forget_keys
from storage.envelope import SealBroken
from storage.kms import AwsKms
from storage.objects import FolderStore
from storage.providers import KeyDestroyed, KeyProvider, KeysUnavailable
from storage.vault import VAULT
from tests.cast import build_house
from tests.conftest import Databases, Sql
from tests.storage.kms_double import DAY, STARTED_AT, KmsDouble

DELETED_AT = datetime.fromtimestamp(STARTED_AT, UTC) + timedelta(days=7)


def test_a_new_key_unwraps_to_itself_in_any_later_process(kms: KeyProvider, client: Any) -> None:
    client_id = uuid4()
    made = kms.new_client_key(client_id)
    assert AwsKms(client).unwrap(made.provider_key, made.wrapped, client_id) == made.plain
    assert len(made.plain) == 32


def test_each_client_has_one_master_that_rotates_by_itself(kms: KeyProvider, double: KmsDouble) -> None:
    ours, theirs = uuid4(), uuid4()
    first, second, other = kms.new_client_key(ours), kms.new_client_key(ours), kms.new_client_key(theirs)
    assert first.provider_key == second.provider_key != other.provider_key
    assert first.plain != second.plain
    assert len(double.keys) == 2
    assert ours.hex in double.key_of(ours).description
    assert all(key.rotates for key in double.keys.values())


def test_keys_do_not_open_for_another_client(kms: KeyProvider) -> None:
    ours, theirs = uuid4(), uuid4()
    our_key, their_key = kms.new_client_key(ours), kms.new_client_key(theirs)
    with pytest.raises(SealBroken):
        kms.unwrap(our_key.provider_key, our_key.wrapped, theirs)
    with pytest.raises(SealBroken):
        kms.unwrap(their_key.provider_key, our_key.wrapped, ours)
    with pytest.raises(SealBroken):
        kms.unwrap(our_key.provider_key, our_key.wrapped[:-1] + bytes([our_key.wrapped[-1] ^ 1]), ours)


def test_another_installation_in_the_same_account_opens_nothing(kms: KeyProvider, client: Any) -> None:
    client_id = uuid4()
    made = kms.new_client_key(client_id)
    with pytest.raises(SealBroken):
        AwsKms(client, prefix="staging").unwrap(made.provider_key, made.wrapped, client_id)


def test_what_was_wrapped_before_a_rotation_still_opens(kms: KeyProvider, client: Any, double: KmsDouble) -> None:
    client_id = uuid4()
    before = kms.new_client_key(client_id)
    client.rotate_key_on_demand(KeyId=str(double.key_of(client_id).id))
    after = kms.new_client_key(client_id)
    assert kms.unwrap(before.provider_key, before.wrapped, client_id) == before.plain
    assert kms.unwrap(after.provider_key, after.wrapped, client_id) == after.plain


def test_destroying_stops_it_at_once_and_says_when_it_is_final(kms: AwsKms, client: Any, double: KmsDouble) -> None:
    gone, stays = uuid4(), uuid4()
    lost, kept = kms.new_client_key(gone), kms.new_client_key(stays)
    assert kms.find_deletion(lost.provider_key) is None

    assert kms.destroy(lost.provider_key) == DELETED_AT
    assert kms.destroy(lost.provider_key) == DELETED_AT
    assert kms.find_deletion(lost.provider_key) == DELETED_AT
    with pytest.raises(KeyDestroyed, match="destroyed"):
        kms.unwrap(lost.provider_key, lost.wrapped, gone)
    with pytest.raises(KeyDestroyed):
        kms.new_client_key(gone)
    assert kms.unwrap(kept.provider_key, kept.wrapped, stays) == kept.plain

    client.cancel_key_deletion(KeyId=lost.provider_key.removeprefix("kms:"))
    with pytest.raises(KeyDestroyed):
        kms.unwrap(lost.provider_key, lost.wrapped, gone)
    assert kms.destroy(lost.provider_key) == DELETED_AT

    double.delete(lost.provider_key.removeprefix("kms:"))
    with pytest.raises(KeyDestroyed):
        kms.unwrap(lost.provider_key, lost.wrapped, gone)
    with pytest.raises(KeyDestroyed):
        kms.find_deletion(lost.provider_key)
    assert abs(kms.destroy(lost.provider_key) - datetime.now(UTC)) < timedelta(seconds=DAY)
    again = kms.new_client_key(gone)
    assert again.provider_key != lost.provider_key


def test_a_disabled_master_opens_nothing(kms: KeyProvider, client: Any) -> None:
    client_id = uuid4()
    made = kms.new_client_key(client_id)
    client.disable_key(KeyId=made.provider_key.removeprefix("kms:"))
    with pytest.raises(KeyDestroyed):
        kms.unwrap(made.provider_key, made.wrapped, client_id)
    client.enable_key(KeyId=made.provider_key.removeprefix("kms:"))
    assert kms.unwrap(made.provider_key, made.wrapped, client_id) == made.plain


def test_two_that_make_the_first_master_at_once_use_the_same(kms: KeyProvider, double: KmsDouble) -> None:
    client_id = uuid4()
    start = threading.Barrier(8)
    made = []

    def make() -> None:
        start.wait()
        made.append(kms.new_client_key(client_id))

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({key.provider_key for key in made}) == 1
    assert [kms.unwrap(key.provider_key, key.wrapped, client_id) for key in made] == [key.plain for key in made]
    assert len(made) == 8
    assert [key.state for key in double.keys.values()].count("Enabled") == 1


def test_a_service_that_does_not_answer_is_no_destroyed_key(client: Any) -> None:
    unreachable = AwsKms(connect("kms", endpoint="http://127.0.0.1:9", region="us-east-1"))
    with pytest.raises(KeysUnavailable, match="key service"):
        unreachable.unwrap("kms:arn:aws:kms:us-east-1:000000000000:key/x", b"", uuid4())


@pytest.mark.parametrize("stranger", ["", "local:" + "a" * 32, "kms:", "kms:alias/other"])
def test_keys_of_other_providers_are_refused(kms: AwsKms, stranger: str) -> None:
    with pytest.raises(ValueError, match="key service"):
        kms.unwrap(stranger, b"", uuid4())
    with pytest.raises(ValueError, match="key service"):
        kms.destroy(stranger)


async def test_two_hundred_documents_of_a_client_ask_the_service_at_most_twice(
    database: Databases, sql: Sql, double: KmsDouble, kms: KeyProvider, tmp_path: Path
) -> None:
    import asyncpg

    VAULT.open(FolderStore(tmp_path / "documents"), kms)
    forget_keys()
    connection = await asyncpg.connect(database.superuser)
    house = await build_house(connection)
    await connection.close()
    double.calls.clear()

    ids = []
    for number in range(200):
        blob = await write_blob(
            WORKER, _once(b"%d" % number), client_id=house.north.id, owner_id=uuid4(), kind="original", most=100
        )
        async with acting_as(WORKER):
            await confirm_blob(blob)
        ids.append(blob.id)
    for number, blob_id in enumerate(ids):
        async with acting_as(WORKER):
            found = await find_blob(blob_id)
        assert await read_whole_blob(found) == b"%d" % number

    assert double.calls.total() <= 2
    forget_keys()


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content
