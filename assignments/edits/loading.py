"""Load what CMS published, whole or not at all; the same again changes nothing; a release can be dropped."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from assignments.edits.files import UnusableFile, read_limits, read_lists, read_pairs
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, NotFound

Kind = Literal["ptp", "mue", "mce"]

#: So many rows go to the database at a time.
_BATCH = 20_000
_TABLES = {"ptp": "ptp_pair", "mue": "unit_limit", "mce": "listed_code"}


@dataclass(frozen=True, slots=True)
class Source:
    """A file as CMS named it, and its bytes."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did. `was_there`: these very files were loaded before, and nothing was changed."""

    label: str
    rows: int
    added: int
    removed: int
    was_there: bool = False


@dataclass(frozen=True, slots=True)
class Release:
    """A release that is loaded."""

    kind: str
    setting: str
    label: str
    starts_on: date
    ends_on: date
    row_count: int


async def load_release(
    actor: Actor, *, kind: Kind, setting: str, starts_on: date, sources: Sequence[Source], only: str = ""
) -> Loaded:
    """Load the files of one release: pairs and unit limits of the quarter that begins on `starts_on`, lists of a year.

    Counts what was added and removed against the release before. Raises UnusableFile, and Conflict where other files of
    the same release are loaded already.
    """
    ensure_begins(kind, starts_on)
    words: dict[str, int] = {}
    rows = list(dict.fromkeys(row for source in sources for row in _rows(kind, source, words, only)))
    _ensure_unique(kind, rows)
    digest = hashlib.sha256(b"".join(hashlib.sha256(source.content).digest() for source in sources)).hexdigest()
    label = label_of(kind, starts_on)
    async with acting_as(actor):
        await DB.execute("SELECT pg_advisory_xact_lock(hashtextextended('edit releases', 0))")
        there = await DB.fetch_one(
            "SELECT digest, row_count FROM edit_release WHERE kind = $1 AND setting = $2 AND starts_on = $3",
            kind, setting, starts_on,
        )  # fmt: skip
        if there and there["digest"] == digest:
            return Loaded(label, there["row_count"], 0, 0, was_there=True)
        if there:
            raise Conflict(f"Other files of {label} for {setting} are loaded. Drop those first.")
        before = await DB.value(
            "SELECT id FROM edit_release WHERE kind = $1 AND setting = $2 AND starts_on < $3 ORDER BY starts_on DESC"
            " LIMIT 1",
            kind, setting, starts_on,
        )  # fmt: skip
        release_id: int = 1 + await DB.value("SELECT coalesce(max(id), 0) FROM edit_release")
        await DB.execute(
            "INSERT INTO edit_release (id, kind, setting, starts_on, ends_on, label, files, digest, row_count, words)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            release_id, kind, setting, starts_on, end_of(kind, starts_on), label, [source.name for source in sources],
            digest, len(rows), list(words),
        )  # fmt: skip
        for start in range(0, len(rows), _BATCH):
            columns = zip(*rows[start : start + _BATCH], strict=True)
            await DB.execute(_INSERTS[kind], release_id, *(list(column) for column in columns))
        added, removed = await _difference(kind, before, release_id)
    return Loaded(label, len(rows), added, removed)


async def drop_release(actor: Actor, *, kind: Kind, setting: str, starts_on: date) -> int:
    """Take a release out again with all its rows; how many. Codings that were checked with it keep what was said.

    Raises NotFound if it is not loaded.
    """
    async with acting_as(actor):
        release_id = await DB.value(
            "SELECT id FROM edit_release WHERE kind = $1 AND setting = $2 AND starts_on = $3", kind, setting, starts_on
        )
        if release_id is None:
            raise NotFound(f"{label_of(kind, starts_on)} for {setting} is not loaded.")
        count = await DB.execute(_DROPS[kind], release_id)
        await DB.execute("DELETE FROM edit_release WHERE id = $1", release_id)
    return count


async def find_loaded() -> list[Release]:
    """Every release that is loaded, the newest of a kind first, inside the current transaction."""
    rows = await DB.fetch(
        "SELECT kind, setting, label, starts_on, ends_on, row_count FROM edit_release"
        " ORDER BY kind, setting, starts_on DESC"
    )
    return [Release(**dict(row)) for row in rows]


def ensure_begins(kind: Kind, starts_on: date) -> None:
    """Raise UnusableFile unless a release of this kind can begin on that day."""
    if starts_on.day != 1 or starts_on.month not in ((4, 10) if kind == "mce" else (1, 4, 7, 10)):
        first = "1 October or 1 April" if kind == "mce" else "the first day of a quarter"
        raise UnusableFile(f"a release of this kind begins on {first}, not on {starts_on}")


def end_of(kind: Kind, starts_on: date) -> date:
    """The last day that a release answers for: of its quarter, or of the fiscal year."""
    if kind == "mce":
        return date(starts_on.year + (starts_on.month == 10), 9, 30)
    following = (starts_on.year + 1, 1) if starts_on.month == 10 else (starts_on.year, starts_on.month + 3)
    return date(*following, 1) - timedelta(days=1)


def label_of(kind: Kind, starts_on: date) -> str:
    """What people call a release."""
    if kind == "mce":
        return f"MCE FY{starts_on.year + (starts_on.month == 10)}"
    return f"NCCI {kind.upper()} {starts_on.year} Q{(starts_on.month + 2) // 3}"


#: Arrays, for COPY is refused where row-level security holds.
_INSERTS = {
    "ptp": "INSERT INTO ptp_pair SELECT $1, * FROM unnest($2::text[], $3::text[], $4::date[], $5::date[],"
    " $6::smallint[], $7::boolean[], $8::smallint[])",
    "mue": "INSERT INTO unit_limit SELECT $1, * FROM unnest($2::text[], $3::integer[], $4::smallint[], $5::smallint[])",
    "mce": "INSERT INTO listed_code SELECT $1, * FROM unnest($2::text[], $3::text[])",
}
_DROPS = {
    "ptp": "DELETE FROM ptp_pair WHERE release_id = $1", "mue": "DELETE FROM unit_limit WHERE release_id = $1",
    "mce": "DELETE FROM listed_code WHERE release_id = $1",
}  # fmt: skip
#: What is new or changed in the second release, and gone or changed since the first; without a first all is new.
_ADDED = {
    "ptp": "SELECT count(*) FROM (SELECT column1, column2, indicator, deleted_on FROM ptp_pair WHERE release_id = $2"
    " EXCEPT SELECT column1, column2, indicator, deleted_on FROM ptp_pair WHERE release_id = $1) AS added",
    "mue": "SELECT count(*) FROM (SELECT code, units, indicator FROM unit_limit WHERE release_id = $2"
    " EXCEPT SELECT code, units, indicator FROM unit_limit WHERE release_id = $1) AS added",
    "mce": "SELECT count(*) FROM (SELECT code, list FROM listed_code WHERE release_id = $2"
    " EXCEPT SELECT code, list FROM listed_code WHERE release_id = $1) AS added",
}


async def _difference(kind: Kind, before: int | None, release_id: int) -> tuple[int, int]:
    """How many rows are new or changed against the release before, and how many of its rows are gone or changed."""
    added = await DB.value(_ADDED[kind], before, release_id)
    return added, await DB.value(_ADDED[kind], release_id, before) if before else 0


def _rows(kind: Kind, source: Source, words: dict[str, int], only: str) -> Iterable[tuple[Any, ...]]:
    """The rows of a file as they are stored; `words` gathers what they number, or the lists there are."""
    text = source.content.decode("utf-8-sig", errors="replace")

    def number(word: str) -> int:
        return words.setdefault(word, len(words) + 1) if word else 0

    try:
        if kind == "ptp":
            for pair in read_pairs(text):
                yield (
                    pair.column1, pair.column2, pair.effective_on, pair.deleted_on, pair.indicator, pair.before_1996,
                    number(pair.rationale),
                )  # fmt: skip
        elif kind == "mue":
            for limit in read_limits(text):
                yield limit.code, limit.units, limit.indicator, number(limit.rationale)
        else:
            for listed in read_lists(text, only=only):
                number(listed.list)
                yield listed.code, listed.list
    except UnusableFile as error:
        raise UnusableFile(f"{source.name}: {error}") from None


def _ensure_unique(kind: Kind, rows: Sequence[tuple[Any, ...]]) -> None:
    """Two parts of a file must not contradict each other."""
    keys = [row[:3] if kind == "ptp" else row[:1] for row in rows] if kind != "mce" else []
    seen: set[tuple[Any, ...]] = set()
    for key in keys:
        if key in seen:
            raise UnusableFile(f"{' and '.join(str(part) for part in key)} stands there twice, and not the same")
        seen.add(key)
