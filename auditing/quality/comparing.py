"""Coder's lines against auditor's: which agree, which were revised, omitted, extra or resequenced. Pure."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field

from assignments.drafting.rules import Lines
from auditing.quality.code_families import family
from auditing.quality.rules import Change


@dataclass(frozen=True, slots=True)
class Line:
    """One code line as a comparison sees it; a pointer is the position of a diagnosis, counted from 1."""

    system: str
    code: str
    modifiers: tuple[str, ...] = ()
    units: int = 1
    pointers: tuple[int, ...] = ()

    @property
    def is_diagnosis(self) -> bool:
        """True for a diagnosis, false for a procedure."""
        return self.system == "ICD-10-CM"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the aligned table. Positions count from 1 within diagnoses or procedures."""

    change: Change
    coder: Line | None
    auditor: Line | None
    coder_at: int | None = None
    auditor_at: int | None = None
    coder_points_to: tuple[str, ...] = ()
    auditor_points_to: tuple[str, ...] = ()
    key: str = field(default="", compare=False)  # the same difference keeps its key while other lines change

    @property
    def line(self) -> Line:
        """The line that the row is about: the auditor's, or the coder's where the auditor has none."""
        line = self.auditor or self.coder
        if line is None:
            raise ValueError("a row is about a line")
        return line

    @property
    def is_first_listed(self) -> bool:
        """True if the first-listed diagnosis is concerned, on either side."""
        return self.line.is_diagnosis and 1 in (self.coder_at, self.auditor_at)


def lines_of(lines: Lines) -> tuple[Line, ...]:
    """A coder's or auditor's lines as a comparison sees them: diagnoses first, each in order."""
    diagnoses = tuple(Line("ICD-10-CM", line.code) for line in lines.diagnoses)
    return diagnoses + tuple(
        Line(line.system, line.code, line.modifiers, line.units, line.pointers) for line in lines.procedures
    )


#: Two positions in the two sequences, counted from 0.
Pair = tuple[int, int]


def compare(coder: Sequence[Line], auditor: Sequence[Line]) -> tuple[Row, ...]:
    """Align two codings, diagnoses first; each line stands in exactly one row, beside a row for a changed sequence.

    Lines are multisets. Exact lines pair first, then lines with the same code, then lines of one family (ICD-10-CM
    category, E/M family). Families do not overlap and any two lines inside one may pair, so taking the likest first
    is already the best of all pairings by total similarity.
    """
    coder_dx, auditor_dx = _diagnoses(coder), _diagnoses(auditor)
    coder_px, auditor_px = _procedures(coder), _procedures(auditor)
    dx_pairs = _pair(coder_dx, auditor_dx, [_attributes, _code, _family])
    px_pairs = _pair(coder_px, auditor_px, [_with_pointers, _attributes, _code, _family])
    pointers = _Pointers(coder_dx, auditor_dx, dict(dx_pairs))
    rows = _rows(coder_dx, auditor_dx, dx_pairs, pointers) + _rows(coder_px, auditor_px, px_pairs, pointers)
    return _with_keys(rows + _sequence(coder_dx, auditor_dx, dx_pairs))


def beside(rows: Sequence[Row], corrected: Sequence[Row]) -> list[tuple[Row | None, Row | None]]:
    """The rows of coder against auditor, each with the row of the corrected version against the same auditor's line.

    Where the auditor has no line, the corrected version's row is the one that kept the coder's code, if it did. What
    stands only in the corrected version comes last.
    """
    left = list(corrected)
    pairs: list[tuple[Row | None, Row | None]] = []
    for row in rows:
        found = next((other for other in left if _is_about_the_same(row, other)), None)
        if found is not None:
            left.remove(found)
        pairs.append((row, found))
    return pairs + [(None, other) for other in left]


def _is_about_the_same(row: Row, other: Row) -> bool:
    if (row.change is Change.RESEQUENCED) != (other.change is Change.RESEQUENCED):
        return False
    if row.line.is_diagnosis != other.line.is_diagnosis or row.auditor_at != other.auditor_at:
        return False
    return row.auditor is not None or row.line.code == other.line.code


def _diagnoses(lines: Sequence[Line]) -> list[Line]:
    return [line for line in lines if line.is_diagnosis]


def _procedures(lines: Sequence[Line]) -> list[Line]:
    return [line for line in lines if not line.is_diagnosis]


def _with_pointers(line: Line) -> Hashable:
    return line.system, line.code, frozenset(line.modifiers), line.units, line.pointers


def _attributes(line: Line) -> Hashable:
    return line.system, line.code, frozenset(line.modifiers), line.units


def _code(line: Line) -> Hashable:
    return line.system, line.code


def _family(line: Line) -> Hashable:
    return family(line.system, line.code)


def _pair(coder: list[Line], auditor: list[Line], likeness: list[Callable[[Line], Hashable]]) -> list[Pair]:
    """Pair lines with equal keys, the strictest key first, in order of position."""
    pairs: list[Pair] = []
    left, right = list(range(len(coder))), list(range(len(auditor)))
    for key in likeness:
        for mine in list(left):
            found = next((other for other in right if key(coder[mine]) == key(auditor[other])), None)
            if found is not None:
                pairs.append((mine, found))
                left.remove(mine)
                right.remove(found)
    return pairs


@dataclass(frozen=True, slots=True)
class _Pointers:
    """What pointers mean on either side: they follow their diagnoses, so that one cause is one error."""

    coder: list[Line]
    auditor: list[Line]
    pairs: dict[int, int]

    def agree(self, mine: Line, other: Line) -> bool:
        """True if the letters are the same, or they name the same diagnoses once sequence and revisions are undone.

        Pointers at a diagnosis that only one side has are left out: that diagnosis is a finding of its own.
        """
        if mine.pointers == other.pointers:
            return True
        paired = set(self.pairs.values())
        there = [self.pairs[at - 1] for at in mine.pointers if at - 1 in self.pairs]
        here = [at - 1 for at in other.pointers if at - 1 in paired]
        return there[:1] == here[:1] and set(there) == set(here)

    def of_coder(self, line: Line) -> tuple[str, ...]:
        return _codes(self.coder, line.pointers)

    def of_auditor(self, line: Line) -> tuple[str, ...]:
        return _codes(self.auditor, line.pointers)


def _codes(diagnoses: list[Line], pointers: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(diagnoses[at - 1].code for at in pointers if 1 <= at <= len(diagnoses))


def _rows(coder: list[Line], auditor: list[Line], pairs: list[Pair], pointers: _Pointers) -> list[Row]:
    """Rows of one kind in the auditor's order; what only the coder has stands where the coder had it."""
    placed: list[tuple[tuple[int, int], Row]] = []
    for mine, other in pairs:
        a, b = coder[mine], auditor[other]
        same = _attributes(a) == _attributes(b) and pointers.agree(a, b)
        row = Row(
            Change.MATCHED if same else Change.REVISED, a, b, mine + 1, other + 1, pointers.of_coder(a),
            pointers.of_auditor(b),
        )  # fmt: skip
        placed.append(((other, 0), row))
    for other in set(range(len(auditor))) - {b for _, b in pairs}:
        line = auditor[other]
        row = Row(Change.OMITTED, None, line, None, other + 1, auditor_points_to=pointers.of_auditor(line))
        placed.append(((other, 0), row))
    for mine in set(range(len(coder))) - {a for a, _ in pairs}:
        line = coder[mine]
        row = Row(Change.EXTRA, line, None, mine + 1, None, coder_points_to=pointers.of_coder(line))
        placed.append(((mine, 1), row))
    return [row for _, row in sorted(placed, key=lambda entry: entry[0])]


def _sequence(coder: list[Line], auditor: list[Line], pairs: list[Pair]) -> list[Row]:
    """One row if the coder had the auditor's first-listed diagnosis, but listed another first.

    The order of further diagnoses is not scored. A first-listed diagnosis that one side lacks or has otherwise is a
    finding of its own, and not one of sequence too.
    """
    first = next((mine for mine, other in pairs if other == 0), None)
    if first is None or min(mine for mine, _ in pairs) == first:
        return []
    before = min(mine for mine, _ in pairs)
    return [Row(Change.RESEQUENCED, coder[before], auditor[0], before + 1, 1)]


def _with_keys(rows: list[Row]) -> tuple[Row, ...]:
    seen: dict[str, int] = {}
    keyed = []
    for row in rows:
        name = f"{row.change}-{row.coder.code if row.coder else ''}-{row.auditor.code if row.auditor else ''}"
        seen[name] = seen.get(name, 0) + 1
        key = name if seen[name] == 1 else f"{name}-{seen[name]}"
        keyed.append(
            Row(
                row.change, row.coder, row.auditor, row.coder_at, row.auditor_at, row.coder_points_to,
                row.auditor_points_to, key,
            )
        )  # fmt: skip
    return tuple(keyed)
