"""What the worker does: every job of the product, and everybody who reacts to a chart event."""

from collections.abc import Awaitable, Callable
from functools import partial

from assignments import reactions as assignments
from assignments.events import HAND_OUT, Subscription, hand_out
from assignments.intake.sending_staged import sweep_open_uploads
from assignments.preparing import jobs as preparing
from assignments.preparing.scans import scan_what_waits
from assignments.pulling import return_expired
from auditing.quality import reactions as quality
from portal.actor import WORKER
from portal.clock import utc_now
from portal.invoicing import reactions as invoicing
from portal.jobs import JobHandler
from storage.blobs import sweep_blobs
from storage.dropping import delete_dropped

SUBSCRIPTIONS: tuple[Subscription, ...] = (
    *assignments.SUBSCRIPTIONS, *quality.SUBSCRIPTIONS, *invoicing.SUBSCRIPTIONS,
)  # fmt: skip

JOBS: dict[str, JobHandler] = {HAND_OUT: partial(hand_out, subscriptions=SUBSCRIPTIONS), **preparing.JOBS}


async def take_back_expired() -> int:
    """Put back in line what nobody kept."""
    return await return_expired(now=utc_now())


async def sweep_unfinished() -> int:
    """Clear uploads that nobody finished."""
    return await sweep_blobs(WORKER)


async def sweep_unsent() -> int:
    """End uploads that nobody sent within a day, and delete what was given up."""
    return await sweep_open_uploads(WORKER) + await delete_dropped(WORKER)


async def scan_again() -> int:
    """Try the virus scan of documents that wait for it."""
    return await scan_what_waits(WORKER)


#: What is done again and again: every so many seconds.
EVERY: tuple[tuple[float, Callable[[], Awaitable[object]]], ...] = (
    (5, take_back_expired), (60, sweep_unfinished), (60, sweep_unsent), (60, scan_again),
)  # fmt: skip
