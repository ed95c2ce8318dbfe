"""Code lines as JSON keeps them, and back; drafts of before the lines had more to say are still read. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from assignments.drafting.rules import DiagnosisLine, Header, Lines, Pin, ProcedureLine

#: What JSON has no value for, by the field it stands in.
_READ: Mapping[str, Callable[[Any], Any]] = {
    "service_on": date.fromisoformat, "service_from": date.fromisoformat, "service_until": date.fromisoformat,
    "ndc_quantity": Decimal, "modifiers": tuple, "pointers": tuple,
    "evidence": lambda pins: tuple(Pin(UUID(page), start, end) for page, start, end in pins),
}  # fmt: skip


def to_plain(lines: Lines) -> dict[str, Any]:
    """The lines as JSON keeps them. What says nothing is left out."""
    return {
        "diagnoses": [_written(line) for line in lines.diagnoses],
        "procedures": [_written(line) for line in lines.procedures],
        "header": _written(lines.header),
    }


def from_plain(plain: Mapping[str, Any]) -> Lines:
    """The lines that `to_plain` wrote; a diagnosis may be its code alone, as it was at first."""
    return Lines(
        tuple(DiagnosisLine(**_read({"code": line} if isinstance(line, str) else line)) for line in plain["diagnoses"]),
        tuple(ProcedureLine(**_read(line)) for line in plain["procedures"]),
        Header(**_read(plain.get("header", {}))),
    )


def _written(value: DiagnosisLine | ProcedureLine | Header) -> dict[str, Any]:
    return {name: _plain(said) for name, said in asdict(value).items() if said not in ("", None, ())}


def _plain(said: Any) -> Any:
    match said:
        case date():
            return said.isoformat()
        case Decimal():
            return str(said)
        case tuple():
            return [[str(one["page_id"]), one["start"], one["end"]] if isinstance(one, dict) else one for one in said]
    return said


def _read(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _READ[name](one) if name in _READ else one for name, one in said.items()}
