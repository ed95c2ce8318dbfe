"""The rules of work time: what counts as idle, what may be corrected, why and for how long. Pure."""

from datetime import date, datetime, timedelta

#: Of the time between two signs of work no more than this counts; `counted_of` in the database does the counting.
IDLE_CUT_OFF = timedelta(minutes=5)
#: For how long after its end somebody may correct the time of their own work.
CORRECTABLE_FOR = timedelta(days=7)
MOST_MINUTES = 720
#: How many days a page shows.
SHOWN_DAYS = 14

#: Why the measure is not what the work took.
REASONS = {
    "away": "I was away from the desk while the chart was open",
    "elsewhere": "I worked outside the portal, in the client’s system or on paper",
    "asking": "I waited for an answer or asked somebody",
    "reading": "I read for a long time without touching anything",
    "disturbed": "The portal or my connection did not work",
}


def why_not_correctable(ended_at: datetime | None, *, now: datetime) -> str | None:
    """Why this time cannot be corrected (any more), in a sentence; None if it can."""
    if ended_at is None:
        return "This chart is still in your hands. Correct its time once it is submitted or given back."
    if now - ended_at > CORRECTABLE_FOR:
        return f"It is more than {CORRECTABLE_FOR.days} days ago, so its time stays as it is. Tell your manager."
    return None


def days_shown(until: date) -> tuple[date, date]:
    """The first day that a page shows which ends with `until`, and the day after its last."""
    return until - timedelta(days=SHOWN_DAYS - 1), until + timedelta(days=1)
