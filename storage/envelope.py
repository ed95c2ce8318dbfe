"""Sealing and opening: short values, streams, sub-keys and blind indexes. The door to all of storage's cryptography."""

import hmac
import struct
import unicodedata
from collections.abc import Iterable, Iterator
from hashlib import sha256
from uuid import UUID

from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from storage.cobblestone import KEY, SealBroken, SealedReader, sealed_size

__all__ = [
    "SealBroken",
    "SealedReader",
    "StreamOpener",
    "StreamSealer",
    "blind_index",
    "context",
    "derive",
    "open_stream",
    "seal",
    "sealed_size",
    "unseal",
]

_MAGIC = b"cwv1"


def context(purpose: str, *ids: UUID | str) -> bytes:
    """The place that a sealed value belongs to; different arguments never give the same bytes.

    Sealed in one context, a value opens in no other: a ciphertext moved between clients, owners or columns is refused.
    """
    parts = [_MAGIC, purpose.encode(), *(_typed(value) for value in ids)]
    return b"".join(struct.pack(">H", len(part)) + part for part in parts)


def seal(key: bytes, plaintext: bytes, context: bytes) -> bytes:
    """Seal a short value under a 32-byte key for one context."""
    sealer = StreamSealer(key, context)
    return sealer.update(plaintext) + sealer.finalize()


def unseal(key: bytes, sealed: bytes, context: bytes) -> bytes:
    """Open a short sealed value; raises SealBroken unless key, context and every byte are those of the sealing."""
    opener = StreamOpener(key, context)
    return opener.update(sealed) + opener.finalize()


class StreamSealer:
    """Seals a stream piece by piece, counting what went in and what came out."""

    def __init__(self, key: bytes, context: bytes) -> None:
        self._encryptor = Cobblestone256Encryptor(_checked(key), context)
        #: Bytes of plaintext taken so far.
        self.plain_size = 0
        #: Sealed bytes given so far.
        self.sealed_size = 0

    def update(self, plaintext: bytes | memoryview) -> bytes:
        """Take plaintext of any length; returns the sealed bytes that are ready, perhaps none."""
        sealed = self._encryptor.update(plaintext)
        self.plain_size += len(plaintext)
        self.sealed_size += len(sealed)
        return sealed

    def finalize(self) -> bytes:
        """The rest of the sealed bytes; without them the object cannot be opened."""
        sealed = self._encryptor.finalize()
        self.sealed_size += len(sealed)
        return sealed


class StreamOpener:
    """Opens a sealed stream piece by piece; until `finalize` has returned, what it gave may be cut short."""

    def __init__(self, key: bytes, context: bytes) -> None:
        self._decryptor = Cobblestone256Decryptor(_checked(key), context)

    def update(self, sealed: bytes | memoryview) -> bytes:
        """Take sealed bytes of any length; returns the authenticated plaintext that is ready, perhaps none."""
        try:
            return self._decryptor.update(sealed)
        except InvalidTag:
            raise SealBroken("the stream does not fit its seal") from None

    def finalize(self) -> bytes:
        """The rest of the plaintext; raises SealBroken if the stream was cut or extended."""
        try:
            return self._decryptor.finalize()
        except InvalidTag:
            raise SealBroken("the stream ends where it was not sealed to end") from None


def open_stream(chunks: Iterable[bytes], key: bytes, context: bytes) -> Iterator[bytes]:
    """Yield the plaintext of a sealed stream; raises SealBroken where the seal does not hold.

    Each piece is an authenticated prefix, but a cut shows only at the end: do nothing with the document that cannot
    be undone until the iterator has ended by itself.
    """
    opener = StreamOpener(key, context)
    for chunk in chunks:
        if plain := opener.update(chunk):
            yield plain
    if plain := opener.finalize():
        yield plain


def derive(key: bytes, label: str) -> bytes:
    """A 32-byte sub-key for one use, named by `label` (HKDF-SHA-256, RFC 5869)."""
    return HKDF(hashes.SHA256(), 32, salt=None, info=context("derive", label)).derive(_checked(key))


def blind_index(key: bytes, value: str) -> bytes:
    """A keyed fingerprint (32 bytes) under which equal values are found without being stored.

    Case, width, composed or separate accents and runs of blanks make no difference. Raises ValueError for a value of
    blanks alone, since all of those would match each other.
    """
    normal = _normalised(value)
    if not normal:
        raise ValueError("there is nothing to index in an empty value")
    return hmac.new(_checked(key), normal.encode(), sha256).digest()


def _typed(value: UUID | str) -> bytes:
    # The letter keeps a UUID apart from a text that happens to have the same bytes.
    return b"u" + value.bytes if isinstance(value, UUID) else b"s" + value.encode()


def _normalised(value: str) -> str:
    # Folding can undo composition and the other way round; the second round settles it (Unicode 3.13, D147).
    for _ in range(2):
        value = unicodedata.normalize("NFKC", unicodedata.normalize("NFD", value).casefold())
    return " ".join(value.split())


def _checked(key: bytes) -> bytes:
    if len(key) != KEY:
        raise ValueError(f"a key has {KEY} bytes")
    return key
