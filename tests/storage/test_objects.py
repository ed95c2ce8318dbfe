"""The folder store: an object is there whole and once, or not at all."""

import asyncio
import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path
from uuid import uuid4

import pytest

import storage
from storage.objects import FolderStore, ObjectExists, ObjectMissing, ObjectStore, object_key

pytestmark = pytest.mark.asyncio


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "documents"


@pytest.fixture
def store(root: Path) -> FolderStore:
    return FolderStore(root)


def new_key() -> str:
    return object_key(uuid4(), uuid4())


def files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


async def put(store: ObjectStore, key: str, *pieces: bytes) -> None:
    async with store.writing(key) as sink:
        for piece in pieces:
            await sink.write(piece)


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, 3_000_001])
async def test_what_was_written_is_read_whole_and_in_parts(store: FolderStore, size: int) -> None:
    key, data = new_key(), os.urandom(size)
    await put(store, key, *(data[i : i + 60_001] for i in range(0, size, 60_001)))
    assert await store.size(key) == size
    assert await store.fetch_range(key, 0, size) == data
    assert store.read_range(key, size // 3, size // 2) == data[size // 3 : size // 2]
    assert store.read_range(key, max(size - 5, 0), size + 100) == data[-5:]
    assert store.read_range(key, size + 1, size + 2) == b""


async def test_objects_and_folders_are_private(store: FolderStore, root: Path) -> None:
    await put(store, new_key(), b"sealed")
    assert {stat.S_IMODE(path.stat().st_mode) for path in files(root)} == {0o600}
    everything = {root, *root.rglob("*")}  # noqa: ASYNC240 - nothing else runs meanwhile
    assert {stat.S_IMODE(path.stat().st_mode) for path in everything - set(files(root))} == {0o700}


async def test_an_error_on_the_way_leaves_nothing(store: FolderStore, root: Path) -> None:
    key = new_key()

    async def broken_upload() -> None:
        async with store.writing(key) as sink:
            await sink.write(os.urandom(2 << 20))
            assert len(files(root)) == 1
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await broken_upload()
    assert files(root) == []
    with pytest.raises(ObjectMissing):
        await store.size(key)
    with pytest.raises(ObjectMissing):
        store.read_range(key, 0, 1)
    await put(store, key, b"second try")
    assert store.read_range(key, 0, 99) == b"second try"


async def test_a_cancelled_upload_leaves_nothing(store: FolderStore, root: Path) -> None:
    reached = asyncio.Event()

    async def upload() -> None:
        async with store.writing(new_key()) as sink:
            await sink.write(os.urandom(2 << 20))
            reached.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(upload())
    await reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert files(root) == []


async def test_a_cancellation_while_a_thread_is_working_leaves_nothing_half_done(
    store: FolderStore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, data = new_key(), os.urandom(2 << 20)
    syncing, go_on = threading.Event(), threading.Event()
    fsync = os.fsync

    def slow_fsync(descriptor: int) -> None:
        syncing.set()
        go_on.wait(10)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", slow_fsync)
    task = asyncio.create_task(put(store, key, data))
    await asyncio.to_thread(syncing.wait, 10)
    task.cancel()
    await asyncio.sleep(0.05)
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    await store.size(key)  # its thread was past the point of return, so the object is whole
    assert store.read_range(key, 0, len(data)) == data
    assert len(files(root)) == 1


async def test_of_two_writers_of_one_key_the_first_to_finish_wins(store: FolderStore, root: Path) -> None:
    key = new_key()

    async def slow() -> None:
        async with store.writing(key) as sink:
            await sink.write(b"slow")
            await put(store, key, b"fast")

    with pytest.raises(ObjectExists):
        await slow()
    with pytest.raises(ObjectExists):
        await put(store, key, b"late")
    assert store.read_range(key, 0, 99) == b"fast"
    assert len(files(root)) == 1


async def test_sixteen_writers_at_once_make_one_object(store: FolderStore, root: Path) -> None:
    key = new_key()
    pieces = [bytes([number]) * (1 << 20) for number in range(16)]
    outcomes = await asyncio.gather(*(put(store, key, piece) for piece in pieces), return_exceptions=True)
    (winner,) = [number for number, outcome in enumerate(outcomes) if outcome is None]
    assert sum(isinstance(outcome, ObjectExists) for outcome in outcomes) == 15
    assert store.read_range(key, 0, 2 << 20) == pieces[winner]
    assert len(files(root)) == 1


async def test_a_killed_writer_leaves_a_temporary_file_that_the_sweeper_takes(store: FolderStore, root: Path) -> None:
    key = new_key()
    program = """
import asyncio, os, signal, sys
from pathlib import Path
from storage.objects import FolderStore
async def write():
    async with FolderStore(Path(sys.argv[1])).writing(sys.argv[2]) as sink:
        await sink.write(bytes(3 << 20))
        os.kill(os.getpid(), signal.SIGKILL)
asyncio.run(write())
"""
    killed = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", program, str(root), key],
        env=os.environ | {"PYTHONPATH": str(Path(storage.__file__).parent.parent)},
    )
    assert killed.returncode == -signal.SIGKILL
    with pytest.raises(ObjectMissing):
        await store.size(key)
    assert len(files(root)) == 1
    assert await store.sweep_temporary(3600) == 0
    assert await store.sweep_temporary(0) == 1
    assert files(root) == []


async def test_the_sweeper_leaves_objects_alone(store: FolderStore) -> None:
    key = new_key()
    await put(store, key, b"kept")
    assert await store.sweep_temporary(0) == 0
    assert store.read_range(key, 0, 4) == b"kept"


async def test_deleting_is_final_and_calm_when_repeated(store: FolderStore, root: Path) -> None:
    key = new_key()
    await put(store, key, b"gone soon")
    await store.delete(key)
    await store.delete(key)
    await store.delete(new_key())
    assert files(root) == []
    with pytest.raises(ObjectMissing):
        await store.fetch_range(key, 0, 1)


async def test_nothing_can_be_added_once_the_object_is_there(store: FolderStore) -> None:
    key = new_key()
    async with store.writing(key) as sink:
        await sink.write(b"all")
    with pytest.raises(ValueError, match="no longer"):
        await sink.write(bytes(2 << 20))
    assert await store.size(key) == 3


@pytest.mark.parametrize("bounds", [(-1, 5), (5, 4)])
async def test_backward_ranges_are_refused(store: FolderStore, bounds: tuple[int, int]) -> None:
    key = new_key()
    await put(store, key, b"0123456789")
    with pytest.raises(ValueError, match="range"):
        store.read_range(key, *bounds)


HEX = "0" * 32
STRANGE_KEYS = [
    "", "v1", f"v1/{HEX}", f"v2/{HEX}/{HEX}", f"/v1/{HEX}/{HEX}", f"v1/{HEX}/{HEX}/", f"v1/{HEX}/{HEX}\n",
    f"v1/../{HEX}", f"v1/{HEX}/../../../../etc/passwd", f"v1/{HEX}/{'A' * 32}", f"v1/{HEX}/{HEX}\0", ".tmp/x",
    f"v1/{HEX}/smith-john-{HEX[:21]}",
]  # fmt: skip


@pytest.mark.parametrize("key", STRANGE_KEYS)
async def test_only_keys_of_objects_are_taken(store: FolderStore, root: Path, key: str) -> None:
    with pytest.raises(ValueError, match="key of an object"):
        await put(store, key, b"x")
    with pytest.raises(ValueError, match="key of an object"):
        store.read_range(key, 0, 1)
    with pytest.raises(ValueError, match="key of an object"):
        await store.size(key)
    with pytest.raises(ValueError, match="key of an object"):
        await store.delete(key)
    assert files(root) == []


async def test_a_link_in_the_place_of_an_object_is_not_followed(store: FolderStore, root: Path) -> None:
    key = new_key()
    await put(store, key, b"sealed")
    (root / key).unlink()
    (root / key).symlink_to("/etc/hostname")
    with pytest.raises(OSError, match="symbolic"):
        store.read_range(key, 0, 10)
