"""The jobs of assistance: learn as charts become final, propose as charts become ready."""

from assignments.assistance.keeping import LEARN, PROPOSE, learn_nightly, learn_soon
from assignments.assistance.offering import propose_codes
from portal.jobs import JobHandler

JOBS: dict[str, JobHandler] = {LEARN: learn_soon, PROPOSE: propose_codes}
EVERY = ((86_400, learn_nightly),)
