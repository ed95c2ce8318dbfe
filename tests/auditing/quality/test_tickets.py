"""Tickets: the published vectors, and that a draw depends on nothing but seed, chart and percentage."""

import hashlib
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditing.quality.tickets import commitment, is_drawn, ticket

SEED = bytes(range(32))
SEEDS = st.binary(min_size=32, max_size=32)


def test_the_ticket_of_the_algorithms_own_example() -> None:
    assert ticket("01382438112797316654", "AB-130") == (
        "0.26299714122838008416507544297546663599715395525154425586041245287750224561854"
    )


@pytest.mark.parametrize(
    ("seed", "ids", "order"),
    [
        ("314159", "A-1 A-2 A-3 B-1 B-2 B-3", "B-2 B-3 A-3 A-2"),
        ("314159", "ab-1 ab-2 cd-1 ef-3", "cd-1 ef-3 ab-1 ab-2"),
        (
            "281c06c79bf57a4e8b180a7c0a9eb33fa958f289d71e6e405ce2f832cc5ef9f6",
            " ".join(f"chart-{number:04}" for number in range(1, 25)),
            "chart-0005 chart-0015 chart-0001 chart-0021 chart-0019 chart-0009 chart-0018 chart-0007",
        ),
    ],
)
def test_order_of_tickets(seed: str, ids: str, order: str) -> None:
    wanted = order.split()
    assert sorted(ids.split(), key=lambda one: ticket(seed, one))[: len(wanted)] == wanted


def test_a_quarter_of_twenty_four_charts_in_the_published_example() -> None:
    seed = "281c06c79bf57a4e8b180a7c0a9eb33fa958f289d71e6e405ce2f832cc5ef9f6"
    charts = [f"chart-{number:04}" for number in range(1, 25)]

    drawn = [one for one in charts if is_drawn(ticket(seed, one), Decimal(25))]

    assert sorted(drawn) == ["chart-0001", "chart-0005", "chart-0015"]


def test_the_commitment_is_the_seeds_sha_256() -> None:
    assert commitment(SEED) == hashlib.sha256(SEED).digest()
    assert commitment(SEED) != commitment(SEED[::-1])


def test_nothing_is_drawn_at_zero_and_everything_at_a_hundred() -> None:
    tickets = [ticket(SEED.hex(), UUID(int=number)) for number in range(5_000)]

    assert not any(is_drawn(one, Decimal("0.00")) for one in tickets)
    assert all(is_drawn(one, Decimal("100.00")) for one in tickets)
    assert 450 <= sum(is_drawn(one, Decimal("10.00")) for one in tickets) <= 550


@given(SEEDS, st.lists(st.uuids(), unique=True, max_size=20), st.decimals(0, 100, places=2))
def test_the_same_seed_and_charts_give_the_same_draw(seed: bytes, charts: list[UUID], rate: Decimal) -> None:
    drawn = {one for one in charts if is_drawn(ticket(seed.hex(), one), rate)}

    assert {one for one in reversed(charts) if is_drawn(ticket(seed.hex(), str(one)), rate)} == drawn
    in_order = sorted(charts, key=lambda one: ticket(seed.hex(), one))
    assert set(in_order[: len(drawn)]) == drawn  # what is drawn is a prefix of the order of tickets


@given(SEEDS, st.uuids(), st.decimals(0, 100, places=2))
def test_comparing_as_text_is_comparing_the_numbers(seed: bytes, chart: UUID, rate: Decimal) -> None:
    found = ticket(seed.hex(), chart)

    assert is_drawn(found, rate) == (Fraction(found) < Fraction(rate) / 100)
