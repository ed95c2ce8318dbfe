"""What invoicing does when a chart moves."""

from assignments.events import Subscription
from portal.invoicing.rating import rate_chart

SUBSCRIPTIONS: tuple[Subscription, ...] = (Subscription("rate chart", "delivered", rate_chart),)
