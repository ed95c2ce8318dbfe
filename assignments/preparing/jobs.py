"""The jobs of preparing."""

from assignments.preparing import PREPARE_DOCUMENT, RECOGNISE_TEXT
from assignments.preparing.documents import prepare_document
from assignments.preparing.recognising import recognise_text
from portal.jobs import JobHandler

JOBS: dict[str, JobHandler] = {PREPARE_DOCUMENT: prepare_document, RECOGNISE_TEXT: recognise_text}
