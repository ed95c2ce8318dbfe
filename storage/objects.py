"""Stores of sealed objects: the protocol, and the one that keeps them in a folder."""

import contextlib
import os
import re
import secrets
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Protocol, TypeVar
from uuid import UUID

import anyio
import anyio.to_thread

from storage.folders import create_file, make_private_folder, publish, sync_folder

Result = TypeVar("Result")

BATCH = 1 << 20  # bytes gathered before a worker thread is asked to write them


class ObjectExists(Exception):
    """An object has this key already; keys are never used twice."""


class ObjectMissing(Exception):
    """No object has this key."""


def object_key(client_id: UUID, blob_id: UUID) -> str:
    """The key of a blob's object; ids alone, since keys show up in listings and bills."""
    return f"v1/{client_id.hex}/{blob_id.hex}"


class Sink(Protocol):
    """Takes the bytes of one new object."""

    async def write(self, data: bytes, /) -> None:
        """Add `data` to the object."""
        ...


class ObjectStore(Protocol):
    """Keeps immutable objects under keys made by `object_key`; any other key raises ValueError."""

    def writing(self, key: str) -> AbstractAsyncContextManager[Sink]:
        """A sink for a new object: it appears, whole and durable, on clean exit, and never after an error.

        Raises ObjectExists on exit if the key was taken first by another writer.
        """
        ...

    def read_range(self, key: str, start: int, stop: int) -> bytes:
        """The bytes from `start` to before `stop`, fewer at the end; blocks, so use it in worker threads."""
        ...

    async def fetch_range(self, key: str, start: int, stop: int) -> bytes:
        """`read_range` for the event loop."""
        ...

    async def size(self, key: str) -> int:
        """Bytes of the object; raises ObjectMissing."""
        ...

    async def delete(self, key: str) -> None:
        """Remove the object; calm when it is gone already."""
        ...

    def list_keys(self, client_id: UUID | None = None) -> AsyncIterator[tuple[str, int, datetime]]:
        """Every object of a client, or of all: its key, its size in bytes, and when it was written."""
        ...

    async def sweep_temporary(self, older_than_seconds: float) -> int:
        """Remove what unfinished writers left that long ago; returns how many."""
        ...


class FolderStore:
    """Objects as files, each written beside its place and linked into it when it is whole."""

    def __init__(self, root: Path, *, threads: int = 16) -> None:
        """`threads` bounds the file work under way at once, apart from that of the rest of the process."""
        make_private_folder(root)
        make_private_folder(root / "v1")
        make_private_folder(root / ".tmp")
        self._root = root
        self._limiter = anyio.CapacityLimiter(threads)

    @asynccontextmanager
    async def writing(self, key: str) -> AsyncIterator[Sink]:
        """A sink for a new object: it appears, whole and durable, on clean exit, and never after an error."""
        final = self._path(key)
        file = _TemporaryFile(self._root / ".tmp" / f"{final.parent.name}.{final.name}.{secrets.token_hex(8)}")
        sink = _FolderSink(file, self._limiter)
        try:
            await self._run(file.create)
            yield sink
            await sink.flush()
            await self._run(lambda: file.commit(final))
        except BaseException:
            with anyio.CancelScope(shield=True):
                await self._run(file.discard)
            raise

    def read_range(self, key: str, start: int, stop: int) -> bytes:
        """The bytes from `start` to before `stop`, fewer at the end; blocks."""
        if not 0 <= start <= stop:
            raise ValueError("a range runs from a start to a stop that is not before it")
        try:
            descriptor = os.open(self._path(key), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            raise ObjectMissing from None
        with os.fdopen(descriptor, "rb", buffering=0) as file:
            file.seek(start)
            pieces = []
            while start < stop and (piece := file.read(stop - start)):
                pieces.append(piece)
                start += len(piece)
        return b"".join(pieces)

    async def fetch_range(self, key: str, start: int, stop: int) -> bytes:
        """`read_range` for the event loop."""
        return await self._run(lambda: self.read_range(key, start, stop))

    async def size(self, key: str) -> int:
        """Bytes of the object; raises ObjectMissing."""
        path = self._path(key)
        try:
            return (await self._run(path.lstat)).st_size
        except FileNotFoundError:
            raise ObjectMissing from None

    async def delete(self, key: str) -> None:
        """Remove the object; calm when it is gone already."""
        path = self._path(key)
        await self._run(lambda: _remove(path))

    async def list_keys(self, client_id: UUID | None = None) -> AsyncIterator[tuple[str, int, datetime]]:
        """Every object of a client, or of all: its key, its size in bytes, and when it was written."""
        top = self._root / "v1"
        folders = [top / client_id.hex] if client_id else await self._run(lambda: sorted(top.iterdir()))
        for folder in folders:
            for entry in await self._run(lambda folder=folder: _list_folder(folder)):  # type: ignore[misc]
                yield entry

    async def sweep_temporary(self, older_than_seconds: float) -> int:
        """Remove what unfinished writers left untouched for that long; returns how many."""
        return await self._run(lambda: _sweep(self._root / ".tmp", older_than_seconds))

    async def _run(self, work: Callable[[], Result]) -> Result:
        return await anyio.to_thread.run_sync(work, limiter=self._limiter)

    def _path(self, key: str) -> Path:
        if re.fullmatch(r"v1/[0-9a-f]{32}/[0-9a-f]{32}", key) is None:
            raise ValueError("this is not the key of an object")
        return self._root / key


class _FolderSink:
    """Gathers small pieces, so that a thread is asked once per batch and not once per piece."""

    def __init__(self, file: "_TemporaryFile", limiter: anyio.CapacityLimiter) -> None:
        self._file = file
        self._limiter = limiter
        self._gathered = bytearray()

    async def write(self, data: bytes, /) -> None:
        self._gathered += data
        if len(self._gathered) >= BATCH:
            await self.flush()

    async def flush(self) -> None:
        batch, self._gathered = self._gathered, bytearray()
        await anyio.to_thread.run_sync(self._file.write, batch, limiter=self._limiter)


class _TemporaryFile:
    """A file on its way to becoming an object.

    When a task is cancelled its thread works on, so `discard` may come while another thread is still creating or
    writing. The lock makes it wait, and whoever comes after it finds the file ended.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._file: BinaryIO | None = None
        self._ended = False

    def create(self) -> None:
        with self._lock:
            if not self._ended:
                self._file = os.fdopen(create_file(self._path), "wb", buffering=0)

    def write(self, data: bytearray) -> None:
        with self._lock:
            file = self._opened()
            rest = memoryview(data)
            while rest:
                rest = rest[file.write(rest) :]

    def commit(self, final: Path) -> None:
        with self._lock:
            file = self._opened()
            os.fsync(file.fileno())
            file.close()
            # The folder's name is synced before the object's: a durable name in a folder without one is lost.
            make_private_folder(final.parent)
            try:
                publish(self._path, final)
            except FileExistsError:
                raise ObjectExists from None
            self._ended = True

    def discard(self) -> None:
        with self._lock:
            self._ended = True
            if self._file is not None:
                self._file.close()
                self._path.unlink(missing_ok=True)

    def _opened(self) -> BinaryIO:
        if self._file is None or self._ended:
            raise ValueError("this object is no longer being written")
        return self._file


def _remove(path: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        path.unlink()
        sync_folder(path.parent)


def _list_folder(folder: Path) -> list[tuple[str, int, datetime]]:
    found = []
    with contextlib.suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            with contextlib.suppress(FileNotFoundError):
                known = entry.stat(follow_symlinks=False)
                written = datetime.fromtimestamp(known.st_mtime, UTC)
                found.append((f"v1/{folder.name}/{entry.name}", known.st_size, written))
    return sorted(found)


def _sweep(folder: Path, older_than_seconds: float) -> int:
    latest = time.time() - older_than_seconds
    swept = 0
    for path in folder.iterdir():
        with contextlib.suppress(FileNotFoundError):
            if path.lstat().st_mtime <= latest:
                path.unlink()
                swept += 1
    return swept
