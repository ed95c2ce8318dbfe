"""The jobs of pends."""

from assignments.pends.answering import END_PEND
from assignments.pends.ending import end_answered
from assignments.pends.reminding import take_steps
from portal.jobs import JobHandler

JOBS: dict[str, JobHandler] = {END_PEND: end_answered}
EVERY = ((60, take_steps),)
