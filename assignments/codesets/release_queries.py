"""Which releases are loaded, which answer today, and what is missing. Inside a transaction."""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from assignments.codesets.procedure_codes import NAMES, explain_unchecked
from assignments.codesets.sources import CodeSystem, next_label
from assignments.codesets.tabular import load_tabular
from portal.database import DB
from portal.errors import NotFound

SOON = timedelta(days=60)  # before a release ends, the next one is asked for
SYSTEMS: tuple[CodeSystem, ...] = ("ICD-10-CM", "HCPCS", "CPT")


@dataclass(frozen=True, slots=True)
class LoadedRelease:
    """A release that is loaded, or was; `id` is None for the one that ships."""

    id: UUID | None
    system: CodeSystem
    label: str
    effective_from: date
    effective_to: date
    code_count: int
    added_count: int
    deleted_count: int
    revised_count: int
    compared_with: str | None
    confirmed: bool
    notice: str
    sources: tuple[dict[str, Any], ...]
    loaded_by: str
    loaded_at: datetime | None
    dropped_by: str | None = None
    dropped_at: datetime | None = None

    @property
    def is_loaded(self) -> bool:
        """False for one that was dropped."""
        return self.dropped_at is None


async def find_releases() -> list[LoadedRelease]:
    """Every release that is loaded or was, by system, the newest first, what was dropped last."""
    rows = await DB.fetch(_RELEASES)
    shipped = load_tabular().release
    found = [_release(row) for row in rows]
    found.append(
        LoadedRelease(
            None, "ICD-10-CM", shipped.label, shipped.valid_from, shipped.valid_to, shipped.billable, 0, 0, 0, None,
            False, shipped.rights, (), "comes with the product", None,
        )
    )  # fmt: skip
    found.sort(key=lambda one: (not one.is_loaded, SYSTEMS.index(one.system), -one.effective_from.toordinal()))
    return found


async def get_release(release_id: UUID) -> LoadedRelease:
    """An imported release; raises NotFound for one that is not there or was dropped."""
    found = next((one for one in await find_releases() if one.id == release_id and one.is_loaded), None)
    if found is None:
        raise NotFound("This release is not loaded (any more).")
    return found


async def get_release_called(label: str) -> LoadedRelease:
    """The imported release of this name; raises NotFound."""
    found = next((one for one in await find_releases() if one.id and one.label == label and one.is_loaded), None)
    if found is None:
        raise NotFound(f"No release that was imported is called {label}. `chartway codes list` names them.")
    return found


def find_in_force(releases: list[LoadedRelease], system: CodeSystem, on: date) -> LoadedRelease | None:
    """The release of a system that answers for this day: the last that had begun, unless it had ended."""
    begun = [one for one in releases if one.system == system and one.is_loaded and one.effective_from <= on]
    last = max(begun, key=lambda one: (one.effective_from, one.id is not None), default=None)
    return last if last and on <= last.effective_to else None


def find_missing(releases: list[LoadedRelease], today: date) -> list[str]:
    """A sentence for each release that is needed today or soon and is not loaded; CPT's licence is asked for first."""
    missing = []
    newest = max(
        (one for one in releases if one.system == "ICD-10-CM" and one.is_loaded), key=lambda one: one.effective_to
    )
    following = next_label("ICD-10-CM", newest.effective_to)
    begins = newest.effective_to + timedelta(days=1)
    if newest.effective_to < today:
        missing.append(
            f"{following} not loaded: it began on {begins}, and diagnoses of visits since then are not checked."
        )
    elif newest.effective_to - SOON <= today:
        missing.append(
            f"{following} not loaded: it begins on {begins}. Load it before, and look ahead at what changes."
        )
    for system in NAMES:
        why = explain_unchecked(system, today)
        if why:
            missing.append(why)
    return missing


def _release(row: Any) -> LoadedRelease:
    facts = dict(row) | {"id": UUID(bytes=row["id"].bytes), "sources": tuple(json.loads(row["sources"]))}
    return LoadedRelease(**facts)


_RELEASES = (
    "SELECT id, system, label, effective_from, effective_to, code_count, added_count, deleted_count, revised_count,"
    " compared_with, confirmed, notice, sources, loaded_by, loaded_at, dropped_by, dropped_at FROM code_release"
)
