"""Which lines of a ZIP can become charts: every line is checked, and each file is asked for, before any is touched."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from assignments.bulk.facts import read_facts
from assignments.bulk.lines import Line, NewLine
from assignments.bulk.manifest import NAMES, ManifestLine
from assignments.intake.queries import Choices
from assignments.intake.rules import MOST_FILES, NewChart
from portal.web.forms import FormError

NO_LINE = "No line of the manifest names this file, so nothing was kept of it. Add a line and send it again."
NO_FILE = "There is no file of this name in the ZIP. Check the name, or pack the file too, and send it again."
NO_NAME = "The line names no file. Write the file's name, as it is in the ZIP, and send it again."
TOGETHER = (
    "Another line of the same encounter and service line cannot be used, so the chart was not made. Send all lines of"
    " this encounter again."
)
DISAGREE = (
    "The lines of this encounter and service line say different things of the patient or the visit. Make them the same"
    " and send them again."
)
TWICE = "This file stands twice for the same encounter and service line. Take one of the lines out and send them again."
TOO_MANY = f"One chart takes at most {MOST_FILES} files. Put the pages together in fewer PDFs and send them again."


@dataclass(frozen=True, slots=True)
class Group:
    """Lines that make one chart."""

    new: NewChart
    lines: tuple[Line, ...]


def plan(lines: Sequence[ManifestLine], names: Mapping[str, str], *, choices: Choices, now: datetime) -> list[NewLine]:
    """What stands in the report of a ZIP before any file is read: a line for each of the manifest, then files without.

    `names` are the files in the ZIP by their case-folded names. A chart is made whole or not at all: one line that
    cannot be used refuses its encounter, since a chart that is there takes no second delivery.
    """
    planned, facts = [], []
    for position, line in enumerate(lines, start=1):
        values = {name: line.values.get(name, "") for name in NAMES}
        new, refusal = _checked(line, names, choices, now)
        planned.append(NewLine(position, names.get(line.file.casefold(), line.file) or "(no name)", values, refusal))
        facts.append(new)
    groups: dict[tuple[str, ...], list[int]] = {}
    for place, (one, new) in enumerate(zip(planned, facts, strict=True)):
        groups.setdefault(_group_of(one.values or {}, new), []).append(place)
    for places in groups.values():
        refusal = _refusal_of([planned[place] for place in places], [facts[place] for place in places])
        for place in places:
            planned[place] = replace(planned[place], refusal=planned[place].refusal or refusal)
    named = {line.file.casefold() for line in lines}
    spare = [name for folded, name in names.items() if folded not in named]
    return [*planned, *(NewLine(len(planned) + n, name, None, NO_LINE) for n, name in enumerate(spare, start=1))]


def group(lines: Iterable[Line], *, choices: Choices, now: datetime) -> tuple[list[Group], dict[Line, str]]:
    """The charts that waiting lines make, and what speaks against lines that could be used when they were planned."""
    groups: dict[tuple[str, ...], list[tuple[Line, NewChart]]] = {}
    refused: dict[Line, str] = {}
    for line in lines:
        try:
            new = read_facts(line.values, choices=choices, now=now)
        except FormError as refusal:
            refused[line] = sentences(refusal)
        else:
            groups.setdefault(_group_of(line.values, new), []).append((line, new))
    return [Group(pairs[0][1], tuple(line for line, _ in pairs)) for pairs in groups.values()], refused


def sentences(refusal: FormError) -> str:
    """Everything that is wrong with a line, in one text."""
    return " ".join(refusal.errors.values())


def _checked(
    line: ManifestLine, names: Mapping[str, str], choices: Choices, now: datetime
) -> tuple[NewChart | None, str | None]:
    wrong = [] if line.file.casefold() in names else [NO_FILE if line.file else NO_NAME]
    new = None
    try:
        new = read_facts(line.values, choices=choices, now=now)
    except FormError as refusal:
        wrong.append(sentences(refusal))
    return new, " ".join(wrong) or None


def _group_of(values: Mapping[str, str], new: NewChart | None) -> tuple[str, ...]:
    number = " ".join(values.get("encounter_number", "").split()).casefold()
    return (number, str(new.service_line_id)) if new else (number, "?", values.get("service_line", "").casefold())


def _refusal_of(lines: Sequence[NewLine], facts: Sequence[NewChart | None]) -> str | None:
    if any(line.refusal for line in lines):
        return TOGETHER
    if any(new != facts[0] for new in facts):
        return DISAGREE
    if len({line.name for line in lines}) < len(lines):
        return TWICE
    return TOO_MANY if len(lines) > MOST_FILES else None
