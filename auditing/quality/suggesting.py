"""What a difference most likely is: error type, severity and direction, as the worksheet prefills them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from auditing.quality.code_families import PAYING_MODIFIERS, em_levels_apart, section
from auditing.quality.comparing import Line, Row
from auditing.quality.rules import Change, Direction, ErrorType, Severity


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A first guess, for the auditor to keep or change."""

    error_type: ErrorType
    severity: Severity
    direction: Direction


def suggest(row: Row, rows: Sequence[Row]) -> Suggestion:
    """The likeliest reading of one difference among all rows of its comparison; ValueError for a row that agrees."""
    if row.change is Change.MATCHED:
        raise ValueError("lines that agree are no finding")
    error_type = _error_type(row, rows)
    return Suggestion(error_type, _severity(row, error_type), _direction(row, error_type))


def _error_type(row: Row, rows: Sequence[Row]) -> ErrorType:
    match row.change:
        case Change.RESEQUENCED:
            return ErrorType.SEQUENCE
        case Change.OMITTED:
            return ErrorType.PROCEDURE if _is_mistaken_for_another(row, Change.EXTRA, rows) else ErrorType.OMITTED
        case Change.EXTRA:
            return ErrorType.PROCEDURE if _is_mistaken_for_another(row, Change.OMITTED, rows) else ErrorType.UNSUPPORTED
    mine, other = _both(row)
    if mine.is_diagnosis:
        return ErrorType.SPECIFICITY
    if mine.code != other.code:
        return ErrorType.EM
    if set(mine.modifiers) != set(other.modifiers):
        return ErrorType.MODIFIER
    return ErrorType.UNITS if mine.units != other.units else ErrorType.POINTER


def _is_mistaken_for_another(row: Row, counterpart: Change, rows: Sequence[Row]) -> bool:
    """True if a procedure is missing and another of its section is too many: the wrong one was chosen."""
    line = row.line
    return not line.is_diagnosis and any(
        other.change is counterpart
        and not other.line.is_diagnosis
        and section(other.line.system, other.line.code) == section(line.system, line.code)
        for other in rows
    )


def _severity(row: Row, error_type: ErrorType) -> Severity:
    """Major is what changes the payment or the reason for the visit; everything else is minor."""
    if row.is_first_listed or error_type in (ErrorType.EM, ErrorType.UNITS, ErrorType.PROCEDURE):
        return Severity.MAJOR
    if row.change in (Change.OMITTED, Change.EXTRA) and not row.line.is_diagnosis:
        return Severity.MAJOR
    return Severity.MINOR


def _direction(row: Row, error_type: ErrorType) -> Direction:
    if row.change is Change.OMITTED:
        return Direction.UNDER
    if row.change is Change.EXTRA:
        return Direction.OVER
    mine, other = _both(row)
    match error_type:
        case ErrorType.SPECIFICITY:
            return _by_size(_detail(mine.code) - _detail(other.code))
        case ErrorType.EM:
            return _by_size(em_levels_apart(mine.code, other.code) or 0)
        case ErrorType.UNITS:
            return _by_size(mine.units - other.units)
        case ErrorType.MODIFIER:
            return _by_size(len(PAYING_MODIFIERS & set(mine.modifiers)) - len(PAYING_MODIFIERS & set(other.modifiers)))
    return Direction.NEUTRAL


def _both(row: Row) -> tuple[Line, Line]:
    if row.coder is None or row.auditor is None:
        raise ValueError("only a line that both sides have can be revised or resequenced")
    return row.coder, row.auditor


def _by_size(coder_above_auditor: int) -> Direction:
    if coder_above_auditor == 0:
        return Direction.NEUTRAL
    return Direction.OVER if coder_above_auditor > 0 else Direction.UNDER


def _detail(code: str) -> int:
    """0 for a code that ends in the classification's 9 for "unspecified" or "without complication", else 1."""
    return 0 if code.endswith("9") else 1
