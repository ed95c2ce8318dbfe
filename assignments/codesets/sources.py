"""Publishers' files as they are given to an import: their lines, and where one is wrong."""

import hashlib
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from portal.errors import Invalid

CodeSystem = Literal["ICD-10-CM", "HCPCS", "CPT"]


class Malformed(Invalid):
    """A file is not what its publisher would send."""

    def __init__(self, name: str, line: int, sentence: str) -> None:
        super().__init__(f"{name}, line {line}: {sentence} Nothing was loaded.")


@dataclass(frozen=True)
class Source:
    """A file, whole."""

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        """Of its bytes, hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()

    def lines(self) -> Iterator[tuple[int, str]]:
        """Its lines with their numbers from 1, without those that are empty; older files are in Latin letters."""
        try:
            text = self.content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = self.content.decode("cp1252", "replace")
        for number, line in enumerate(text.replace("\x1a", "").splitlines(), start=1):
            if line.strip():
                yield number, line

    def refuse(self, line: int, sentence: str) -> Malformed:
        """The error that says what is wrong in a line."""
        return Malformed(self.name, line, sentence)


@dataclass(frozen=True, slots=True)
class Row:
    """A code as a release has it; ICD-10-CM codes with their dot, and only those that can be billed."""

    code: str
    title: str
    short_title: str = ""
    modifier: bool = False
    last_day: date | None = None  # that the publisher named


@dataclass(frozen=True)
class Content:
    """Everything that an import takes from the files of one release."""

    system: CodeSystem
    rows: tuple[Row, ...]
    sources: tuple[Source, ...]
    packed: str = ""  # ICD-10-CM: as the release that ships is packed
    packed_notes: str = ""
    notice: str = ""  # CPT: what stands before the data

    @property
    def digest(self) -> str:
        """Of all its files, hexadecimal."""
        return hashlib.sha256("".join(source.sha256 for source in self.sources).encode()).hexdigest()


def read_source(path: Path, member: str = "") -> Source:
    """The file at this path, or the one of this name in the publisher's ZIP; raises Invalid where that is not one."""
    found = read_sources(path, member)
    if len(found) != 1:
        raise Invalid(f"{path.name} has {len(found) or 'no'} files that could be meant. Unpack it and name the file.")
    return found[0]


def read_sources(path: Path, member: str) -> list[Source]:
    """The file at this path, or those of a ZIP whose names, in small letters, match `member`, a regular expression."""
    if path.suffix.lower() in (".xlsx", ".xls", ".pdf"):
        raise Invalid(f"{path.name} is no text. The publisher's ZIP has the same as text: give that, or the whole ZIP.")
    if path.suffix.lower() != ".zip":
        return [Source(path.name, path.read_bytes())]
    try:
        with zipfile.ZipFile(path) as archive:
            inside = [(name, name.rpartition("/")[2]) for name in sorted(archive.namelist())]
            return [Source(own, archive.read(name)) for name, own in inside if re.fullmatch(member, own.lower())]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError):
        raise Invalid(f"{path.name} is no ZIP that can be read. Get it again, or unpack it.") from None


def only_once(rows: Iterable[tuple[int, Row]], source: Source) -> tuple[Row, ...]:
    """The rows, refused if a code comes twice."""
    found: dict[str, Row] = {}
    for line, row in rows:
        if row.code in found:
            raise source.refuse(line, f"{row.code} is there twice.")
        found[row.code] = row
    return tuple(found.values())


def next_label(system: CodeSystem, effective_to: date) -> str:
    """What the release is called that begins when one ends on this day."""
    if system == "ICD-10-CM" and (effective_to.month, effective_to.day) == (9, 30):
        return f"FY{effective_to.year + 1}"
    return f"the release after {effective_to}"
