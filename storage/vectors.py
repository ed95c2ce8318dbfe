"""Published test vectors of the sealed format, run through the readers that the product itself uses."""

import hashlib
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from storage.cobblestone import CHUNK, RUN
from storage.envelope import SealBroken, SealedReader, open_stream

_PIECE = 10_007  # a prime, so that pieces and chunks never fall together
_FORMAT = "AEAD_AES_256_GCM"


class NoVectors(Exception):
    """The file holds no test vectors of this format; the text says what was found."""


class _Vector(msgspec.Struct, rename="camel"):
    tc_id: int
    key: str
    ctx: str
    ct: str  # compressed with zlib
    result: Literal["valid", "invalid", "acceptable"]
    comment: str = ""
    flags: list[str] = []
    msg_length: int | None = None
    msg_sha512: str | None = None


class _Group(msgspec.Struct):
    type: str
    tests: list[_Vector]
    aead: str = ""


class _File(msgspec.Struct, rename="camel"):
    test_groups: list[_Group]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A vector that one way of reading did not treat as it should."""

    vector: int
    comment: str
    way: str
    said: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many vectors there were, and what went wrong."""

    vectors: int
    mismatches: tuple[Mismatch, ...]


@dataclass(frozen=True, slots=True)
class _Case:
    """A vector, ready to be read."""

    vector: _Vector
    key: bytes
    context: bytes
    sealed: bytes

    def reader(self) -> SealedReader:
        return SealedReader(lambda start, stop: self.sealed[start:stop], len(self.sealed), self.key, self.context)


def run_vectors(path: Path) -> Outcome:
    """Try every vector of a Wycheproof file in every way; raises NoVectors if it has none of this format."""
    try:
        read = msgspec.json.decode(path.read_bytes(), type=_File)
        cases = [_case(vector) for group in read.test_groups if group.aead == _FORMAT for vector in group.tests]
    except (msgspec.MsgspecError, ValueError, zlib.error) as error:
        raise NoVectors(f"it is not a file of such vectors ({error})") from None
    if not cases:
        raise NoVectors(f"it has no group with the cipher {_FORMAT}")
    mismatches = [
        Mismatch(case.vector.tc_id, case.vector.comment, name, said)
        for case in cases
        for name, way in WAYS.items()
        if (said := _judge(case, way, name))
    ]
    return Outcome(len(cases), tuple(mismatches))


def _case(vector: _Vector) -> _Case:
    if vector.result == "valid" and (vector.msg_length is None or vector.msg_sha512 is None):
        raise ValueError(f"vector {vector.tc_id} is valid and does not say of which message")
    return _Case(
        vector, bytes.fromhex(vector.key), bytes.fromhex(vector.ctx), zlib.decompress(bytes.fromhex(vector.ct))
    )


def _judge(case: _Case, way: "Callable[[_Case, bytearray], None]", name: str) -> str | None:
    """What was wrong, or None. `way` fills what it has read, and raises where it refuses."""
    vector, given = case.vector, bytearray()
    refused = False
    try:
        way(case, given)
    except (SealBroken, ValueError):  # ValueError: the key has another size
        refused = True
    if vector.result == "invalid":
        if not refused and not (name == "length" and "ValidFinalChunk" in vector.flags):
            return "accepted, but it is broken"
        # Beyond the part that is whole nothing may ever be handed out.
        if len(given) > (vector.msg_length or 0) and name != "length":
            return f"handed out {len(given)} bytes, of which {vector.msg_length or 0} are authentic"
        return "handed out another beginning" if _is_other_beginning(vector, given) else None
    if refused:
        return "refused, but it is whole" if vector.result == "valid" else None
    if len(given) != vector.msg_length:
        return f"gave {len(given)} bytes instead of {vector.msg_length}"
    if name != "length" and hashlib.sha512(given).hexdigest() != vector.msg_sha512:
        return "gave another message"
    return None


def _is_other_beginning(vector: _Vector, given: bytearray) -> bool:
    whole = bool(given) and len(given) == vector.msg_length
    return whole and hashlib.sha512(given).hexdigest() != vector.msg_sha512


def _stream(case: _Case, given: bytearray) -> None:
    pieces = (case.sealed[start : start + _PIECE] for start in range(0, len(case.sealed), _PIECE))
    for plain in open_stream(pieces, case.key, case.context):
        given += plain


def _sequential(case: _Case, given: bytearray) -> None:
    reader = case.reader()
    while piece := reader.read(_PIECE):
        given += piece


def _backwards(case: _Case, given: bytearray) -> None:
    """Chunk by chunk from the end, as somebody jumps about in a document; what is given is complete or nothing."""
    reader = case.reader()
    pieces = []
    for start in _starts(reader.size):
        reader.seek(start)
        pieces.append(reader.read(CHUNK))
    given += b"".join(reversed(pieces))


def _starts(size: int) -> Iterator[int]:
    # Every run is entered at its last chunk, and later runs come first.
    chunks = -(-size // CHUNK)
    for run in range(-(-chunks // RUN) - 1, -1, -1):
        for chunk in range(min((run + 1) * RUN, chunks) - 1, run * RUN - 1, -1):
            yield chunk * CHUNK


def _length(case: _Case, given: bytearray) -> None:
    given += bytes(case.reader().size)  # opening it has proved its length


#: Every way in which the product reads what is sealed.
WAYS: dict[str, "Callable[[_Case, bytearray], None]"] = {
    "stream": _stream, "sequential": _sequential, "random access": _backwards, "length": _length,
}  # fmt: skip
