"""Checking stored documents: whole ones hold, each kind of damage is told by id, objects without a row are an alarm."""

import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from portal.actor import WORKER
from portal.ids import new_id
from storage.deleting import delete_blobs
from storage.objects import object_key
from storage.vault import VAULT
from storage.verifying import Checked, verify_documents, verify_nightly
from tests.cast import House
from tests.conftest import Sql
from tests.factories import make_chart

NIGHT = datetime(2026, 9, 14, 3, tzinfo=UTC)


@pytest.fixture
async def blobs(house: House, sql: Sql) -> list[Any]:
    for client in (house.north, house.south):
        await make_chart(sql, house, client=client, with_pages=2)
    return await sql("SELECT * FROM blob ORDER BY client_id, id")


def _path(tmp_path: Path, blob: Any) -> Path:
    return tmp_path / "documents" / str(blob["store_key"])


async def _all() -> Checked:
    return await verify_documents(WORKER, sample=None)


async def test_whole_documents_hold_and_the_run_is_recorded(house: House, sql: Sql, blobs: list[Any]) -> None:
    done = await _all()
    assert (done.checked, done.failures, done.strays, done.holds) == (len(blobs), (), (), True)
    [run] = await sql("SELECT * FROM document_check")
    assert (run["id"], run["scope"], run["checked"], run["failures"], run["strays"]) == (
        done.id, "all", len(blobs), "[]", "[]"
    )  # fmt: skip
    assert run["finished_at"] > run["started_at"]
    [event] = await sql("SELECT * FROM access_event WHERE action = 'documents:checked'")
    assert json.loads(event["canonical"])["object"]["checked"] == len(blobs)


async def test_a_sample_or_one_client_is_read_when_that_is_asked(house: House, blobs: list[Any]) -> None:
    assert (await verify_documents(WORKER, sample=3)).checked == 3
    ours = [blob for blob in blobs if blob["client_id"] == house.north.id]
    done = await verify_documents(WORKER, sample=None, client_id=house.north.id)
    assert done.checked == len(ours) < len(blobs)


async def test_each_kind_of_damage_is_told(house: House, sql: Sql, blobs: list[Any], tmp_path: Path) -> None:
    north = [blob for blob in blobs if blob["client_id"] == house.north.id]
    missing, shorter, flipped, other_mac, other_key = north[:5]
    _path(tmp_path, missing).unlink()
    with _path(tmp_path, shorter).open("r+b") as file:
        file.truncate(shorter["sealed_size"] - 1)
    with _path(tmp_path, flipped).open("r+b") as file:
        file.seek(flipped["sealed_size"] - 5)
        byte = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte[0] ^ 1]))
    await sql("UPDATE blob SET content_mac = $2 WHERE id = $1", other_mac["id"], bytes(32))
    await sql("UPDATE blob SET wrapped_key = $2 WHERE id = $1", other_key["id"], flipped["wrapped_key"])
    with capture_logs() as logged:
        done = await _all()
    assert {failure.blob_id: failure.reason for failure in done.failures} == {
        missing["id"]: "the object is missing", shorter["id"]: "the object has another size",
        flipped["id"]: "the seal is broken", other_mac["id"]: "the content is another",
        other_key["id"]: "its key is broken",
    }  # fmt: skip
    assert {failure.client_id for failure in done.failures} == {house.north.id}
    assert {line["blob"] for line in logged} == {str(failure.blob_id) for failure in done.failures}
    [run] = await sql("SELECT * FROM document_check")
    assert {UUID(one["blob"]) for one in json.loads(run["failures"])} == {failure.blob_id for failure in done.failures}
    assert _path(tmp_path, flipped).exists()


async def test_an_object_that_is_missing_is_told_whatever_the_sample(
    house: House, sql: Sql, blobs: list[Any], tmp_path: Path
) -> None:
    for blob in blobs:
        _path(tmp_path, blob).unlink()
    done = await verify_documents(WORKER, sample=1, client_id=house.south.id)
    assert done.checked == 1
    ours = {blob["id"] for blob in blobs if blob["client_id"] == house.south.id}
    assert len(done.failures) == len(ours)
    assert {failure.blob_id for failure in done.failures} == ours
    assert {failure.reason for failure in done.failures} == {"the object is missing"}


async def test_objects_without_a_row_are_told_after_a_day_and_never_deleted(
    house: House, sql: Sql, blobs: list[Any], tmp_path: Path
) -> None:
    young, old = object_key(house.north.id, new_id()), object_key(house.north.id, new_id())
    for key in (young, old):
        async with VAULT.store.writing(key) as sink:
            await sink.write(b"nobody's")
    two_days_ago = time.time() - 2 * 86400
    for key in (old, str(blobs[0]["store_key"])):
        os.utime(tmp_path / "documents" / key, (two_days_ago, two_days_ago))
    done = await _all()
    assert (done.strays, done.failures, done.holds) == ((old,), (), False)
    assert (tmp_path / "documents" / old).exists()
    assert (await verify_documents(WORKER, sample=None, client_id=house.south.id)).strays == ()
    # What should have been deleted is an object without a row as well.
    await sql("UPDATE blob SET state = 'deleted', wrapped_key = NULL WHERE id = $1", blobs[0]["id"])
    assert set((await _all()).strays) == {old, str(blobs[0]["store_key"])}


async def test_what_is_deleted_meanwhile_is_no_failure(house: House, sql: Sql, blobs: list[Any]) -> None:
    await sql("UPDATE blob SET state = 'deleting', lease_until = now() - interval '1 second' WHERE client_id = $1",
              house.north.id)  # fmt: skip
    await delete_blobs(WORKER)
    assert (await _all()).holds


async def test_a_night_is_checked_once(house: House, sql: Sql, blobs: list[Any]) -> None:
    assert await verify_nightly(WORKER, now=NIGHT.replace(hour=12)) is None
    first = await verify_nightly(WORKER, now=NIGHT)
    assert first is not None
    assert first.checked == len(blobs)
    assert await verify_nightly(WORKER, now=NIGHT) is None
    await sql("UPDATE document_check SET started_at = started_at - interval '1 day'")
    assert await verify_nightly(WORKER, now=NIGHT) is not None
