"""The only caller of the system clock for business times; leases, sessions and the access log use the database's."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_set_back: ContextVar[datetime | None] = ContextVar("set_back", default=None)


def utc_now() -> datetime:
    """The present moment, aware, in UTC."""
    return _set_back.get() or datetime.now(UTC)


@contextmanager
def set_back_to(moment: datetime) -> Iterator[None]:
    """Let business time stand at `moment`, for what is called inside: the demo company's past, and tests."""
    before = _set_back.set(moment)
    try:
        yield
    finally:
        _set_back.reset(before)
