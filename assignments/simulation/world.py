"""The simulated company: charts that arrive, people with specialties, clients, shifts; in minutes from a Monday."""

import math
from dataclasses import dataclass

HOUR, DAY = 60.0, 1440.0


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart: when it comes, when it is due, and what nobody knows beforehand: how long it takes."""

    number: int
    arrives: float
    specialty: int
    client: int
    due: float
    weight: float
    minutes: float  # somebody of speed 1 takes so long
    urgency: int  # 2 STAT, 1 marked urgent, 0 ordinary
    loses_lease: bool  # the first who takes it goes away, and the lease runs out


@dataclass(frozen=True, slots=True)
class Person:
    """A coder: speeds by specialty, permitted clients, the daily shift and the weekdays off (0 is Monday)."""

    number: int
    speeds: dict[int, float]
    clients: frozenset[int]
    shift_start: float
    shift_length: float
    days_off: frozenset[int]
    lanes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class World:
    """Everything that happens, before anybody decides anything."""

    days: int
    specialties: int
    clients: int
    expected: tuple[float, ...]  # minutes of a chart, by specialty
    people: tuple[Person, ...]
    charts: tuple[Chart, ...]  # as they arrive

    def lane(self, chart: Chart) -> int:
        """A lane is a specialty of a client."""
        return chart.specialty * self.clients + chart.client

    @property
    def ends(self) -> float:
        """When the simulation stops."""
        return self.days * DAY


def shift_end(person: Person, now: float) -> float | None:
    """When the shift that the person works now ends, or None if they are off."""
    day = math.floor((now - person.shift_start) / DAY)
    end = day * DAY + person.shift_start + person.shift_length
    return end if day % 7 not in person.days_off and now < end else None


def next_shift(person: Person, now: float) -> float:
    """When the person's next shift begins."""
    day = math.floor((now - person.shift_start) / DAY) + 1
    while day % 7 in person.days_off:
        day += 1
    return day * DAY + person.shift_start


def staffed_minutes(person: Person, days: int) -> float:
    """The minutes that a person is on shift in all."""
    return person.shift_length * sum(day % 7 not in person.days_off for day in range(days))
