"""The words of quality: changes, error types, severities, directions, and how an audit moves. Pure."""

from enum import StrEnum

from portal.errors import Conflict


class Change(StrEnum):
    """What became of a line between the coder's coding and the auditor's."""

    MATCHED = "matched"
    REVISED = "revised"
    OMITTED = "omitted"
    EXTRA = "extra"
    RESEQUENCED = "resequenced"


class ErrorType(StrEnum):
    """What was wrong."""

    SPECIFICITY = "specificity"
    OMITTED = "omitted"
    UNSUPPORTED = "unsupported"
    EM = "e/m"
    MODIFIER = "modifier"
    POINTER = "pointer"
    PROCEDURE = "procedure"
    UNITS = "units"
    SEQUENCE = "sequence"


class Severity(StrEnum):
    """How much it matters. An advisory finding teaches and does not score."""

    ADVISORY = "advisory"
    MINOR = "minor"
    MAJOR = "major"


class Direction(StrEnum):
    """Whether the coder's line claimed too little, too much, or neither."""

    UNDER = "under"
    OVER = "over"
    NEUTRAL = "neutral"


class AuditState(StrEnum):
    """Where an audit is."""

    IN_LINE = "in_line"
    IN_AUDIT = "in_audit"
    FINDINGS = "findings"
    CORRECTED = "corrected"
    CLOSED = "closed"


#: The whole life of an audit. What is not here cannot happen.
AUDIT_MOVES = frozenset(
    {
        (AuditState.IN_LINE, AuditState.IN_AUDIT),
        (AuditState.IN_AUDIT, AuditState.IN_AUDIT),  # released or expired, and taken up by another auditor
        (AuditState.IN_AUDIT, AuditState.CLOSED),
        (AuditState.IN_AUDIT, AuditState.FINDINGS),
        (AuditState.FINDINGS, AuditState.CORRECTED),
        (AuditState.CORRECTED, AuditState.FINDINGS),
        (AuditState.CORRECTED, AuditState.CLOSED),
        # Overtaken: a document brought the chart back to its coder before the audit was done.
        (AuditState.IN_LINE, AuditState.CLOSED),
        (AuditState.FINDINGS, AuditState.CLOSED),
    }
)

#: How each state reads.
STATE_WORDS = {
    AuditState.IN_LINE: "in line",
    AuditState.IN_AUDIT: "in audit",
    AuditState.FINDINGS: "with the coder",
    AuditState.CORRECTED: "to verify",
    AuditState.CLOSED: "closed",
}

#: Below this many audited charts a figure is shown with the words "too few": it says little yet.
TOO_FEW = 10


def ensure_audit_can_move(current: AuditState, wanted: AuditState) -> None:
    """Raise Conflict unless this move is written in AUDIT_MOVES."""
    if (current, wanted) not in AUDIT_MOVES:
        raise Conflict(f"This audit is {STATE_WORDS[current]}, so that cannot be done now. Go back to your audits.")
