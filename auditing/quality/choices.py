"""What an auditor says of each difference: type, severity, direction, citation and a comment. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from auditing.quality.comparing import Row
from auditing.quality.rules import Change, Direction, ErrorType, Severity
from auditing.quality.scoring import Score, score
from auditing.quality.suggesting import suggest


@dataclass(frozen=True, slots=True)
class Choice:
    """What is said of one difference. The comment is free text and leaves memory only sealed."""

    error_type: ErrorType
    severity: Severity
    direction: Direction
    citation: str = ""
    comment: str = ""


def differences(rows: Sequence[Row]) -> list[Row]:
    """The rows that do not agree, in order: each becomes a finding."""
    return [row for row in rows if row.change is not Change.MATCHED]


def settle(rows: Sequence[Row], made: Mapping[str, Choice]) -> dict[str, Choice]:
    """A choice for each difference by its key: the one made, else the suggestion."""
    return {row.key: made.get(row.key) or guess(row, rows) for row in differences(rows)}


def guess(row: Row, rows: Sequence[Row]) -> Choice:
    """What is suggested for one difference."""
    suggestion = suggest(row, rows)
    return Choice(suggestion.error_type, suggestion.severity, suggestion.direction)


def score_choices(rows: Sequence[Row], chosen: Mapping[str, Choice]) -> Score:
    """The score that these choices would give, live while they are being made."""
    coder_codes = sum(1 for row in rows if row.coder and row.change is not Change.RESEQUENCED)
    return score(coder_codes, [(row.change, chosen[row.key].severity) for row in differences(rows)])


def as_text(made: Mapping[str, Choice]) -> str:
    """Choices as text, to be sealed."""
    return json.dumps({key: asdict(choice) for key, choice in made.items()})


def from_text(text: str) -> dict[str, Choice]:
    """Choices as `as_text` wrote them."""
    return {
        key: Choice(
            ErrorType(one["error_type"]), Severity(one["severity"]), Direction(one["direction"]), one["citation"],
            one["comment"],
        )
        for key, one in json.loads(text).items()
    }  # fmt: skip
