"""Sharing out: by largest remainders, only to who may, nobody forgotten."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from assignments.handing_over.rules import quotas, share_out

PEOPLE = [UUID(int=n) for n in range(1, 5)]


def test_shares_are_whole_and_as_near_to_the_weights_as_can_be() -> None:
    a, b, c, _ = PEOPLE
    assert quotas(10, {a: 1, b: 1, c: 1}) == {a: 4, b: 3, c: 3}
    assert quotas(7, {a: 3, b: 1}) == {a: 5, b: 2}
    assert quotas(0, {a: 1}) == {a: 0}


@given(st.lists(st.sets(st.sampled_from(PEOPLE)), max_size=40), st.lists(st.integers(1, 9), min_size=4, max_size=4))
def test_everything_that_somebody_may_take_goes_to_one_who_may(may: list[set[UUID]], weights: list[int]) -> None:
    entries = [UUID(int=100 + n) for n in range(len(may))]
    by_person = dict(zip(PEOPLE, weights, strict=True))

    shared = share_out(entries, dict(zip(entries, may, strict=True)), by_person)

    assert set(shared) == {entry for entry, people in zip(entries, may, strict=True) if people}
    assert all(shared[entry] in people for entry, people in zip(entries, may, strict=True) if people)
    if all(people == set(PEOPLE) for people in may):
        counts = {person: list(shared.values()).count(person) for person in PEOPLE}
        assert counts == quotas(len(entries), by_person)
