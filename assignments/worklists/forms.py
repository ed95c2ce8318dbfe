"""The worklist editor's form: what was entered, kept while criteria and people are added, whole or not."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from assignments.worklists.editing import Member, Wanted
from assignments.worklists.queries import ListAsItStands
from assignments.worklists.rules import FIELDS, Criterion, Sort
from portal.errors import Invalid

#: Fields that are compared with one of a few, and those that are compared with a number.
CHOSEN = ("client", "service_line", "specialty", "location")
COUNTED = ("days_here", "days_since_service", "hours_left", "minutes", "level", "round")
WITHOUT_VALUE = ("exists", "missing", "is", "is not")


@dataclass
class Entered:
    """The form as it was entered; `members` are the fields of each person as words."""

    name: str = ""
    sort: str = Sort.PROMISE.value
    then_sort: str = Sort.PROMISE.value
    version: str = "0"
    groups: list[list[Criterion]] = field(default_factory=list)
    members: list[dict[str, str]] = field(default_factory=list)


def entered_of(one: ListAsItStands) -> Entered:
    """The form that stands for a list as it is."""
    members = [
        {"id": str(m.person_id), "role": m.role, "position": str(m.position), "at": str(m.at_a_time or "")}
        for m in one.members
    ]
    return Entered(
        one.name, one.sort.value, one.then_sort.value, str(one.version), [list(group) for group in one.rule], members
    )


def read_entered(posted: Any) -> Entered:
    """The form as it was posted, of which a field may come several times; nothing is refused yet."""

    def one(name: str) -> str:
        return str(posted.get(name, "")).strip()

    groups: dict[int, dict[int, Criterion]] = {}
    for name in posted:
        if found := re.fullmatch(r"c(\d{1,3})\.(\d{1,3})\.field", name):
            group, place = int(found[1]), int(found[2])
            values = [str(value).strip() for value in posted.getall(f"c{group}.{place}.values", [])]
            groups.setdefault(group, {})[place] = Criterion(
                one(name), one(f"c{group}.{place}.operator"), _values(one(name), values)
            )
    people = dict.fromkeys(name.removeprefix("role ") for name in posted if name.startswith("role "))
    return Entered(
        one("name"), one("sort"), one("then_sort"), one("version"),
        [[groups[group][place] for place in sorted(groups[group])] for group in sorted(groups)],
        [{"id": person, "role": one(f"role {person}"), "position": one(f"position {person}"),
          "at": one(f"at {person}")} for person in people],
    )  # fmt: skip


def change_entered(entered: Entered, step: str, posted: Mapping[str, Any]) -> None:
    """Do what a button beside a criterion or a person asks for: add one, or take one out."""
    verb, _, rest = step.partition(" ")
    if verb == "add" and rest.isdecimal():
        asked, group = str(posted.get(f"add {rest}", "")), int(rest)
        if asked in FIELDS:
            while len(entered.groups) <= group and len(entered.groups) < 50:
                entered.groups.append([])
            entered.groups[min(group, 49)].append(Criterion(asked, FIELDS[asked].operators[0]))
    elif verb == "drop" and (found := re.fullmatch(r"(\d{1,3})\.(\d{1,3})", rest)):
        group, place = int(found[1]), int(found[2])
        if group < len(entered.groups) and place < len(entered.groups[group]):
            del entered.groups[group][place]
    elif verb == "join":
        person = str(posted.get("person", ""))
        if person and person not in {one["id"] for one in entered.members}:
            entered.members.append({"id": person, "role": "primary", "position": "1", "at": ""})
    elif verb == "leave":
        entered.members = [one for one in entered.members if one["id"] != rest]
    entered.groups = [group for group in entered.groups if group]


def wanted_of(entered: Entered) -> Wanted:
    """What the form asks for; raises Invalid for what cannot be read."""
    try:
        sort, then_sort = Sort(entered.sort), Sort(entered.then_sort)
    except ValueError:
        raise Invalid("Choose how the list is sorted.") from None
    if then_sort is Sort.SERVICE_DAY:
        raise Invalid("The second order cannot be the day of service. Choose another.")
    return Wanted(entered.name, entered.groups, sort, then_sort, [_member(one) for one in entered.members])


def _member(one: Mapping[str, str]) -> Member:
    try:
        return Member(UUID(one["id"]), one["role"], int(one["position"] or 1), int(one["at"]) if one["at"] else None)
    except ValueError:
        raise Invalid("Order and “at a time” of each person are whole numbers from 1 to 1000.") from None


def _values(asked: str, values: Sequence[str]) -> tuple[str, ...]:
    if asked in CHOSEN:
        return tuple(value for value in values if value)[:200]
    if asked in COUNTED:
        return tuple(value for value in values[:1] if value)
    return tuple(part.strip()[:80] for value in values for part in value.split(",") if part.strip())[:50]
