"""Whether somebody was given an easier mix than others, and whether somebody picks. Pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

#: Given back sooner than this after it was pulled: opened, looked at, and put away.
SHORT_OPEN = timedelta(minutes=2)
#: How unlikely as many skips must be by chance alone, before somebody is told of; and how many there must be.
UNLIKELY, FEWEST = 0.01, 5


@dataclass(frozen=True, slots=True)
class Given:
    """What one person was given in one specialty: counts, and expected minutes in all."""

    person: str
    specialty: str
    count: int
    minutes: float
    skips: int = 0  # given back for another reason than having to stop
    skipped_minutes: float = 0.0
    short_opens: int = 0


@dataclass(frozen=True, slots=True)
class Share:
    """One person's share of the work. Minutes are expected minutes a chart."""

    person: str
    count: int
    mean_minutes: float
    pool_minutes: float  # what the pool was given a chart, in the same mix of specialties
    skips: int
    short_opens: int
    skipped_mean: float | None
    kept_mean: float | None
    others_skip_rate: float
    picks: bool

    @property
    def ratio(self) -> float:
        """Given against the pool: 1 is the same mix, below it an easier one."""
        return self.mean_minutes / self.pool_minutes if self.pool_minutes else 1.0

    @property
    def skip_rate(self) -> float:
        """Skips of all that was given, 0 to 1."""
        return self.skips / self.count

    @property
    def short_rate(self) -> float:
        """Short opens of all that was given, 0 to 1."""
        return self.short_opens / self.count


def shares(given: Sequence[Given]) -> list[Share]:
    """Everybody's share, by name.

    The pool's minutes are standardised to the person's own specialties (direct standardisation, as mortality rates are
    compared between populations of different age): who codes surgery is compared with surgery.
    """
    pool = _by_specialty(given)
    return [_share(person, given, pool) for person in sorted({one.person for one in given})]


def _by_specialty(given: Sequence[Given]) -> Mapping[str, float]:
    counts: dict[str, int] = {}
    minutes: dict[str, float] = {}
    for one in given:
        counts[one.specialty] = counts.get(one.specialty, 0) + one.count
        minutes[one.specialty] = minutes.get(one.specialty, 0.0) + one.minutes
    return {name: minutes[name] / counts[name] for name in counts if counts[name]}


def _share(person: str, given: Sequence[Given], pool: Mapping[str, float]) -> Share:
    mine = [one for one in given if one.person == person and one.count]
    others = [one for one in given if one.person != person]
    count, skips = sum(one.count for one in mine), sum(one.skips for one in mine)
    minutes, skipped = sum(one.minutes for one in mine), sum(one.skipped_minutes for one in mine)
    expected = sum(one.count * pool[one.specialty] for one in mine)
    skipped_mean = skipped / skips if skips else None
    kept_mean = (minutes - skipped) / (count - skips) if count > skips else None
    # One skip more than there was, so that nobody is compared with a pool that never skipped anything.
    rate = (sum(one.skips for one in others) + 1) / (sum(one.count for one in others) + 2)
    harder = skipped_mean is not None and (kept_mean is None or skipped_mean > kept_mean)
    picks = skips >= FEWEST and harder and at_least(skips, count, rate) < UNLIKELY
    return Share(
        person, count, minutes / count, expected / count, skips, sum(one.short_opens for one in mine), skipped_mean,
        kept_mean, rate, picks,
    )  # fmt: skip


def at_least(successes: int, trials: int, rate: float) -> float:
    """The chance of `successes` or more in `trials`, each with `rate` (0 to 1): the binomial distribution's tail."""
    if successes <= 0:
        return 1.0
    if rate <= 0:
        return 0.0
    if rate >= 1:
        return 1.0
    logs = [
        math.lgamma(trials + 1) - math.lgamma(k + 1) - math.lgamma(trials - k + 1)
        + k * math.log(rate) + (trials - k) * math.log1p(-rate)
        for k in range(successes, trials + 1)
    ]  # fmt: skip
    return min(1.0, math.fsum(math.exp(one) for one in logs))
