"""The jobs of preparing."""

from assignments.preparing import PREPARE_DOCUMENT, RECOGNISE_TEXT, SETTLE_CHART
from assignments.preparing.charts import settle_sent
from assignments.preparing.documents import prepare_document
from assignments.preparing.recognising import recognise_text
from portal.jobs import JobHandler

JOBS: dict[str, JobHandler] = {
    PREPARE_DOCUMENT: prepare_document, RECOGNISE_TEXT: recognise_text, SETTLE_CHART: settle_sent,
}  # fmt: skip
