"""The jobs of preparing."""

from assignments.preparing import PREPARE_DOCUMENT
from assignments.preparing.documents import prepare_document
from portal.jobs import JobHandler

JOBS: dict[str, JobHandler] = {PREPARE_DOCUMENT: prepare_document}
