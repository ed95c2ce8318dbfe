"""How times, money and sizes are written on every page."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo


def in_zone(moment: datetime | None, zone: str = "UTC") -> str:
    """`2026-09-14 16:05 EDT`: the wall clock of `zone`, named, so that nobody guesses."""
    return "—" if moment is None else moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M %Z")


def iso(moment: datetime | None) -> str:
    """The machine-readable moment for a `<time>` element."""
    return "" if moment is None else moment.astimezone(UTC).isoformat(timespec="seconds")


def day(value: date | None) -> str:
    """`2026-09-14`."""
    return "—" if value is None else value.isoformat()


def month(value: date) -> str:
    """`September 2026`."""
    return value.strftime("%B %Y")


def capitalize(words: str) -> str:
    """The first letter large and the rest as it is, unlike Jinja's own, which would write `Office e/m`."""
    return words[:1].upper() + words[1:]


def money(amount: Decimal) -> str:
    """US dollars with cents and thousands separators: `$1,204.50`."""
    return f"-${-amount:,.2f}" if amount < 0 else f"${amount:,.2f}"


def size(count: int) -> str:
    """Bytes for people: `38 KB`."""
    value, unit = float(count), "B"
    for unit in ("B", "KB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            break
        value /= 1000
    return f"{value:.0f} {unit}" if unit == "B" or value >= 10 else f"{value:.1f} {unit}"


def span(length: timedelta) -> str:
    """A length of time for people: `3 h 12 m`, `2 d 4 h`; a minus stands before one that is over."""
    minutes = int(abs(length.total_seconds()) // 60)
    days, hours = minutes // 1440, minutes % 1440 // 60
    text = f"{days} d {hours} h" if days else f"{hours} h {minutes % 60} m" if hours else f"{minutes} m"
    return f"-{text}" if length < timedelta() else text


def minutes(seconds: Decimal) -> str:
    """Seconds of work: `4:05 min`, from an hour on `1:04:05 h`."""
    hours, rest = divmod(int(seconds), 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02} h" if hours else f"{rest // 60}:{rest % 60:02} min"


FILTERS = {
    "in_zone": in_zone, "iso": iso, "day": day, "month": month, "money": money, "size": size, "span": span,
    "minutes": minutes, "capitalize": capitalize,
}  # fmt: skip
