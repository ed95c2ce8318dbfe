"""What the worker does: every job of the product, and everybody who reacts to a chart event."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

from assignments import reactions as assignments
from assignments.assistance import jobs as assistance
from assignments.bulk import jobs as bulk
from assignments.charges.making import make_daily_exports
from assignments.codesets.refreshing import SECONDS, refresh_code_sets
from assignments.duplicates import jobs as duplicates
from assignments.events import HAND_OUT, Subscription, hand_out
from assignments.intake.sending_staged import sweep_open_uploads
from assignments.late_documents import jobs as late_documents
from assignments.pends import jobs as pends
from assignments.preparing import jobs as preparing
from assignments.preparing.recognising import recognise_what_waits
from assignments.preparing.scans import scan_what_waits
from assignments.pulling import return_expired
from assignments.querying import jobs as querying
from assignments.retention.purging import keep_retention
from assignments.returning import take_back_strays
from assignments.worklists import jobs as worklists
from auditing.quality import reactions as quality
from portal.actor import WORKER
from portal.clock import utc_now
from portal.database import acting_as
from portal.invoicing import reactions as invoicing
from portal.jobs import JobHandler, try_failed_again
from storage.deleting import delete_blobs
from storage.rotating import finish_rotations
from storage.vault import VAULT
from storage.verifying import verify_nightly

SUBSCRIPTIONS: tuple[Subscription, ...] = (
    *assignments.SUBSCRIPTIONS, *quality.SUBSCRIPTIONS, *invoicing.SUBSCRIPTIONS,
)  # fmt: skip

DAY = 86_400.0

JOBS: dict[str, JobHandler] = {
    HAND_OUT: partial(hand_out, subscriptions=SUBSCRIPTIONS), **assistance.JOBS, **bulk.JOBS,
    **duplicates.JOBS, **late_documents.JOBS, **pends.JOBS,
    **preparing.JOBS, **worklists.JOBS,
}  # fmt: skip


async def take_back_expired() -> int:
    """Put back in line what nobody kept."""
    return await return_expired(now=utc_now())


async def take_back_what_nobody_may_hold() -> int:
    """Take back what its holder may not hold: they left, or may not see it from where they work."""
    return await take_back_strays(now=utc_now())


async def sweep_leftovers() -> int:
    """Clear what a writer left that died before it was known by any row; a day old, so that nobody can be at it."""
    return await VAULT.store.sweep_temporary(DAY)


async def sweep() -> int:
    """End uploads that nobody sent, and clear blobs that nobody finished, that were given up, or whose key is gone."""
    return await sweep_open_uploads(WORKER) + await delete_blobs(WORKER)


async def scan_again() -> int:
    """Try the virus scan of documents that wait for it."""
    return await scan_what_waits(WORKER)


async def recognise_again() -> int:
    """Have scans read that nobody has read yet: those of before text recognition was installed, too."""
    return await recognise_what_waits(WORKER)


async def go_on_rotating() -> int:
    """Finish rotations of clients' keys and drop versions that nothing refers to any more."""
    return await finish_rotations(WORKER)


async def verify_documents_nightly() -> object:
    """Once a night, read a sample of the documents to their end and compare the whole store with the database."""
    return await verify_nightly(WORKER, now=utc_now())


async def try_again() -> int:
    """Give jobs another go that failed while something that they need was away."""
    async with acting_as(WORKER):
        return await try_failed_again(pause=timedelta(minutes=5))


#: What is done again and again: every so many seconds, the first time at once.
EVERY: tuple[tuple[float, Callable[[], Awaitable[object]]], ...] = (
    (SECONDS, refresh_code_sets), (5, take_back_expired), (5, take_back_what_nobody_may_hold),
    (60, sweep), (60, scan_again), (60, try_again),
    (600, recognise_again),
    (600, go_on_rotating),
    (1800, verify_documents_nightly), (3600, keep_retention), (3600, make_daily_exports), (DAY, sweep_leftovers),
    *assistance.EVERY, *pends.EVERY, *querying.EVERY, *worklists.EVERY,
)  # fmt: skip
