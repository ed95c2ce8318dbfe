"""The part of a form that describes a calendar: cut-off, working hours, working days."""

from collections.abc import Mapping

from portal.tenancy.calendars import Week
from portal.web.forms import Form

WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def read_week(form: Form) -> Week:
    """The calendar that was entered; notes in the form what is wrong with it. Hours left empty are the whole day."""
    cut_off = _minute(form, "cut_off", "The cut-off")
    if cut_off == 0:
        form.wrong("cut_off", "With a cut-off at midnight nothing would ever count on its own day. Leave it empty.")
    working = [number for number in range(1, 8) if form.flag(f"day{number}")]
    opens, closes = _minute(form, "opens", "The beginning"), _minute(form, "closes", "The end")
    return Week(cut_off, working, opens or 0, closes or 1440)


def show_week(week: Week) -> Mapping[str, str]:
    """The values of the form's fields for a calendar; the whole day has no hours."""
    return {
        "cut_off": _clock(week.cut_off_minute),
        "opens": _clock(week.opens_minute or None),
        "closes": _clock(week.closes_minute if week.closes_minute < 1440 else None),
        **{f"day{number}": "1" for number in week.working_days},
    }


def _minute(form: Form, name: str, label: str) -> int | None:
    """A time as minutes after midnight; None if there is none."""
    value = form.values.get(name, "")
    if not value:
        return None
    hours, colon, minutes = value.partition(":")
    if not (colon and hours.isdecimal() and minutes[:2].isdecimal() and int(hours) < 24 and int(minutes[:2]) < 60):
        form.wrong(name, f"{label} is a time such as 17:00.")
        return None
    return int(hours) * 60 + int(minutes[:2])


def _clock(minute: int | None) -> str:
    return "" if minute is None else f"{minute // 60:02d}:{minute % 60:02d}"
