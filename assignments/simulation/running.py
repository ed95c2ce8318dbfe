"""The events of a simulated company, one after the other."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from heapq import heappop, heappush

from assignments.planning.line import Line
from assignments.simulation.policies import Policy, hopeless_minute
from assignments.simulation.world import DAY, Chart, World, next_shift, shift_end

_LEASE = 30.0
_PLAN_EVERY = 30.0
#: After so many charts of a client somebody has 63 % of what knowing it brings; after so long away 63 % is forgotten.
_LEARNT_AFTER = 20
_FORGOTTEN_AFTER = 5 * DAY

#: Plans what waits over those who are on shift: (world, waiting charts, person → minutes left, now) → who gets what.
Planner = Callable[[World, list[Chart], dict[int, float], float], dict[int, list[int]]]


@dataclass(frozen=True)
class Run:
    """What became of it: when and by whom each chart was finished (None: never), and each person's working minutes."""

    finished: tuple[float | None, ...]
    finished_by: tuple[int | None, ...]
    busy: tuple[float, ...]
    leases_lost: int


def run(
    world: World, policy: Policy, *, hold: int = 1, returns_at_shift_end: bool = True, planner: Planner | None = None,
    familiarity: float = 0.0,
) -> Run:  # fmt: skip
    """Let the company work through its charts.

    People take `hold` charts at once and work on them one by one; at the end of a shift the untouched ones go back
    in line, or stay with the person until the next shift. Who knows a client well works `familiarity` times faster on
    its charts than one who never saw any (0.15: 15 %).
    """
    floor = _Floor(world, policy, hold, returns_at_shift_end, planner, familiarity)
    return floor.run()


class _Floor:
    def __init__(
        self, world: World, policy: Policy, hold: int, returns: bool, planner: Planner | None, familiarity: float
    ) -> None:
        self.world, self.policy, self.hold, self.returns, self.planner = world, policy, hold, returns, planner
        self.familiarity = familiarity
        self.seen: dict[tuple[int, int], tuple[float, float]] = {}  # charts of a client, by when
        charts = world.charts
        never = math.inf
        self.line = Line(
            [world.lane(chart) for chart in charts], [policy.key(world, chart) for chart in charts],
            [never if policy.put_back is None else hopeless_minute(world, chart) for chart in charts],
        )  # fmt: skip
        self.people_of: dict[int, list[int]] = {}
        for person in world.people:
            for lane in person.lanes:
                self.people_of.setdefault(lane, []).append(person.number)
        self.idle: set[int] = set()
        self.held: list[list[int]] = [[] for _ in world.people]
        self.plan: dict[int, list[int]] = {}
        self.finished: list[float | None] = [None] * len(charts)
        self.finished_by: list[int | None] = [None] * len(charts)
        self.busy = [0.0] * len(world.people)
        self.lost: set[int] = set()
        self.events: list[tuple[float, int, Callable[..., None], tuple[int, ...]]] = []
        self.count = 0  # events at the same time happen as they were made
        self.now = 0.0

    def run(self) -> Run:
        for person in self.world.people:
            self.at(next_shift(person, -DAY), self.seek, person.number)
        if self.policy.plans:
            self.at(_PLAN_EVERY, self.make_plan)
        for chart in self.world.charts:
            self.until(chart.arrives)
            self.now = chart.arrives
            self.into_line(chart.number)
        self.until(self.world.ends)
        return Run(tuple(self.finished), tuple(self.finished_by), tuple(self.busy), len(self.lost))

    def at(self, time: float, what: Callable[..., None], *whom: int) -> None:
        self.count += 1
        heappush(self.events, (time, self.count, what, whom))

    def until(self, time: float) -> None:
        while self.events and self.events[0][0] < min(time, self.world.ends):
            self.now, _, what, whom = heappop(self.events)
            what(*whom)

    def into_line(self, number: int) -> None:
        """Put a chart in line; of those who wait for such a one, who has worked least takes it."""
        self.line.add(number)
        idle = [one for one in self.people_of.get(self.line.lane_of[number], ()) if one in self.idle]
        if idle:
            self.seek(min(idle, key=lambda one: (self.busy[one], one)))

    def seek(self, person: int) -> None:
        """Take the next chart, or wait for one, or go home."""
        end = shift_end(self.world.people[person], self.now)
        if end is None:
            self.go_home(person)
            return
        held = self.held[person]
        if not held:
            for _ in range(self.hold):
                number = self.next_for(person)
                if number is None:
                    break
                self.line.take(number)
                held.append(number)
        if held:
            self.idle.discard(person)
            self.begin(person, held.pop(0))
        else:
            self.idle.add(person)
            self.at(end, self.end_shift, person)

    def end_shift(self, person: int) -> None:
        if person in self.idle and shift_end(self.world.people[person], self.now) is None:
            self.go_home(person)

    def go_home(self, person: int) -> None:
        self.idle.discard(person)
        self.at(next_shift(self.world.people[person], self.now), self.seek, person)
        if self.returns:
            returned, self.held[person] = self.held[person], []
            for number in returned:
                self.into_line(number)

    def begin(self, person: int, number: int) -> None:
        chart = self.world.charts[number]
        if chart.loses_lease and number not in self.lost:
            self.lost.add(number)
            minutes, then = _LEASE, self.lose
        else:
            speed = self.world.people[person].speeds[chart.specialty]
            minutes = chart.minutes / speed / (1 + self.familiarity * self.knows(person, chart.client))
            then = self.finish
        self.busy[person] += minutes
        self.at(self.now + minutes, then, person, number)

    def finish(self, person: int, number: int) -> None:
        self.finished[number] = self.now
        self.finished_by[number] = person
        client = self.world.charts[number].client
        self.seen[person, client] = 1 + self.remembered(person, client), self.now
        self.seek(person)

    def remembered(self, person: int, client: int) -> float:
        count, at = self.seen.get((person, client), (0.0, 0.0))
        return count * math.exp((at - self.now) / _FORGOTTEN_AFTER)

    def knows(self, person: int, client: int) -> float:
        """How well somebody knows a client just now, from 0 to 1."""
        return 1 - math.exp(-self.remembered(person, client) / _LEARNT_AFTER)

    def lose(self, person: int, number: int) -> None:
        self.into_line(number)
        self.seek(person)

    def next_for(self, person: int) -> int | None:
        """The chart that goes first of those that the person may take."""
        planned = self.plan.get(person, [])
        while planned:
            number = planned.pop(0)
            if self.line.waiting[number]:
                return number
        one, world, policy, line = self.world.people[person], self.world, self.policy, self.line
        compare, put_back = policy.compare, policy.put_back or 0.0
        best, smallest = None, math.inf
        for lane in one.lanes:
            if lane not in line.lanes:
                continue
            for number, hopeless in line.heads(lane, self.now):
                if compare is None:
                    value = line.keys[number] + (put_back if hopeless else 0.0)
                else:
                    value = compare(world, world.charts[number], one, self.now, hopeless)
                if policy.continuity:
                    value -= policy.continuity * self.knows(person, world.charts[number].client)
                if value < smallest:
                    best, smallest = number, value
        return best

    def make_plan(self) -> None:
        left = {
            person.number: end - self.now
            for person in self.world.people
            if (end := shift_end(person, self.now)) is not None
        }
        waiting = [chart for chart in self.world.charts if self.line.waiting[chart.number]]
        if self.planner is not None and left and waiting:
            self.plan = self.planner(self.world, waiting, left, self.now)
            for person in sorted(self.idle & self.plan.keys()):
                self.seek(person)
        self.at(self.now + _PLAN_EVERY, self.make_plan)
