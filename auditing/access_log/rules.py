"""The canonical record of an access event: the only thing that is hashed, and what its row must agree with. Pure."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
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
        raise ValueError(f"{where}: {type(value).__name__} has no canonical form here")  # noqa: TRY004 - one error for all


#: The columns that repeat a part of the canonical record so that it can be searched, and where each stands in it.
COLUMNS: dict[str, tuple[str, ...]] = {
    "id": ("id",),
    "client_id": ("client",),
    "actor_id": ("actor", "id"),
    "action": ("action",),
    "outcome": ("outcome",),
    "patient_id": ("patient",),
    "object_type": ("object", "type"),
    "object_id": ("object", "id"),
    "request_id": ("request",),
}

#: The record's own time is read from the same clock just before the row's; further apart than this, one was changed.
MOST_DELAY = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class ColumnCheck:
    """One column beside what the canonical record says it should be."""

    name: str
    stored: str | None
    recorded: str | None
    agrees: bool


def read_canonical(canonical: bytes) -> dict[str, Any] | None:
    """The record, or None if the bytes are not the one canonical form (RFC 8785) of a JSON object."""
    try:
        read = json.loads(canonical)
        if not isinstance(read, dict):
            return None
        ensure_canonical(read)
        # For what ensure_canonical lets through, this is the form of RFC 8785.
        written = json.dumps(read, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return read if written == canonical else None


def check_columns(record: Mapping[str, Any], stored: Mapping[str, Any]) -> list[ColumnCheck]:
    """Each column of the row `stored` against what `record`, its canonical record, says; the time last."""
    checks = []
    for name, path in COLUMNS.items():
        recorded: Any = record
        for step in path:
            recorded = recorded.get(step) if isinstance(recorded, Mapping) else None
        in_column = None if stored[name] is None else str(stored[name])
        checks.append(ColumnCheck(name, in_column, recorded, in_column == recorded))
    return [*checks, _check_time(record.get("ts"), stored["recorded_at"])]


def _check_time(recorded: Any, stored: datetime) -> ColumnCheck:
    try:
        delay = stored - datetime.fromisoformat(recorded)
    except (TypeError, ValueError):
        agrees = False
    else:
        agrees = timedelta() <= delay <= MOST_DELAY
    return ColumnCheck("recorded_at", timestamp(stored), recorded, agrees)
