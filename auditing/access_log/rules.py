"""The canonical record of an access event: the only thing that is hashed. Pure."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

#: RFC 6962, section 2.1: a leaf is hashed with a zero byte in front, so that it can never pass for an inner node.
LEAF_PREFIX = b"\x00"


def leaf_hash(canonical: bytes) -> bytes:
    """SHA-256 leaf hash of a canonical record (RFC 6962, section 2.1); 32 bytes."""
    return hashlib.sha256(LEAF_PREFIX + canonical).digest()


def timestamp(moment: datetime) -> str:
    """An aware moment as `2026-11-21T20:55:03.123456Z`: always UTC, always six decimals."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def ensure_canonical(value: Any, where: str = "record") -> None:
    """Raise ValueError unless `value` keeps to what has exactly one canonical form (RFC 8785).

    Keys are ASCII; values are strings, booleans, null, whole numbers below 2^53, lists and objects of those.
    Floats are refused: their text differs between writers.
    """
    if value is None or isinstance(value, (str, bool)):
        return
    if isinstance(value, int):
        if abs(value) >= 2**53:
            raise ValueError(f"{where}: whole numbers of 2^53 and more must be written as text")
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            if not isinstance(key, str) or not key.isascii():
                raise ValueError(f"{where}: keys must be ASCII")
            ensure_canonical(inner, f"{where}.{key}")
    elif isinstance(value, (list, tuple)):
        for inner in value:
            ensure_canonical(inner, where)
    else:
        raise ValueError(f"{where}: {type(value).__name__} has no canonical form here")
