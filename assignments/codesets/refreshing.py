"""Bring what was imported into this process's memory: at its start, and anew when a release came or went. ADR 0024."""

import asyncio
import gzip
import json
from datetime import date
from typing import Any, cast

import structlog

from assignments.codesets.index import load_index
from assignments.codesets.loaded import Imported, imported, take_imported
from assignments.codesets.notes import parse_notes
from assignments.codesets.procedure_sets import Entry, ProcedureSet, System
from assignments.codesets.sources import next_label
from assignments.codesets.tabular import Release, parse_tabular
from portal.actor import WORKER
from portal.clock import utc_now
from portal.database import DB, acting_as

SECONDS = 5.0  # between two looks

log = structlog.get_logger()

# All that is not dropped, and CPT only while a licence for it is in force.
_ANSWERING = """
  SELECT id FROM code_release WHERE dropped_at IS NULL AND (system <> 'CPT' OR $1 <= (
    SELECT valid_until FROM code_licence ORDER BY recorded_at DESC, id DESC LIMIT 1)) ORDER BY id"""


async def refresh_code_sets() -> bool:
    """Take over what was imported and dropped since the last look; True if anything was."""
    today = utc_now().date()
    async with acting_as(WORKER):
        ids = [row["id"] for row in await DB.fetch(_ANSWERING, today)]
        state = " ".join(map(str, ids))
        if state == imported().state:
            return False
        releases = await DB.fetch("SELECT * FROM code_release WHERE id = ANY ($1) ORDER BY effective_from", ids)
        codes = await DB.fetch(
            "SELECT system, code, title, short_title, modifier, lower(valid) AS first, upper(valid) AS after"
            " FROM code WHERE system <> 'ICD-10-CM' AND system = ANY ($1) ORDER BY code, lower(valid)",
            [row["system"] for row in releases],
        )
    take_imported(await asyncio.to_thread(_build, state, releases, codes))
    return True


async def keep_fresh() -> None:
    """Look again and again, until cancelled."""
    while True:
        await asyncio.sleep(SECONDS)
        await look_again()


async def look_again() -> None:
    """`refresh_code_sets`, for a process that must go on: what fails is told, and the next look comes."""
    try:
        await refresh_code_sets()
    except Exception as error:  # noqa: BLE001 - the database may be away for a while
        log.error("the code sets could not be looked at", kind=type(error).__name__)


def _build(state: str, releases: list[Any], codes: list[Any]) -> Imported:
    tabulars, notes = [], {}
    for row in releases:
        if row["system"] == "ICD-10-CM":
            table = parse_tabular(gzip.decompress(row["packed"]).decode(), _release(row))
            tabulars.append(table)
            notes[row["label"]] = gzip.decompress(row["packed_notes"]).decode()
            load_index(table)  # built here, so that nobody who types waits for it
            parse_notes(notes[row["label"]])
    sets = {
        system: ProcedureSet(system, tuple(_release(row) for row in mine), _entries(system, codes), mine[-1]["notice"])
        for system in cast("tuple[System, ...]", ("HCPCS", "CPT"))
        if (mine := [row for row in releases if row["system"] == system])
    }
    return Imported(state, tuple(tabulars), notes, sets)


def _release(row: Any) -> Release:
    return Release(
        system=row["system"],
        label=row["label"],
        effective_from=row["effective_from"],
        effective_to=row["effective_to"],
        valid_from=row["effective_from"],
        valid_to=row["effective_to"],
        next_label=next_label(row["system"], row["effective_to"]),
        billable=row["code_count"],
        sha256=row["digest"],
        source=", ".join(source["name"] for source in json.loads(row["sources"])),
        rights=row["notice"],
        note="",
    )


def _entries(system: System, codes: list[Any]) -> dict[str, tuple[Entry, ...]]:
    found: dict[str, tuple[Entry, ...]] = {}
    for row in codes:
        if row["system"] == system:
            last = date.fromordinal(row["after"].toordinal() - 1) if row["after"] else None
            entry = Entry(row["code"], row["title"], row["short_title"], row["modifier"], row["first"], last)
            found[entry.code] = (*found.get(entry.code, ()), entry)
    return found
