"""What the tool of favourites and sets shows."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from assignments.codesets.icd10cm import get_code
from assignments.codesets.procedure_codes import get_procedure
from assignments.drafting.rules import DiagnosisLine, Lines, ProcedureLine
from assignments.favourites.sets import CodeSet, explain_line, find_sets
from assignments.favourites.starring import find_favourites
from portal.actor import Actor
from portal.database import acting_as


@dataclass(frozen=True, slots=True)
class Favourite:
    """A starred code. `wrong` says why it cannot be coded on the chart's date of service."""

    code: str
    title: str
    op: str  # what takes it
    wrong: str | None


@dataclass(frozen=True, slots=True)
class ShownSet:
    """A set with those of its codes that are not valid on the chart's date of service."""

    set: CodeSet
    invalid: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tool:
    """Favourites, sets for the chart, and the chart's own codes, each with whether it is starred."""

    favourites: tuple[Favourite, ...]
    sets: tuple[ShownSet, ...]
    here: tuple[tuple[str, str, bool], ...]


async def open_tool(actor: Actor, *, chart_id: UUID, lines: Lines, on: date) -> Tool:
    """The tool for a chart that the actor sees."""
    async with acting_as(actor):
        starred, sets = await find_favourites(), await find_sets(chart_id)
    codes = {code for _, code in starred}
    coded = dict.fromkeys([*(line.code for line in lines.diagnoses), *(line.code for line in lines.procedures)])
    return Tool(
        tuple(_favourite(system, code, on) for system, code in starred),
        tuple(ShownSet(one, invalid_of(one.lines, on)) for one in sets),
        tuple((code, _title(code, on), code in codes) for code in coded),
    )


def invalid_of(lines: Lines, on: date) -> tuple[str, ...]:
    """The codes of a set that cannot be coded on a date of service."""
    members: list[DiagnosisLine | ProcedureLine] = [*lines.diagnoses, *lines.procedures]
    return tuple(line.code for line in members if explain_line(line, on))


def _favourite(system: str, code: str, on: date) -> Favourite:
    if system == "ICD-10-CM":
        return Favourite(code, _title(code, on), f"take {code}", explain_line(DiagnosisLine(code), on))
    return Favourite(code, _title(code, on), f"line {code}", explain_line(ProcedureLine(system, code), on))


def _title(code: str, on: date) -> str:
    found = get_code(code, on) or get_procedure(code, on)
    return found.title if found else ""
