"""What the worker does: every job of the product, and everybody who reacts to a chart event."""

from collections.abc import Awaitable, Callable
from functools import partial

from assignments import reactions as assignments
from assignments.events import HAND_OUT, Subscription, hand_out
from assignments.preparing import jobs as preparing
from assignments.pulling import return_expired
from auditing.quality import reactions as quality
from portal.actor import WORKER
from portal.clock import utc_now
from portal.invoicing import reactions as invoicing
from portal.jobs import JobHandler
from storage.blobs import sweep_blobs
from storage.deleting import delete_blobs
from storage.rotating import finish_rotations
from storage.verifying import verify_nightly

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


async def delete_unwanted() -> int:
    """Delete the objects of blobs that are on their way out."""
    return await delete_blobs(WORKER)


async def go_on_rotating() -> int:
    """Finish rotations of clients' keys and drop versions that nothing refers to any more."""
    return await finish_rotations(WORKER)


async def verify_documents_nightly() -> object:
    """Read a sample of the stored documents to their end, once a night."""
    return await verify_nightly(WORKER, now=utc_now())


#: What is done again and again: every so many seconds.
EVERY: tuple[tuple[float, Callable[[], Awaitable[object]]], ...] = (
    (5, take_back_expired), (60, sweep_unfinished), (60, delete_unwanted), (600, go_on_rotating),
    (1800, verify_documents_nightly),
)  # fmt: skip
