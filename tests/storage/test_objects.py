"""What only the folder store promises: private files, and no harm from threads and processes that end midway."""

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
from storage.objects import FolderStore, ObjectMissing, ObjectStore, object_key

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


async def test_objects_and_folders_are_private(store: FolderStore, root: Path) -> None:
    await put(store, new_key(), b"sealed")
    assert {stat.S_IMODE(path.stat().st_mode) for path in files(root)} == {0o600}
    everything = {root, *root.rglob("*")}  # noqa: ASYNC240 - nothing else runs meanwhile
    assert {stat.S_IMODE(path.stat().st_mode) for path in everything - set(files(root))} == {0o700}


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


async def test_a_link_in_the_place_of_an_object_is_not_followed(store: FolderStore, root: Path) -> None:
    key = new_key()
    await put(store, key, b"sealed")
    (root / key).unlink()
    (root / key).symlink_to("/etc/hostname")
    with pytest.raises(OSError, match="symbolic"):
        store.read_range(key, 0, 10)
