"""What assignments does when a chart moves."""

from assignments.assistance.keeping import note_final
from assignments.assistance.offering import note_ready
from assignments.delivering import deliver_chart
from assignments.events import Subscription

SUBSCRIPTIONS: tuple[Subscription, ...] = (
    Subscription("deliver", "final", deliver_chart),
    Subscription("learn", "final", note_final),
    Subscription("propose", "ready", note_ready),
)
