"""The only caller of the system clock for business times; leases, sessions and the access log use the database's."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)
