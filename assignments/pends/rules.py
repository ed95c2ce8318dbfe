"""The rules of waiting: whom a chart waits for, when somebody is reminded, and what is done in the end. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from assignments.promises import Calendar, add_working_time
from assignments.rules import KEPT_HOURS
from portal.errors import Invalid

MOST_REASONS = 5
LONGEST_NOTE = 2000  # characters
MOST_REMINDERS = 5
LONGEST_WAIT = 90  # days


class Owner(StrEnum):
    """Who is to answer. Only the client's and the provider's pends stop the vendor's clock (ADR 0020)."""

    CLIENT = "client"
    PROVIDER = "provider"
    LEAD = "lead"


class Outcome(StrEnum):
    """What came of a pend."""

    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    NOT_CODABLE = "not codable"
    AS_IS = "as is"


class LastResort(StrEnum):
    """What is done with a chart that nobody answers for."""

    NOT_CODABLE = "not codable"
    AS_IS = "as is"


#: The last resort in words.
LAST_RESORTS: dict[LastResort, str] = {
    LastResort.NOT_CODABLE: "Close the chart as not codable",
    LastResort.AS_IS: "Give it back to its coder, who codes what is there",
}
OUTCOMES: dict[Outcome, str] = {
    Outcome.ANSWERED: "Answered",
    Outcome.WITHDRAWN: "Withdrawn",
    Outcome.NOT_CODABLE: "Not answered: closed as not codable",
    Outcome.AS_IS: "Not answered: coded as it is",
}


@dataclass(frozen=True, slots=True)
class WaitRule:
    """On which days after the question a client is reminded, and on which the last resort is taken (None: never).

    `kept_hours` of its working time whatever comes back waits for the coder who had it.
    """

    remind_days: tuple[int, ...] = (3, 7)
    last_day: int | None = 14
    last_resort: LastResort = LastResort.NOT_CODABLE
    kept_hours: int = KEPT_HOURS


@dataclass(frozen=True, slots=True)
class Steps:
    """When each reminder and the last resort come."""

    remind_at: tuple[datetime, ...] = ()
    due_at: datetime | None = None


def ensure_rule(rule: WaitRule) -> WaitRule:
    """The rule, if it can be kept; raises Invalid for days that are out of order or beyond the last one."""
    days = rule.remind_days
    if len(days) > MOST_REMINDERS or list(days) != sorted(set(days)) or any(not 1 <= d <= LONGEST_WAIT for d in days):
        raise Invalid(
            f"Reminders come on up to {MOST_REMINDERS} different days from 1 to {LONGEST_WAIT}, such as 3, 7."
        )
    if rule.last_day is not None and not 1 <= rule.last_day <= LONGEST_WAIT:
        raise Invalid(f"The last resort is taken on a day from 1 to {LONGEST_WAIT}, or never.")
    if rule.last_day is not None and days and days[-1] >= rule.last_day:
        raise Invalid("The last reminder must come before the last resort.")
    return rule


def steps_of(opened_at: datetime, rule: WaitRule, calendar: Calendar) -> Steps:
    """When a question of `opened_at` is followed by what, by the client's calendar.

    So many days later at the same time of day there; what falls outside working hours comes when they begin next.
    """
    return Steps(
        tuple(_days_later(opened_at, days, calendar) for days in rule.remind_days),
        _days_later(opened_at, rule.last_day, calendar) if rule.last_day is not None else None,
    )


def next_step(remind_at: Sequence[datetime], reminded: int, due_at: datetime | None) -> datetime | None:
    """The next reminder, or the last resort once all are given or it comes first; None if nothing follows."""
    left = [*remind_at[reminded:], *([due_at] if due_at else [])]
    return min(left, default=None)


def _days_later(moment: datetime, days: int, calendar: Calendar) -> datetime:
    later = moment.astimezone(ZoneInfo(calendar.zone)) + timedelta(days=days)
    return add_working_time(later, timedelta(), calendar)
