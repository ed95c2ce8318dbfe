"""HCPCS Level II and CPT numbers, and modifiers, as imported: what each meant on a date of service."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from assignments.codesets.tabular import Release

System = Literal["HCPCS", "CPT"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A number or modifier with its title, and the days on which it held with it; `last` is None for no end."""

    code: str
    title: str
    short_title: str
    modifier: bool
    first: date
    last: date | None

    def held(self, on: date) -> bool:
        """Whether it held on this day."""
        return self.first <= on and (self.last is None or on <= self.last)


@dataclass(frozen=True, eq=False)
class ProcedureSet:
    """Everything that was imported of one system; the releases in the order in which they begin."""

    system: System
    releases: tuple[Release, ...]
    entries: Mapping[str, tuple[Entry, ...]]  # of each code, oldest first
    notice: str = ""

    def release_on(self, on: date) -> Release | None:
        """The release that answers for this date of service: the last that had begun, unless it had ended."""
        begun = [release for release in self.releases if release.valid_from <= on]
        return begun[-1] if begun and begun[-1].serves(on) else None

    def entry_on(self, code: str, on: date) -> Entry | None:
        """What this number or modifier meant on this date of service."""
        if self.release_on(on) is None:
            return None
        return next((entry for entry in self.entries.get(code, ()) if entry.held(on)), None)
