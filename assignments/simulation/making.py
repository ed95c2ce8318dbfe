"""A made-up company from a seed: every figure here is an assumption that a real company should replace by its own."""

import math

import numpy as np
import numpy.typing as npt

from assignments.simulation.world import DAY, HOUR, Chart, Person, World

_Floats = npt.NDArray[np.float64]

_SHIFT_STARTS = (0, 0, 5, 8, 12.5, 13, 14, 15)  # UTC: half in Asia, half in America
_SHIFT_HOURS = (4, 8, 8, 8, 9)
_TURNAROUND_HOURS = (12, 24, 24, 48, 48, 72)
_STAT_HOURS, _STAT_SHARE, _STAT_WEIGHT = 4, 0.05, 3
_CONTRACT_WEIGHTS = (1, 1, 2, 3, 5)
_WEEKDAY, _WEEKEND = 1.2, 0.5  # of the mean day's arrivals
_LOST_LEASES = 0.005
#: What is left of a shift after the gaps between charts and the hours in which nothing suitable waits.
_USABLE = 0.92


def make_world(
    seed: int, *, load: float = 0.95, people: int = 120, days: int = 12, specialties: int = 25, clients: int = 60
) -> World:
    """A company whose offered minutes are `load` times the usable minutes of its staff; the same for the same seed."""
    chance = np.random.default_rng(seed)
    popular = _by_size(specialties, 0.8)
    expected = chance.uniform(5, 28, specialties)
    spread = chance.uniform(0.35, 0.8, specialties)
    turnaround = chance.choice(_TURNAROUND_HOURS, clients) * HOUR
    weights = chance.choice(_CONTRACT_WEIGHTS, clients)
    staff = _make_people(chance, people, popular, clients)

    # Half of the work follows what specialties are common, half what this staff can do, so that a high load is not
    # the trouble of one specialty alone.
    able = np.zeros(specialties)
    for person in staff:
        for specialty, speed in person.speeds.items():
            able[specialty] += person.shift_length / len(person.speeds) * speed
    mix = 0.5 * popular + 0.5 * (able / expected) / (able / expected).sum()
    mix /= mix.sum()
    each_day = load * able.sum() * 5 / 7 * _USABLE / float((mix * expected).sum())

    arrivals = np.concatenate([_arrivals(chance, day, each_day) for day in range(days)])
    arrivals.sort()
    count = len(arrivals)
    of_specialty = chance.choice(specialties, count, p=mix)
    of_client = chance.choice(clients, count, p=_by_size(clients, 0.9))
    stat = chance.random(count) < _STAT_SHARE
    urgent = chance.random(count) < 0.25
    sigma = spread[of_specialty]
    minutes = np.exp(chance.normal(np.log(expected[of_specialty]) - sigma**2 / 2, sigma))
    lost = chance.random(count) < _LOST_LEASES
    charts = tuple(
        Chart(
            number=number,
            arrives=float(arrivals[number]),
            specialty=int(of_specialty[number]),
            client=int(of_client[number]),
            due=float(arrivals[number] + (_STAT_HOURS * HOUR if stat[number] else turnaround[of_client[number]])),
            weight=float(weights[of_client[number]] * (_STAT_WEIGHT if stat[number] else 1)),
            minutes=float(minutes[number]),
            urgency=2 if stat[number] else int(urgent[number]),
            loses_lease=bool(lost[number]),
        )
        for number in range(count)
    )
    return World(days, specialties, clients, tuple(map(float, expected)), staff, charts)


def _by_size(count: int, steepness: float) -> _Floats:
    """Shares after Zipf."""
    shares: _Floats = 1 / np.arange(1, count + 1) ** steepness
    total: float = shares.sum()
    return shares / total


def _make_people(chance: np.random.Generator, count: int, popular: _Floats, clients: int) -> tuple[Person, ...]:
    speeds, permitted, shifts = [], [], []
    for number in range(count):
        drawn = [int(one) for one in chance.choice(len(popular), size=chance.integers(1, 5), p=popular)]
        first = [number] if number < len(popular) else []  # everything is somebody's own field
        mine = list(dict.fromkeys(first + drawn))[:4]
        own = math.exp(chance.normal(0, 0.22))
        speeds.append({one: own * (1.0 if i == 0 else float(chance.uniform(0.65, 0.95))) for i, one in enumerate(mine)})
        most = max(2, min(40, clients))
        permitted.append(
            {int(one) for one in chance.choice(clients, size=int(chance.integers(most // 4, most)), replace=False)}
        )
        shifts.append((float(chance.choice(_SHIFT_STARTS)) * HOUR, float(chance.choice(_SHIFT_HOURS)) * HOUR))
    _cover(chance, speeds, permitted, clients=clients, specialties=len(popular))
    return tuple(
        Person(
            number=number,
            speeds=speeds[number],
            clients=frozenset(permitted[number]),
            shift_start=shifts[number][0],
            shift_length=shifts[number][1],
            # A third works at weekends, on changing days.
            days_off=frozenset({number % 7, (number + 1) % 7} if number % 3 == 0 else {5, 6}),
            lanes=tuple(
                specialty * clients + client for specialty in speeds[number] for client in sorted(permitted[number])
            ),
        )
        for number in range(count)
    )


def _cover(
    chance: np.random.Generator, speeds: list[dict[int, float]], permitted: list[set[int]], *, clients: int,
    specialties: int,
) -> None:  # fmt: skip
    """Let at least three people know each specialty, and two of them be permitted each client."""
    for specialty in range(specialties):
        able = [number for number, mine in enumerate(speeds) if specialty in mine]
        while len(able) < min(3, len(speeds)):
            number = int(chance.integers(len(speeds)))
            if specialty not in speeds[number]:
                speeds[number][specialty] = 0.8
                able.append(number)
        for client in range(clients):
            while sum(client in permitted[number] for number in able) < min(2, len(able)):
                permitted[int(chance.choice(able))].add(client)


def _arrivals(chance: np.random.Generator, day: int, each_day: float) -> _Floats:
    """Three fifths around the close of business in America, the rest from noon on."""
    count = int(chance.poisson(each_day * (_WEEKDAY if day % 7 < 5 else _WEEKEND)))
    at_close = chance.normal(23 * HOUR, 2 * HOUR, count)
    through_the_day = chance.uniform(12 * HOUR, 30 * HOUR, count)
    times: _Floats = np.where(chance.random(count) < 0.6, at_close, through_the_day) + day * DAY
    return times
