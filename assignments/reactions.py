"""What assignments does when a chart moves."""

from assignments.delivering import deliver_chart
from assignments.events import Subscription

SUBSCRIPTIONS: tuple[Subscription, ...] = (Subscription("deliver", "final", deliver_chart),)
