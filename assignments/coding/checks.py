"""What is checked before a coding may be submitted: each result has a rule, a level and the line it stands beside."""

from datetime import date
from uuid import UUID

from assignments.drafting.rules import Lines
from assignments.edits.answering import find_answers
from assignments.edits.gathering import gather_context, plain_context
from assignments.edits.levels import find_levels
from assignments.edits.registry import EDITS
from assignments.edits.rules import Check, Level, has_errors, open_checks, run_edits, with_answers
from assignments.rules import Stage

__all__ = ["Check", "Level", "check_lines", "find_checks", "has_errors", "open_checks"]


def check_lines(lines: Lines, *, on: date) -> tuple[Check, ...]:
    """What there is to say about lines of nobody's chart, in the order of the lines."""
    return run_edits(plain_context(lines, on=on), EDITS)


async def find_checks(*, chart_id: UUID, client_id: UUID, stage: Stage, lines: Lines, on: date) -> tuple[Check, ...]:
    """Everything there is to say about the lines of a chart that the actor holds, as its client wants it, with what
    was answered so far; read inside the current transaction.
    """
    context = await gather_context(chart_id=chart_id, lines=lines, on=on)
    checks = run_edits(context, EDITS, await find_levels(client_id))
    return with_answers(checks, await find_answers(chart_id=chart_id, stage=stage))
