"""The jobs of possible duplicates."""

from assignments.duplicates import FOLLOW_DECISION
from assignments.duplicates.judging import follow_decision
from portal.jobs import JobHandler

JOBS: dict[str, JobHandler] = {FOLLOW_DECISION: follow_decision}
