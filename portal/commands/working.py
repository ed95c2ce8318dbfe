"""What the worker does: every job of the product, and everybody who reacts to a chart event."""

from functools import partial

from assignments.events import HAND_OUT, Subscription, hand_out
from portal.jobs import JobHandler

SUBSCRIPTIONS: tuple[Subscription, ...] = ()

JOBS: dict[str, JobHandler] = {HAND_OUT: partial(hand_out, subscriptions=SUBSCRIPTIONS)}
