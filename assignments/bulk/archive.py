"""A sealed ZIP, read where it lies: its directory and its files by ranges, nothing unpacked to anywhere."""

import io
import struct
import zipfile
import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import TypeVar

import anyio.to_thread

from assignments.bulk.rules import (
    END_BYTES,
    LONGEST_MANIFEST,
    MANIFEST,
    NOT_A_ZIP,
    Member,
    UnusableDelivery,
    check_end,
    check_members,
)
from storage.blobs import OpenableBlob
from storage.envelope import SealedReader
from storage.vault import VAULT

Result = TypeVar("Result")

PIECE = 1 << 20

#: What the library says of a ZIP, or of one file in it, that is not as it declares itself.
_BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError, ValueError,
    OverflowError,
)  # fmt: skip


class BrokenMember(Exception):
    """A file in the ZIP cannot be unpacked whole."""


class Archive:
    """An opened ZIP. Use it from one task at a time."""

    def __init__(self, reader: SealedReader) -> None:
        reader.seek(-min(END_BYTES, reader.size), io.SEEK_END)
        check_end(reader.read(END_BYTES))
        try:
            self._zip = zipfile.ZipFile(reader)
        except _BROKEN:
            raise UnusableDelivery(NOT_A_ZIP) from None
        self._entries = self._zip.infolist()
        named = check_members(
            [
                Member(one.filename, one.file_size, one.compress_size, one.compress_type, one.flag_bits, one.is_dir())
                for one in self._entries
            ]
        )
        self._manifest = next(place for name, place in named.items() if name.casefold() == MANIFEST)
        self._places = {name: place for name, place in named.items() if place != self._manifest}
        self._known = {name.casefold(): name for name in self._places}

    @property
    def names(self) -> list[str]:
        """The files beside the manifest, named from its folder on."""
        return list(self._places)

    def find(self, name: str) -> str | None:
        """The file that a line means by `name`, whatever its case; None if there is no such file."""
        return self._known.get(name.casefold())

    async def read_manifest(self) -> bytes:
        """The bytes of the manifest; raises UnusableDelivery if they are damaged or too many."""
        held = bytearray()
        try:
            async for piece in self._read(self._manifest):
                held += piece
                if len(held) > LONGEST_MANIFEST:
                    raise UnusableDelivery("The manifest is longer than any list of files. Check what is in it.")
        except BrokenMember:
            raise UnusableDelivery(NOT_A_ZIP) from None
        return bytes(held)

    async def read(self, name: str) -> AsyncGenerator[bytes, None]:
        """The bytes of a file in pieces; raises BrokenMember where they do not fit what the ZIP says of them."""
        async for piece in self._read(self._places[name]):
            yield piece

    async def _read(self, place: int) -> AsyncIterator[bytes]:
        member = await _in_a_thread(lambda: self._zip.open(self._entries[place]))
        with member:
            while piece := await _in_a_thread(lambda: member.read(PIECE)):
                yield piece


async def open_archive(blob: OpenableBlob) -> Archive:
    """The ZIP in a sealed blob, its directory read and checked; raises UnusableDelivery."""

    def read_range(start: int, stop: int) -> bytes:
        return VAULT.store.read_range(blob.store_key, start, stop)

    return await anyio.to_thread.run_sync(
        lambda: Archive(SealedReader(read_range, blob.sealed_size, blob.key, blob.context))
    )


async def _in_a_thread(act: Callable[[], Result]) -> Result:
    try:
        return await anyio.to_thread.run_sync(act)
    except _BROKEN:
        raise BrokenMember from None
