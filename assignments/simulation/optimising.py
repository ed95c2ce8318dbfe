"""The rival that plans again each half hour: the product's planner over the next two hours of who is on shift."""

from uuid import UUID

from assignments.planning.planning import make_plan
from assignments.planning.rules import OnDuty
from assignments.simulation.policies import as_work, moment
from assignments.simulation.world import HOUR, Chart, World

_HORIZON = 2 * HOUR


def plan_ahead(world: World, waiting: list[Chart], left: dict[int, float], now: float) -> dict[int, list[int]]:
    """Person → the numbers of the charts planned for them, in the order of their starts."""
    people = [
        OnDuty(
            person_id=UUID(int=number), lanes=frozenset(world.people[number].lanes),
            minutes_left=min(minutes, _HORIZON),
            speed={str(specialty): speed for specialty, speed in world.people[number].speeds.items()},
        )
        for number, minutes in left.items()
    ]  # fmt: skip
    plan = make_plan([as_work(world, chart) for chart in waiting], people, now=moment(now))
    given: dict[int, list[int]] = {}
    for one in plan.planned:
        given.setdefault(one.person_id.int, []).append(one.entry_id.int)
    return given
