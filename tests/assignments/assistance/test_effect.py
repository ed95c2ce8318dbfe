"""Shares and means with their intervals."""

import pytest

from assignments.assistance.effect import FEWEST, difference, mean, share


def test_too_few_say_nothing() -> None:
    assert share(20, FEWEST - 1).value is None
    assert mean([1.0] * (FEWEST - 1)).value is None
    assert difference([1.0] * 500, [2.0] * (FEWEST - 1)).value is None


def test_a_share_has_wilsons_interval() -> None:
    known = share(90, 100)
    assert (known.low, known.high) == (pytest.approx(0.8256, abs=1e-3), pytest.approx(0.9448, abs=1e-3))


def test_a_difference_has_the_sign_of_what_changed() -> None:
    known = difference([10.0, 12.0] * 50, [14.0, 16.0] * 50)
    assert known.value == pytest.approx(-4)
    assert known.high is not None
    assert known.high < 0
    assert known.count == 100
