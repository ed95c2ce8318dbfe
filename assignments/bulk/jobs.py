"""The jobs of bulk intake."""

from assignments.bulk import TAKE_DELIVERY
from assignments.bulk.taking import take_delivery
from portal.jobs import JobHandler

JOBS: dict[str, JobHandler] = {TAKE_DELIVERY: take_delivery}
