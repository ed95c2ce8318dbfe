"""What the worker does: every job of the product, and everybody who reacts to a chart event."""

from collections.abc import Awaitable, Callable
from functools import partial

from assignments.events import HAND_OUT, Subscription, hand_out
from portal.actor import WORKER
from portal.jobs import JobHandler
from storage.blobs import sweep_blobs

SUBSCRIPTIONS: tuple[Subscription, ...] = ()

JOBS: dict[str, JobHandler] = {HAND_OUT: partial(hand_out, subscriptions=SUBSCRIPTIONS)}

#: What is done again and again: every so many seconds.
EVERY: tuple[tuple[float, Callable[[], Awaitable[object]]], ...] = ((60, partial(sweep_blobs, WORKER)),)
