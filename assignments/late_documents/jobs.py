"""The jobs of late documents."""

from assignments.late_documents import COMPARE_LATE
from assignments.late_documents.impact import compare_late
from portal.jobs import JobHandler

JOBS: dict[str, JobHandler] = {COMPARE_LATE: compare_late}
