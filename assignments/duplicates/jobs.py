"""The jobs of possible duplicates."""

from assignments.duplicates import COMPARE_TEXT, FOLLOW_DECISION
from assignments.duplicates.comparing import compare_text
from assignments.duplicates.judging import follow_decision
from portal.jobs import JobHandler

JOBS: dict[str, JobHandler] = {COMPARE_TEXT: compare_text, FOLLOW_DECISION: follow_decision}
