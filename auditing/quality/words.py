"""How the words of quality read on a page. Pure."""

from decimal import Decimal

from auditing.quality.choices import Choice
from auditing.quality.comparing import Line
from auditing.quality.rules import Direction, ErrorType, Severity

ERROR_TYPES = {
    ErrorType.SPECIFICITY: "Specificity",
    ErrorType.OMITTED: "Omitted",
    ErrorType.UNSUPPORTED: "Unsupported",
    ErrorType.EM: "E/M level",
    ErrorType.MODIFIER: "Modifier",
    ErrorType.POINTER: "Pointer",
    ErrorType.PROCEDURE: "Procedure",
    ErrorType.UNITS: "Units",
    ErrorType.SEQUENCE: "Sequence",
}
SEVERITIES = {
    Severity.ADVISORY: "Advisory, does not score",
    Severity.MINOR: "Minor",
    Severity.MAJOR: "Major",
}
DIRECTIONS = {
    Direction.UNDER: "Under-coded",
    Direction.OVER: "Over-coded",
    Direction.NEUTRAL: "Neutral",
}


def say_choice(choice: Choice) -> str:
    """`Specificity, under-coded`; advisory ones say that they do not score."""
    parts = [ERROR_TYPES[choice.error_type]]
    if choice.direction is not Direction.NEUTRAL:
        parts.append(DIRECTIONS[choice.direction].lower())
    if choice.severity is Severity.ADVISORY:
        parts.append("advisory")
    return ", ".join(parts)


def say_line(line: Line | None, points_to: tuple[str, ...] = ()) -> str:
    """`99214-25 ×2 → E11.9`: a line with everything that it carries."""
    if line is None:
        return ""
    units = f" ×{line.units}" if line.units != 1 else ""
    pointers = f" → {', '.join(points_to)}" if points_to else ""
    return "-".join((line.code, *line.modifiers)) + units + pointers


def say_drawn(number: int, percent: Decimal | None, ticket: str | None) -> str:
    """Why a chart is audited: the sample's draw, or its coder's asking."""
    if percent is None or ticket is None:
        return f"audit {number}, asked for by the coder, outside the sample"
    return f"audit {number}, plan of {say_share(percent)}, ticket {ticket[:8]}…"


def say_share(percent: Decimal) -> str:
    """`12.5%`, without zeros that say nothing."""
    return f"{percent.normalize():f}%"
