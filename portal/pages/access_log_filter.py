"""What the compliance officer asks of the access log, read from the query string, with a sentence for what is wrong."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from auditing.access_log.actions import Action
from auditing.access_log.queries import SORTS, Filter, Place
from portal.database import DB

OUTCOMES = ("success", "denied", "error")
_CHART_NUMBER = re.compile("[A-Z]{2,5}-[0-9]{1,9}")
_FIELDS = ("person", "client", "about", "action", "outcome", "from", "to", "sort", "order")


@dataclass(frozen=True, slots=True)
class Asked:
    """The question as typed, what it means, and what is wrong with it."""

    values: Mapping[str, str]
    filter: Filter
    after: Place | None
    errors: Mapping[str, str]

    def link(self, path: str = "/access-log", **changed: str) -> str:
        """The address that asks this with something changed; whatever is empty is left out."""
        query = {name: value for name, value in {**self.values, **changed}.items() if value}
        return f"{path}?{urlencode(query)}" if query else path


async def read_question(query: Mapping[str, str]) -> Asked:
    """Read a query string, inside the current transaction: a chart number is looked up there."""
    values = {name: query.get(name, "").strip()[:100] for name in _FIELDS}
    errors: dict[str, str] = {}
    about, chart_id, patient_id = await _read_about(values["about"], errors)
    since, to = _read_day(values, "from", errors), _read_day(values, "to", errors)
    if since and to and to < since:
        errors["to"] = "The period ends before it begins. Choose a later end or an earlier beginning."
    sort = values["sort"] or "time"
    wanted = Filter(
        person_id=_read_id(values, "person", "a person", errors),
        client_id=_read_id(values, "client", "a client", errors),
        about=about,
        chart_id=chart_id,
        chart_patient_id=patient_id,
        action=_read_word(values, "action", tuple(Action), "an action", errors),
        outcome=_read_word(values, "outcome", OUTCOMES, "an outcome", errors),
        since=since,
        before=to + timedelta(days=1) if to else None,
        sort=sort if sort in SORTS else "time",
        descending=values["order"] != "up",
    )
    if sort not in SORTS:
        errors["sort"] = "Choose what to sort by from the list."
    return Asked(values, wanted, read_place(query.get("after", "")), errors)


async def _read_about(text: str, errors: dict[str, str]) -> tuple[UUID | None, UUID | None, UUID | None]:
    if not text:
        return None, None, None
    try:
        return UUID(text), None, None
    except ValueError:
        # Whatever else was typed does not reach the database, whose log can hold a statement's parameters.
        number = text.upper() if _CHART_NUMBER.fullmatch(text.upper()) else ""
        row = await DB.fetch_one("SELECT id, patient_id FROM chart WHERE number = $1", number)
    if row is None:
        errors["about"] = "There is no chart of this number. Give one such as RAD-1042, or an id from the log."
        return None, None, None
    return None, row["id"], row["patient_id"]


def _read_id(values: Mapping[str, str], name: str, what: str, errors: dict[str, str]) -> UUID | None:
    try:
        return UUID(values[name]) if values[name] else None
    except ValueError:
        errors[name] = f"Choose {what} from the list."
        return None


def _read_word(
    values: Mapping[str, str], name: str, among: tuple[str, ...], what: str, errors: dict[str, str]
) -> str | None:
    if values[name] and values[name] not in among:
        errors[name] = f"Choose {what} from the list."
        return None
    return values[name] or None


def _read_day(values: Mapping[str, str], name: str, errors: dict[str, str]) -> datetime | None:
    if not values[name]:
        return None
    try:
        day = date.fromisoformat(values[name])
    except ValueError:
        day = date.min
    if not 2000 <= day.year <= 2200:
        errors[name] = "Give a day such as 2026-09-14."
        return None
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def write_place(place: Place) -> str:
    """A place in the log as one opaque word for a link."""
    return base64.urlsafe_b64encode(f"{place.id}{place.key}".encode()).decode().rstrip("=")


def read_place(word: str) -> Place | None:
    """The place that such a word stands for; None if it is not one of ours."""
    try:
        text = base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)).decode()
        return Place(text[36:], UUID(text[:36])) if word else None
    except (ValueError, binascii.Error):
        return None
