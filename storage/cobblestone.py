"""Random access to objects sealed with Cobblestone-256 (c2sp.org/chunked-encryption, version 1)."""

import io
from collections import OrderedDict
from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import constant_time, hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

# A sealed object is: salt (24), commitment (32), then chunks. Every chunk but the last holds exactly 16 KiB of
# plaintext, the last always less, perhaps nothing; so the length of an object says which chunk must be the last.
SALT = 24
HEADER = SALT + 32
CHUNK = 16 * 1024
TAG = 16
SEALED_CHUNK = CHUNK + TAG
KEY = 32

RUN = 16  # chunks fetched at a time: 256 KiB, the best of those measured for PDF pages over a network
KEPT_RUNS = 32  # 8 MiB of plaintext per reader

_INFO = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0"


class SealBroken(Exception):
    """What was sealed is not what was opened: altered, cut, extended, moved elsewhere, or under another key."""


def sealed_size(plain_size: int) -> int:
    """Bytes that `plain_size` bytes take when they are sealed."""
    if plain_size < 0:
        raise ValueError("a size is never negative")
    return HEADER + plain_size + TAG * (plain_size // CHUNK + 1)


class SealedReader(io.RawIOBase):
    """A sealed object as a read-only file that can be sought in; PDFium, Pillow and zipfile read from it directly.

    Raises SealBroken on opening or reading where the seal does not hold. Use it from one thread at a time.
    """

    def __init__(self, read_range: Callable[[int, int], bytes], sealed_size: int, key: bytes, context: bytes) -> None:
        """`read_range(start, stop)` returns those sealed bytes; `sealed_size` is the recorded size of the object."""
        super().__init__()
        self._read_range = read_range
        self._sealed_size = sealed_size
        self._last_chunk, tail = divmod(sealed_size - HEADER, SEALED_CHUNK)
        if sealed_size < HEADER + TAG or tail < TAG:
            raise SealBroken("no sealed object has this size")
        #: Bytes of plaintext.
        self.size = self._last_chunk * CHUNK + tail - TAG
        self._cipher, self._nonce = _unlock(self._fetch(0, HEADER), key, context)
        self._runs: OrderedDict[int, bytes] = OrderedDict()
        self._position = 0
        # Opening the last chunk is what proves the length; nothing may be handed out before.
        self._open_run(self._last_chunk // RUN)

    def readable(self) -> bool:
        """Always true."""
        return True

    def seekable(self) -> bool:
        """Always true."""
        return True

    def tell(self) -> int:
        """The position in the plaintext."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Move in the plaintext and return the new position; beyond the end is allowed and reads nothing."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}.get(whence)
        if base is None or base + offset < 0:
            raise ValueError("there is no such position")
        self._position = base + offset
        return self._position

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]  # typeshed names a private type
        """Fill `buffer` with authenticated plaintext; less than its length only at the end."""
        target = memoryview(buffer).cast("B")
        filled = 0
        while filled < len(target) and self._position < self.size:
            run, offset = divmod(self._position, RUN * CHUNK)
            piece = memoryview(self._open_run(run))[offset : offset + len(target) - filled]
            target[filled : filled + len(piece)] = piece
            filled += len(piece)
            self._position += len(piece)
        return filled

    def _open_run(self, run: int) -> bytes:
        if run in self._runs:
            self._runs.move_to_end(run)
            return self._runs[run]
        first = run * RUN
        last = min(first + RUN - 1, self._last_chunk)
        start = HEADER + first * SEALED_CHUNK
        sealed = memoryview(self._fetch(start, min(self._sealed_size, HEADER + (last + 1) * SEALED_CHUNK)))
        chunks = [
            self._open_chunk(number, sealed[(number - first) * SEALED_CHUNK : (number - first + 1) * SEALED_CHUNK])
            for number in range(last, first - 1, -1)
        ]
        plain = b"".join(reversed(chunks))
        self._runs[run] = plain
        if len(self._runs) > KEPT_RUNS:
            self._runs.popitem(last=False)
        return plain

    def _open_chunk(self, number: int, sealed: memoryview) -> bytes:
        try:
            return self._cipher.decrypt((self._nonce ^ number).to_bytes(12, "big"), sealed, None)
        except InvalidTag:
            raise SealBroken("a part of the object does not fit its seal") from None

    def _fetch(self, start: int, stop: int) -> bytes:
        sealed = self._read_range(start, stop)
        if len(sealed) != stop - start:
            raise SealBroken("the object is shorter than recorded")
        return sealed


def _unlock(header: bytes, key: bytes, context: bytes) -> tuple[AESGCM, int]:
    if len(key) != KEY:
        raise ValueError(f"a key has {KEY} bytes")
    material = HKDFExpand(hashes.SHA512(), 76, _INFO + header[:SALT] + context).derive(key)
    # The commitment ties the object to this one key: without it a ciphertext can be made to open under two.
    if not constant_time.bytes_eq(material[44:], header[SALT:]):
        raise SealBroken("sealed under another key, or for another place")
    return AESGCM(material[:32]), int.from_bytes(material[32:44], "big")
