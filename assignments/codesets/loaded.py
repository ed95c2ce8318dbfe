"""The code sets that this process has in memory: the release that ships, and those that were imported.

Look-ups are plain functions, since a keystroke asks dozens of them. What was imported is put here as a whole
(`assignments.codesets.refreshing`), so that a look-up sees either all of a release or nothing of it.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from assignments.codesets.procedure_sets import ProcedureSet, System
from assignments.codesets.tabular import Tabular, load_tabular


@dataclass(frozen=True, eq=False)
class Imported:
    """What was imported, as of one state of the database."""

    state: str = ""
    tabulars: tuple[Tabular, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)  # packed text by label
    procedures: Mapping[System, ProcedureSet] = field(default_factory=dict)


_imported = Imported()


def imported() -> Imported:
    """What was imported, as this process knows it."""
    return _imported


def take_imported(found: Imported) -> None:
    """Answer from this from now on."""
    global _imported  # noqa: PLW0603 - one assignment: whoever looks up sees the old or the new, never a mixture
    _imported = found


def tabulars() -> tuple[Tabular, ...]:
    """Every ICD-10-CM release in the order in which they begin to answer; of two, the imported one comes last."""
    return tuple(sorted((load_tabular(), *_imported.tabulars), key=_begins))


def tabular_on(on: date) -> Tabular | None:
    """The table for this date of service: of the last release that had begun by then, unless it had ended."""
    ordered = tabulars()
    at = bisect_right(ordered, on, key=_begins)
    return ordered[at - 1] if at and ordered[at - 1].release.serves(on) else None


def _begins(table: Tabular) -> date:
    return table.release.valid_from
