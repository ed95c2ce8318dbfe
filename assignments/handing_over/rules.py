"""Why work is moved, for how long it is kept, and how it is shared over several people. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

#: How many places in line one hand-over moves at most.
AT_MOST = 1000


@dataclass(frozen=True, slots=True)
class MovingReason:
    """Why work is moved. `keeps_away`: whoever held it must not get it again."""

    text: str
    keeps_away: bool = False


MOVING_REASONS: Mapping[str, MovingReason] = {
    "balance": MovingReason("To even out the load"),
    "urgent": MovingReason("It cannot wait"),
    "better-suited": MovingReason("Somebody else is better suited"),
    "training": MovingReason("For training"),
    "absent": MovingReason("They are away, or have stopped"),
    "too-long": MovingReason("It has been open for too long"),
    "conflict": MovingReason("They must not work on this chart", keeps_away=True),
}

#: For how long work is kept for somebody before it is everybody's again.
TERMS: Mapping[str, tuple[str, timedelta]] = {
    "2h": ("2 hours", timedelta(hours=2)),
    "4h": ("4 hours", timedelta(hours=4)),
    "8h": ("8 hours", timedelta(hours=8)),
    "24h": ("24 hours", timedelta(hours=24)),
    "72h": ("3 days", timedelta(hours=72)),
}


def share_out(
    entries: Sequence[UUID], may: Mapping[UUID, Collection[UUID]], weights: Mapping[UUID, int]
) -> dict[UUID, UUID]:
    """Who gets which entry: by weight with largest remainders, each only to people who may (`may`: entry → people).

    Exact where everybody may take everything. What few may take is given first, so that many-sided people are not used
    up by it; an entry that somebody may take is never left out, even if they then get more than their share.
    """
    takers = {entry: [one for one in weights if one in set(may.get(entry, ()))] for entry in entries}
    able = [entry for entry in entries if takers[entry]]
    wanted = quotas(len(able), weights)
    given = dict.fromkeys(weights, 0)
    shared: dict[UUID, UUID] = {}
    for entry in sorted(able, key=lambda one: len(takers[one])):
        person = max(takers[entry], key=lambda one: wanted[one] - given[one])
        given[person] += 1
        shared[entry] = person
    return {entry: shared[entry] for entry in entries if entry in shared}


def quotas(count: int, weights: Mapping[UUID, int]) -> dict[UUID, int]:
    """`count` whole things by weight: the method of largest remainders (Hamilton)."""
    total = sum(weights.values())
    if total <= 0:
        return dict.fromkeys(weights, 0)
    shares = {one: divmod(count * weight, total) for one, weight in weights.items()}
    left = count - sum(whole for whole, _ in shares.values())
    first = sorted(weights, key=lambda one: -shares[one][1])[:left]
    return {one: whole + (one in first) for one, (whole, _) in shares.items()}
