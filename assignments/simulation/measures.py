"""What a run was worth: to clients, to those who wait, to the people who work."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

from assignments.planning.rules import jain
from assignments.simulation.running import Run
from assignments.simulation.world import DAY, HOUR, World, staffed_minutes

_FEWEST_OF_A_CLIENT = 20


@dataclass(frozen=True)
class Measures:
    """Shares in per cent, waits in hours, work in minutes.

    Charts of the first day are left out: the company starts empty. Shares count what falls due before the end.
    """

    charts: float
    on_time: float
    weighted_on_time: float
    stat_on_time: float
    worst_client: float  # the on-time share of the client who fared worst, of those with more than twenty charts
    longest_wait: float
    mean_wait: float
    jain_clients: float
    jain_people: float
    late: float
    late_and_open: float
    minutes_each: float  # worked for a chart that was finished


def measure(world: World, run: Run) -> Measures:
    """What the run says."""
    charts = [chart for chart in world.charts if chart.arrives >= DAY]
    ends = world.ends

    def end_of(number: int) -> float:
        finished = run.finished[number]
        return ends if finished is None else finished

    judged = [chart for chart in charts if chart.due <= ends]
    timely = {
        chart.number for chart in judged if run.finished[chart.number] is not None and end_of(chart.number) <= chart.due
    }
    waits = [end_of(chart.number) - chart.arrives for chart in charts]
    by_client: dict[int, list[bool]] = {}
    for chart in judged:
        by_client.setdefault(chart.client, []).append(chart.number in timely)
    clients = [_share(them) for them in by_client.values() if len(them) > _FEWEST_OF_A_CLIENT]
    used = [busy / staffed_minutes(person, world.days) for person, busy in zip(world.people, run.busy, strict=True)]
    weight = sum(chart.weight for chart in judged)
    return Measures(
        charts=len(judged),
        on_time=_share(chart.number in timely for chart in judged),
        weighted_on_time=100 * sum(chart.weight for chart in judged if chart.number in timely) / weight,
        stat_on_time=_share(chart.number in timely for chart in judged if chart.urgency == 2),
        worst_client=min(clients, default=100.0),
        longest_wait=max(waits) / HOUR,
        mean_wait=sum(waits) / len(waits) / HOUR,
        jain_clients=jain(clients),
        jain_people=jain(used),
        late=len(judged) - len(timely),
        late_and_open=sum(run.finished[chart.number] is None for chart in judged),
        minutes_each=sum(run.busy) / max(1, sum(at is not None for at in run.finished)),
    )


def mean(results: Sequence[Measures]) -> Measures:
    """The mean of several runs, figure by figure."""
    return Measures(
        **{one.name: sum(getattr(result, one.name) for result in results) / len(results) for one in fields(Measures)}
    )


def _share(ones: Iterable[bool]) -> float:
    counted = list(ones)
    return 100 * sum(counted) / len(counted) if counted else 100.0
