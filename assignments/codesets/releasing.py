"""Import a release of a code set, whole or not at all, and drop it again so that everything is as it was."""

import gzip
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from assignments.codesets.icd10cm import code_of
from assignments.codesets.licensing import ensure_licensed
from assignments.codesets.sources import CodeSystem, Content, Row
from assignments.codesets.tabular import Tabular, load_tabular
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid
from portal.ids import new_id

MOST_OFF = 0.02  # of the codes of the release before; more wants a confirmation
PIECE = 5000  # rows a statement


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import came to; `unchanged` if the same files were there already."""

    label: str
    code_count: int
    added: int
    deleted: int
    revised: int
    compared_with: str | None
    unchanged: bool = False


@dataclass(frozen=True)
class _Before:
    """The release that a new one is compared with."""

    label: str
    titles: dict[str, str]


def last_day_of(system: CodeSystem, effective_from: date) -> date:
    """Until when a release answers, unless its publisher says otherwise: fiscal year, quarter or calendar year."""
    year = effective_from.year
    match system:
        case "ICD-10-CM":
            return date(year + (effective_from.month >= 10), 9, 30)
        case "HCPCS":
            month = (effective_from.month - 1) // 3 * 3 + 3
            return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        case "CPT":
            return date(year, 12, 31)


async def import_release(
    actor: Actor, *, content: Content, label: str, effective_from: date, effective_to: date | None = None,
    confirmed: bool = False, now: datetime,
) -> Imported:  # fmt: skip
    """Load a release in one transaction; the same files under the same name again change nothing.

    Raises Conflict where another release stands in the way, where CPT has no licence, and where the number of codes is
    more than 2 % off the release before and nobody `confirmed` that.
    """
    effective_to = effective_to or last_day_of(content.system, effective_from)
    if not label.strip() or effective_to < effective_from:
        raise Invalid("A release has a name, and does not end before it begins.")
    async with acting_as(actor):
        await DB.execute("SET LOCAL statement_timeout = '10min'")
        await DB.execute("SELECT pg_advisory_xact_lock(hashtext('code_release'))")
        if content.system == "CPT":
            await ensure_licensed(now.date())
        done = await _find_same(content, label, effective_from, effective_to)
        if done:
            return done
        rows = [row for row in content.rows if row.last_day is None or row.last_day >= effective_from]
        before = await _find_before(content.system, effective_from)
        changes = _compare(before, rows)
        far_off = before is not None and abs(len(rows) - len(before.titles)) > MOST_OFF * len(before.titles)
        if before and far_off and not confirmed:
            raise Conflict(
                f"These files have {len(rows):,} codes, and {before.label} has {len(before.titles):,}: more than 2 %"
                " off. Check that they are whole. If so, import them with --confirm. Nothing was loaded."
            )
        release_id = new_id()
        counts = Counter(change for _, change, _, _ in changes)
        made = Imported(
            label, len(rows), counts["added"], counts["deleted"], counts["revised"], before.label if before else None
        )
        await _add_release(actor, release_id, content, made, (effective_from, effective_to), far_off, now)
        await _write_codes(release_id, content.system, rows, effective_from)
        for piece in _pieces(changes):
            await DB.execute(
                "INSERT INTO code_change SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[])",
                release_id, *zip(*piece, strict=True),
            )  # fmt: skip
        await record(
            actor, Action.CODE_SET_CHANGED, object_type="code_release", object_id=release_id,
            details={"codes": made.code_count},
        )  # fmt: skip
        return made


async def drop_release(actor: Actor, *, label: str, system: CodeSystem | None = None, now: datetime) -> None:
    """Take a release out again: its codes go, and those that it ended hold as they did before it came.

    Raises Conflict for one that is not the newest of its system: those after it were made on top of it.
    """
    async with acting_as(actor):
        await DB.execute("SELECT pg_advisory_xact_lock(hashtext('code_release'))")
        found = await DB.fetch(
            "SELECT id, system, effective_from FROM code_release WHERE label = $1 AND dropped_at IS NULL"
            " AND ($2::text IS NULL OR system = $2)",
            label, system,
        )  # fmt: skip
        if not found:
            raise Invalid(f"No release that was imported is called {label}. `chartway codes list` names them.")
        if len(found) > 1:
            raise Invalid(f"{' and '.join(row['system'] for row in found)} have a release {label}: say --system.")
        release = found[0]
        later = await DB.value(
            "SELECT label FROM code_release WHERE system = $1 AND effective_from > $2 AND dropped_at IS NULL"
            " ORDER BY effective_from DESC LIMIT 1",
            release["system"], release["effective_from"],
        )  # fmt: skip
        if later:
            raise Conflict(f"{later} was loaded on top of {label}. Drop {later} first.")
        await DB.execute("DELETE FROM code_change WHERE release_id = $1", release["id"])
        await DB.execute("DELETE FROM code WHERE begun_by = $1", release["id"])
        await DB.execute(
            "UPDATE code SET valid = daterange(lower(valid), last_day, '[]'), ended_by = NULL WHERE ended_by = $1",
            release["id"],
        )
        await DB.execute(
            "UPDATE code_release SET dropped_by = $2, dropped_at = $3, packed = NULL, packed_notes = NULL"
            " WHERE id = $1",
            release["id"], actor.name, now,
        )  # fmt: skip
        await record(
            actor, Action.CODE_SET_CHANGED, object_type="code_release", object_id=UUID(bytes=release["id"].bytes)
        )


async def _find_same(content: Content, label: str, effective_from: date, effective_to: date) -> Imported | None:
    """The release if it is loaded already; raises Conflict if another one is in its place."""
    for row in await DB.fetch(
        "SELECT * FROM code_release WHERE system = $1 AND dropped_at IS NULL ORDER BY effective_from", content.system
    ):
        if (row["label"], row["digest"]) == (label, content.digest):
            if (row["effective_from"], row["effective_to"]) != (effective_from, effective_to):
                raise Conflict(f"{label} is loaded with other dates. Drop it first to load it with these.")
            return Imported(
                label, row["code_count"], row["added_count"], row["deleted_count"], row["revised_count"],
                row["compared_with"], unchanged=True,
            )  # fmt: skip
        if row["label"] == label:
            raise Conflict(f"{label} is loaded from other files. Drop it first, or give this one another name.")
        if row["effective_from"] >= effective_from:
            raise Conflict(
                f"{row['label']} begins on {row['effective_from']}, not before {effective_from}: releases are loaded"
                f" in their order. Drop {row['label']}, load this one, then load that one again."
            )
    if content.system == "ICD-10-CM" and label == load_tabular().release.label:
        raise Conflict(f"{label} is the release that ships. Give this one another name.")
    return None


async def _find_before(system: CodeSystem, effective_from: date) -> _Before | None:
    """What answered before: the last imported release, or the one that ships if it began later than that."""
    last = await DB.fetch_one(
        "SELECT label, effective_from FROM code_release WHERE system = $1 AND dropped_at IS NULL"
        " ORDER BY effective_from DESC LIMIT 1",
        system,
    )
    if system == "ICD-10-CM":
        shipped = load_tabular()
        begins = shipped.release.valid_from
        if begins < effective_from and (last is None or last["effective_from"] < begins):
            return _Before(shipped.release.label, dict(_titles(shipped)))
    if last is None:
        return None
    rows = await DB.fetch(
        "SELECT code, title FROM code WHERE system = $1 AND valid @> $2::date", system,
        effective_from - timedelta(days=1),
    )  # fmt: skip
    return _Before(last["label"], {row["code"]: row["title"] for row in rows})


def _titles(table: Tabular) -> list[tuple[str, str]]:
    """The codes of a table that can be billed, with their titles."""
    leaves = ((code, table.sevenths[row]) for code, row in table.rows.items() if table.is_leaf(row))
    full = (code.ljust(6, "X") + mark if mark else code for code, marks in leaves for mark in marks or [""])
    return [(found.code, found.title) for code in full if (found := code_of(table, code))]


def _compare(before: _Before | None, rows: Sequence[Row]) -> list[tuple[str, str, str, str]]:
    """Code, change, title before and title after; nothing where there is nothing to compare with."""
    if before is None:
        return []
    now = {row.code: row.title for row in rows}
    return [
        *((code, "added", "", title) for code, title in now.items() if code not in before.titles),
        *((code, "deleted", title, "") for code, title in before.titles.items() if code not in now),
        *((code, "revised", before.titles[code], title) for code, title in now.items()
          if before.titles.get(code, title) != title),
    ]  # fmt: skip


async def _add_release(
    actor: Actor, release_id: UUID, content: Content, made: Imported, effective: tuple[date, date], confirmed: bool,
    now: datetime,
) -> None:  # fmt: skip
    sources = [{"name": one.name, "sha256": one.sha256, "bytes": len(one.content)} for one in content.sources]
    await DB.execute(
        "INSERT INTO code_release (id, system, label, effective_from, effective_to, sources, digest, code_count,"
        " added_count, deleted_count, revised_count, compared_with, confirmed, notice, packed, packed_notes,"
        " loaded_by, loaded_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
        release_id, content.system, made.label, *effective, json.dumps(sources), content.digest, made.code_count,
        made.added, made.deleted, made.revised, made.compared_with, confirmed, content.notice, _packed(content.packed),
        _packed(content.packed_notes), actor.name, now,
    )  # fmt: skip


def _packed(text: str) -> bytes | None:
    return gzip.compress(text.encode(), 9, mtime=0) if text else None


async def _write_codes(release_id: UUID, system: CodeSystem, rows: Sequence[Row], effective_from: date) -> None:
    """End what is gone or changed, add what is new or changed, leave everything else."""
    there = {
        row["code"]: row
        for row in await DB.fetch(
            "SELECT id, code, title, short_title, modifier, last_day FROM code WHERE system = $1 AND valid @> $2::date",
            system, effective_from,
        )
    }  # fmt: skip
    same = {row.code for row in rows if row.code in there and _facts(row) == tuple(there[row.code].values())[2:]}
    ended = [row["id"] for code, row in there.items() if code not in same]
    await DB.execute(
        "UPDATE code SET valid = daterange(lower(valid), $2), ended_by = $3 WHERE id = ANY ($1)",
        ended, effective_from, release_id,
    )  # fmt: skip
    for piece in _pieces([(row.code, *_facts(row)) for row in rows if row.code not in same]):
        await DB.execute(
            "INSERT INTO code (system, code, title, short_title, modifier, last_day, valid, begun_by)"
            " SELECT $1, n.code, n.title, n.short_title, n.modifier, n.last_day, daterange($2, n.last_day, '[]'), $3"
            " FROM unnest($4::text[], $5::text[], $6::text[], $7::boolean[], $8::date[])"
            " AS n (code, title, short_title, modifier, last_day)",
            system, effective_from, release_id, *zip(*piece, strict=True),
        )  # fmt: skip


def _facts(row: Row) -> tuple[Any, ...]:
    return (row.title, row.short_title, row.modifier, row.last_day)


def _pieces(rows: Sequence[tuple[Any, ...]]) -> list[Sequence[tuple[Any, ...]]]:
    return [rows[at : at + PIECE] for at in range(0, len(rows), PIECE)]
