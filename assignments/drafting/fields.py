"""The fields that stand behind a line and behind the chart, as they are typed and as they are shown."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from assignments.codesets.procedures import LineError
from assignments.drafting.claim_facts import (
    ACQUAINTANCES,
    PAYER_CLASSES,
    PLACES,
    guess_payer_class,
    read_day,
    read_drug,
    read_minutes,
    read_npi,
    write_day,
    write_drug,
)
from assignments.drafting.rules import Header, ProcedureLine

Value = TypeVar("Value")

#: The four people of a claim's header, by the field that holds their NPI.
PROVIDERS = {
    "rendering": "Rendering provider", "supervising": "Supervising provider", "assistant": "Assistant",
    "referring": "Referring provider",
}  # fmt: skip


class FieldError(LineError):
    """One field cannot be used; the message says why."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


def read_further(line: ProcedureLine, values: Mapping[str, str], at: int, on: date) -> ProcedureLine:
    """The line with what was typed into day, provider, drug and minutes (`s1`, `b1`, `n1`, `t1` for procedure 1).

    What is not among the values stays; raises FieldError.
    """
    if (day := values.get(f"s{at}")) is not None:
        line = replace(line, service_on=_read(f"s{at}", lambda text: read_day(text, on), day))
    if (npi := values.get(f"b{at}")) is not None:
        line = replace(line, rendering=_read(f"b{at}", read_npi, npi))
    if (drug := values.get(f"n{at}")) is not None:
        ndc, unit, quantity = _read(f"n{at}", read_drug, drug)
        line = replace(line, ndc=ndc, ndc_unit=unit, ndc_quantity=quantity)
    if (minutes := values.get(f"t{at}")) is not None:
        line = replace(line, minutes=_read(f"t{at}", read_minutes, minutes))
    return line


def write_further(line: ProcedureLine, on: date) -> dict[str, str]:
    """What stands in those fields, by the letter that each begins with."""
    return {
        "s": write_day(line.service_on, on), "b": line.rendering,
        "n": write_drug(line.ndc, line.ndc_unit, line.ndc_quantity), "t": str(line.minutes or ""),
    }  # fmt: skip


def read_header(header: Header, values: Mapping[str, str], on: date) -> Header:
    """The header with what was typed into its fields (`claim_place` and so on); what is not there stays.

    A range of days needs both; one alone is both. Raises FieldError.
    """
    said: dict[str, Any] = {}
    for name, known in (("payer_class", PAYER_CLASSES), ("place", PLACES), ("acquaintance", ACQUAINTANCES)):
        chosen = values.get(f"claim_{name}")
        if chosen and chosen not in known:
            raise FieldError(f"claim_{name}", "Choose one of the list.")
        said |= {name: chosen} if chosen is not None else {}
    for name in PROVIDERS:
        if (npi := values.get(f"claim_{name}")) is not None:
            said[name] = _read(f"claim_{name}", read_npi, npi)
    typed = [values.get(f"claim_{name}") for name in ("service_from", "service_until")]
    if None not in typed:
        first, last = (
            _read(f"claim_{name}", lambda text: read_day(text, on), text or "")
            for name, text in zip(("service_from", "service_until"), typed, strict=True)
        )
        first, last = first or last, last or first
        if first and last and last < first:
            raise FieldError("claim_service_until", "The last day comes before the first one.")
        said |= {"service_from": first, "service_until": last}
    return replace(header, **said)


def begin_header(payer: str | None, specialty: str) -> Header:
    """What an encounter says for a claim: the payer's class by its name, and where emergencies are seen."""
    return Header(guess_payer_class(payer), "23" if "emergency" in specialty.lower() else "")


def write_header(header: Header, on: date) -> dict[str, str]:
    """What stands in the header's fields."""
    return {
        "payer_class": header.payer_class, "place": header.place, "acquaintance": header.acquaintance,
        **{name: getattr(header, name) for name in PROVIDERS},
        "service_from": write_day(header.service_from, on), "service_until": write_day(header.service_until, on),
    }  # fmt: skip


def say_header(header: Header, on: date) -> str:
    """The header in one line, for when its fields are folded away."""
    written = write_header(header, on)
    days = dict.fromkeys(day for day in (written["service_from"], written["service_until"]) if day)
    said = [
        f"{header.place} {PLACES[header.place]}" if header.place else "",
        PAYER_CLASSES.get(header.payer_class, ""),
        ACQUAINTANCES.get(header.acquaintance, ""),
        *(f"{word.split()[0].lower()} {written[name]}" for name, word in PROVIDERS.items() if written[name]),
        "–".join(days),
    ]
    return " · ".join(one for one in said if one)


def _read(field: str, read: Callable[[str], Value], text: str) -> Value:
    try:
        return read(text)
    except LineError as error:
        raise FieldError(field, str(error)) from None
