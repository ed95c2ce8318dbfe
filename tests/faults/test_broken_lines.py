"""The line to S3 breaks, stalls and loses answers; the server is killed. What was written is there, whole and once."""

import asyncio
import os
from uuid import uuid4

import pytest

from storage.aws import connect
from storage.objects import ObjectExists, StoreUnavailable
from storage.s3_store import S3Store
from storage.vault import VAULT
from tests.assignments.sending import encounter, send, text
from tests.cast import House
from tests.conftest import Sql, Web
from tests.faults.faulty_line import FaultyLine
from tests.seaweed import Seaweed
from tests.storage.stores import list_all, new_key, put, s3_place

PART = 8 << 20


@pytest.fixture(autouse=True)
def _credentials(s3_server: Seaweed, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in s3_server.environment.items():
        monkeypatch.setenv(name, value)


async def test_resets_and_stalls_are_tried_again_until_it_is_whole(s3_server: Seaweed) -> None:
    async with FaultyLine(s3_server.port, reset_every=3, stall_every=5) as line:
        place = s3_place(s3_server, endpoint=line.endpoint, read_timeout=4)
        objects = {new_key(): os.urandom(2 * PART + 12_345) for _ in range(4)}
        await asyncio.gather(*(put(place.store, key, data) for key, data in objects.items()))
        for key, data in objects.items():
            assert await place.store.fetch_range(key, 0, len(data)) == data
    assert line.faults["reset"] > 0
    assert line.faults["stalled"] > 0
    assert await list_all(s3_place(s3_server, bucket=place.bucket).store) == dict.fromkeys(objects, 2 * PART + 12_345)
    assert place.find_leftovers() == []


@pytest.mark.parametrize(("size", "request_line"), [(1000, rb"PUT "), (PART + 1, rb"POST \S*\?uploadId=")])
async def test_an_answer_that_was_lost_is_no_other_writers_object(
    s3_server: Seaweed, size: int, request_line: bytes
) -> None:
    """The request is repeated, the condition says that there is an object: it is the writer's own."""
    async with FaultyLine(s3_server.port, lose_answer_to=request_line) as line:
        place = s3_place(s3_server, endpoint=line.endpoint)
        key, data = new_key(), os.urandom(size)
        await put(place.store, key, data)
        assert line.faults["answer lost"] == 1
        assert await place.store.fetch_range(key, 0, size) == data
        with pytest.raises(ObjectExists):
            await put(place.store, key, data)
    assert place.find_leftovers() == []


async def test_a_store_that_is_away_is_told_with_a_sentence(house: House, web: Web, sql: Sql) -> None:
    clara = await web("clara")
    VAULT.open(S3Store(connect("s3", endpoint="http://127.0.0.1:9", region="us-east-1"), "phi"), VAULT.provider)
    answer = await send(clara, encounter(house.north), text())
    assert answer.status_code == 503
    assert "The document store is not answering right now. Nothing was lost" in answer.text
    assert not await sql("SELECT FROM chart")
    with pytest.raises(StoreUnavailable):
        await VAULT.store.size(new_key())


async def test_a_server_that_is_killed_keeps_what_it_has_acknowledged(s3_server: Seaweed) -> None:
    place = s3_place(s3_server)
    client_id = uuid4()
    objects = {new_key(client_id): os.urandom(60_000 + number) for number in range(20)}
    objects[new_key(client_id)] = os.urandom(2 * PART + 1)
    await asyncio.gather(*(put(place.store, key, data) for key, data in objects.items()))
    cut_short = asyncio.create_task(put(place.store, new_key(client_id), os.urandom(4 * PART)))
    await asyncio.sleep(0.1)

    await asyncio.to_thread(s3_server.kill)
    with pytest.raises(StoreUnavailable):
        await cut_short
    # From this very thread: the server ends with the thread that has started it.
    s3_server.start()

    for key, data in objects.items():
        assert await place.store.fetch_range(key, 0, len(data)) == data
    await place.store.sweep_temporary(-5)
    assert place.find_leftovers() == []
    assert await list_all(place.store, client_id) == {key: len(data) for key, data in objects.items()}
