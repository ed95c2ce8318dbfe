"""Tickets of the sample: one number per chart from a seed, which anybody can recompute."""

import hashlib
from decimal import Decimal
from uuid import UUID

from consistent_sampler import first_fraction


def commitment(seed: bytes) -> bytes:
    """What is published while the seed is secret: its SHA-256, 32 bytes."""
    return hashlib.sha256(seed).digest()


# Rivest's consistent sampler: its package is public, so a client can check a draw with it once the seed is revealed.
def ticket(seed_hex: str, chart_id: UUID | str) -> str:
    """A chart's ticket: a number in (0, 1) as text, `0.` and about 77 digits. The same seed and id give the same."""
    return str(first_fraction(str(chart_id), seed_hex))  # type: ignore[no-untyped-call]  # the library is not annotated


def is_drawn(ticket: str, percent: Decimal) -> bool:
    """True if a ticket lies below `percent` of the way. Compared as text: no digit is lost to rounding."""
    return ticket < f"{percent.normalize() / 100:f}"
