"""The notes of the tabular list: what a code includes and excludes, what is coded first, beside it, or also."""

import gzip
import hashlib
import json
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Literal, cast, get_args

from assignments.codesets.icd10cm import code_of, dotted, squeeze
from assignments.codesets.loaded import imported, tabular_on
from assignments.codesets.note_references import Refs, covers

Kind = Literal["includes", "excludes1", "excludes2", "code_first", "use_additional", "code_also"]
Level = Literal["code", "block", "chapter"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True)
class Note:
    """One note, as the publisher wrote it, with the codes that it points to.

    `refs` are ranges of codes without dots, both ends and all that stands below them included; empty where the note
    names no code or can't be understood. `at` is the code that carries it as people write it, or the range of a block
    or chapter (I60-I69).
    """

    kind: Kind
    text: str
    refs: Refs
    at: str
    level: Level = "code"

    def covers(self, code: str) -> bool:
        """Whether this code, in any writing, is among those that the note points to."""
        return covers(self.refs, squeeze(code))


@dataclass(frozen=True, eq=False)
class Notes:
    """All notes of a release: by code without dot, and by the ranges of blocks and chapters."""

    at_codes: dict[str, tuple[Note, ...]]
    at_ranges: tuple[tuple[str, str, tuple[Note, ...]], ...]  # the smallest range first


def notes_of(code: str, on: date) -> tuple[Note, ...]:
    """What the tabular list says at this code and above it, the code's own notes first and the chapter's last.

    None for a number that is no code or header on this date of service, or when no release answers for it.
    """
    bare = squeeze(code)
    table = tabular_on(on)
    if table is None or code_of(table, bare) is None:
        return ()
    text = imported().notes.get(table.release.label)
    notes = parse_notes(text) if text else load_notes()
    own = (note for size in range(len(bare), 2, -1) for note in notes.at_codes.get(bare[:size], ()))
    above = (note for low, high, carried in notes.at_ranges if low <= bare[:3] <= high for note in carried)
    return (*own, *above)


@lru_cache(maxsize=1)
def load_notes() -> Notes:
    """The shipped notes, read once; raises RuntimeError when the file is not the one that release.json names."""
    data = files(__package__) / "data"
    facts = json.loads((data / "release.json").read_text("utf-8"))
    packed = (data / facts["notes_file"]).read_bytes()
    if hashlib.sha256(packed).hexdigest() != facts["notes_sha256"]:
        raise RuntimeError(
            f"{facts['notes_file']} does not match the checksum in release.json: install the package again."
        )
    return parse_notes(gzip.decompress(packed).decode())


@lru_cache(maxsize=4)
def parse_notes(text: str) -> Notes:
    """The notes in a packed text, read once."""
    refs = lru_cache(maxsize=None)(_refs)  # the long lists of the drug codes are said many times
    at_codes: dict[str, tuple[Note, ...]] = {}
    at_ranges: dict[tuple[Level, str], tuple[Note, ...]] = {}
    for line in text.splitlines():
        level, at, kind, words, pointing = line.split("\t")
        if level == "code":
            note = Note(cast("Kind", kind), words, refs(pointing), dotted(at))
            at_codes[at] = (*at_codes.get(at, ()), note)
        else:
            note = Note(cast("Kind", kind), words, refs(pointing), at, cast("Level", level))
            key = (note.level, at)
            at_ranges[key] = (*at_ranges.get(key, ()), note)
    ranges = [(*_ends(at), level, carried) for (level, at), carried in at_ranges.items()]
    # blocks stand within their chapter: of two ranges around a code the one that begins later or ends earlier
    ranges.sort(key=lambda entry: (entry[2] == "chapter", -_number(entry[0]), _number(entry[1])))
    return Notes(at_codes, tuple((low, high, carried) for low, high, _, carried in ranges))


def _refs(pointing: str) -> Refs:
    return tuple(_ends(part) for part in pointing.split())


def _ends(text: str) -> tuple[str, str]:
    low, _, high = text.partition("-")
    return low, high or low


def _number(code: str) -> int:
    return int(code[:3], 36)
