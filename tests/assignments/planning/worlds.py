"""Small backlogs and small teams, made by hand or by hypothesis."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import strategies as st

from assignments.planning.rules import OnDuty, WaitingWork

NOW = datetime(2026, 11, 23, 13, tzinfo=UTC)


def person_id(number: int) -> UUID:
    return UUID(int=1000 + number)


def entry_id(number: int) -> UUID:
    return UUID(int=number)


def on_duty(number: int, minutes: float = 480, *, lanes: tuple[int, ...] = (0,), speed: float = 1.0) -> OnDuty:
    return OnDuty(person_id(number), frozenset(lanes), minutes, {"Radiology": speed})


def waiting(
    number: int, *, due: float = 1440, minutes: float = 10, weight: float = 1, lane: int = 0,
    preferred: int | None = None, barred: tuple[int, ...] = (),
) -> WaitingWork:  # fmt: skip
    """An entry that is due so many minutes from NOW."""
    return WaitingWork(
        entry_id=entry_id(number), lane_id=lane, client_id=UUID(int=1), specialty="Radiology",
        due_at=NOW + timedelta(minutes=due), weight=weight, minutes=minutes,
        preferred_person=None if preferred is None else person_id(preferred),
        barred=frozenset(person_id(one) for one in barred),
    )  # fmt: skip


LANES = st.integers(0, 3)


@st.composite
def teams(draw: st.DrawFn, *, equal: bool = False) -> list[OnDuty]:
    return [
        on_duty(
            number, draw(st.sampled_from([0, 20, 30, 45, 60, 90, 480])), lanes=tuple(draw(st.sets(LANES))),
            speed=1.0 if equal else draw(st.sampled_from([0.5, 0.8, 1.0, 1.4])),
        )
        for number in range(draw(st.integers(0, 4)))
    ]  # fmt: skip


@st.composite
def backlogs(draw: st.DrawFn) -> list[WaitingWork]:
    return [
        waiting(
            number, due=draw(st.integers(-1500, 5000)), minutes=draw(st.sampled_from([3, 5, 8, 10, 21.5, 40])),
            weight=draw(st.sampled_from([1, 2, 5, 15])), lane=draw(LANES),
            preferred=draw(st.none() | st.integers(0, 6)), barred=tuple(draw(st.sets(st.integers(0, 6), max_size=2))),
        )
        for number in range(draw(st.integers(0, 15)))
    ]  # fmt: skip


@st.composite
def backlogs_of_equals(draw: st.DrawFn) -> list[WaitingWork]:
    """Everything takes fifteen minutes and is due on other days; nobody is preferred."""
    return [
        waiting(
            number, due=draw(st.integers(800, 5000)), minutes=15, weight=draw(st.sampled_from([1, 2, 5, 15])),
            lane=draw(LANES), barred=tuple(draw(st.sets(st.integers(0, 4), max_size=2))),
        )
        for number in range(draw(st.integers(0, 15)))
    ]  # fmt: skip
