"""What quality does when a chart moves."""

from assignments.events import Subscription
from auditing.quality.drawing import draw_sample, end_overtaken, line_up_verification
from auditing.quality.evaluating import judge_coder

SUBSCRIPTIONS: tuple[Subscription, ...] = (
    Subscription("draw sample", "coded", draw_sample),
    Subscription("verify correction", "corrected", line_up_verification),
    Subscription("end overtaken audit", "reopened", end_overtaken),
    Subscription("judge coder", "final", judge_coder),
)
