"""Finds what a text says of its encounter, by the labels that notes carry. Precision before recall."""

import re
from collections.abc import Callable, Hashable
from datetime import date
from typing import TypeVar

from storage.facts import Facts, read_sex

Value = TypeVar("Value", bound=Hashable)


def facts_of_text(text: str) -> Facts:
    """What the labels in a text say; None for what is not labelled, or labelled twice with different values."""
    lines = text.replace("\t", "   ").split("\n")
    return Facts(
        patient_name=_one(lines, _NAME, _as_name),
        mrn=_one(lines, _MRN, _as_number),
        born_on=_one(lines, _BORN, _as_day),
        encounter_number=_one(lines, _ENCOUNTER, _as_number),
        service_on=_one(lines, _SERVICE, _as_day),
        provider=_one(lines, _PROVIDER, _as_name),
        sex=_one(lines, _SEX, read_sex),
    )


_NAME = r"patient(?:'s)?(?: name)?|name of patient|pt\.?(?: name)?"
_MRN = (
    r"mrn|mr ?#|medical record (?:number|no\.?|#)|med\.? rec\.? (?:no\.?|#)|patient (?:id|number|no\.?)"
    r"|chart (?:no\.?|number)"
)
_BORN = r"dob|d\.o\.b\.?|date of birth|birth ?date|born"
_ENCOUNTER = (
    r"encounter(?: (?:id|number|no\.?|#))?|accession(?: (?:number|no\.?|#))?|visit (?:id|number|no\.?|#)"
    r"|account (?:number|no\.?|#)|csn|har|fin"
)
_SERVICE = (
    r"date of (?:service|visit|exam(?:ination)?|procedure|surgery|study|encounter|operation)|dos"
    r"|(?:service|visit|exam(?:ination)?|procedure|surgery|study|encounter) date"
)
_PROVIDER = (
    r"(?:rendering |attending |treating |performing )?(?:provider|physician)|attending|surgeon|endoscopist|radiologist"
    r"|interpreting (?:physician|radiologist)|provider name"
)
_SEX = r"(?:patient )?(?:sex|gender)|(?:legal|administrative) sex"
_NEXT_LABEL = re.compile(
    rf"\s+(?:{f'{_NAME}|{_MRN}|{_BORN}|{_ENCOUNTER}|{_SERVICE}|{_PROVIDER}|{_SEX}'})\s*[:#]"
    r"|\s+[A-Za-z][A-Za-z'./]*\s?[:#]|\s{3,}|\t|[;|]",
    re.IGNORECASE,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def _one(lines: list[str], label: str, read: Callable[[str], Value | None]) -> Value | None:
    """The value behind a label, if all places where it stands agree on one that can be read."""
    found = set()
    start = r"(?:^\W*|\s{3,}|[;|,]\s*|(?<=\d)\s+|[a-z)]\s+)"
    pattern = re.compile(rf"{start}(?:{label})\s*(?:[:#]+|\s{{3,}})\s*(.*)$", re.IGNORECASE)
    for place, line in enumerate(lines):
        if not (match := pattern.search(line[:500])):
            continue
        value = match.group(1)
        if not value.strip() and place + 1 < len(lines):
            value = lines[place + 1].strip()[:200]
        value = (_NEXT_LABEL.split(value, maxsplit=1)[0] if value else "").strip(" \t.,_-")
        if not value:
            continue
        known = read(value)
        if known is None:
            return None
        found.add(known)
    return found.pop() if len(found) == 1 else None


def _as_name(value: str) -> str | None:
    value = re.sub(r"\s*\(.*$", "", value).strip(" ,")
    words = value.split()
    if not 2 <= len([word for word in words if len(word) > 1]) <= 6 or len(value) > 80:
        return None
    if not all(_NAME_PART.fullmatch(word) for word in words):
        return None
    # A name is written with capitals; a sentence that follows "Patient:" is not.
    small = [word for word in words if word[0].islower() and word.lower() not in _PARTICLES]
    return None if small or {word.lower().strip(".,") for word in words} & _NO_NAMES else value


_NAME_PART = re.compile(r"[^\W\d_]+(?:[.'’\-][^\W\d_]+)*[.,]{0,2}")
_PARTICLES = {
    "de", "la", "van", "von", "der", "den", "del", "di", "da", "al", "bin", "ibn", "y", "e", "dos", "du", "le",
}  # fmt: skip
_NO_NAMES = {
    "unknown", "information", "name", "date", "patient", "none", "the", "see", "seen", "age", "sex", "male", "female",
    "history", "education", "note", "report", "status", "instructions", "not", "confidential",
}  # fmt: skip


def _as_number(value: str) -> str | None:
    first = value.split(maxsplit=1)[0]
    is_number = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9\-./]{1,30}", first) and re.search(r"\d{2}", first)
    return first if is_number and not _as_day(first) else None


def _as_day(value: str) -> date | None:
    value = re.sub(r"[,T]|(?<=\d)(?:st|nd|rd|th)\b", " ", value)
    for pattern, order in (
        (r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)", "ymd"),
        (r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?!\d)", "mdy"),  # as the United States write it
        (r"([A-Za-z]{3,9})\.?\s+(\d{1,2})\s+(\d{4})(?!\d)", "mdy"),
        (r"(\d{1,2})[-\s]+([A-Za-z]{3,9})\.?[-\s]+(\d{4})(?!\d)", "dmy"),
    ):
        if match := re.match(r"(?:[A-Z][a-z]{2,8}day\s+)?" + pattern, value.strip()):
            parts = dict(zip(order, match.groups(), strict=True))
            month = parts["m"]
            try:
                number = int(month) if month.isdecimal() else _MONTHS.index(month[:3].lower()) + 1
                day = date(int(parts["y"]), number, int(parts["d"]))
            except ValueError:
                return None
            return day if 1900 <= day.year <= 2100 else None
    return None
