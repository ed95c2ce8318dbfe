"""What each person was given beside the pool, and who seems to pick."""

from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assignments.fairness.rules import Given, at_least, shares
from assignments.pulling import release_chart
from tests.cast import NOW, House
from tests.conftest import Sql, Web
from tests.factories import make_chart, pull_chart


def test_whoever_codes_the_long_charts_is_compared_with_the_long_charts() -> None:
    found = {
        one.person: one
        for one in shares(
            [
                Given("ann", "surgery", 10, 300.0), Given("bob", "surgery", 10, 200.0),
                Given("cy", "radiology", 100, 200.0),
            ]
        )
    }  # fmt: skip
    assert (found["ann"].mean_minutes, found["ann"].pool_minutes, found["ann"].ratio) == (30.0, 25.0, 1.2)
    assert found["bob"].ratio == 0.8
    assert found["cy"].ratio == 1.0  # alone in its specialty, however short


def test_many_skips_of_the_longer_work_are_told_and_many_of_the_shorter_are_not() -> None:
    def one(skipped_minutes: float) -> bool:
        found = shares(
            [
                Given("ann", "radiology", 100, 1000.0, skips=15, skipped_minutes=skipped_minutes),
                Given("bob", "radiology", 100, 1000.0, skips=3, skipped_minutes=30.0),
            ]
        )
        return next(share.picks for share in found if share.person == "ann")

    assert one(skipped_minutes=300.0)
    assert not one(skipped_minutes=60.0)


def test_few_skips_are_chance() -> None:
    [ann, _] = shares(
        [
            Given("ann", "radiology", 20, 200.0, skips=4, skipped_minutes=80.0),
            Given("bob", "radiology", 500, 5000.0, skips=5, skipped_minutes=50.0),
        ]
    )
    assert not ann.picks


@given(st.integers(1, 60), st.data())
@settings(max_examples=60, deadline=None)
def test_the_tail_is_the_binomial_distributions(trials: int, data: st.DataObject) -> None:
    successes = data.draw(st.integers(0, trials))
    rate = data.draw(st.floats(0.001, 0.999))
    exact = sum(comb(trials, k) * rate**k * (1 - rate) ** (trials - k) for k in range(successes, trials + 1))
    assert at_least(successes, trials, rate) == pytest.approx(exact, rel=1e-9, abs=1e-12)


async def test_the_page_tells_what_was_given_and_skipped(house: House, sql: Sql, web: Web) -> None:
    long, _ = await make_chart(sql, house), await make_chart(sql, house, promise_hours=30)
    await sql("UPDATE queue_entry SET minutes = 30 WHERE chart_id = $1", long.id)
    given_back = await pull_chart(house.cody)
    await release_chart(
        house.cody, chart_id=given_back.chart_id, fence=given_back.fence, reason="too-difficult", now=NOW
    )
    await pull_chart(house.cody)

    mona = await web("mona")
    page = await mona.get("/floor/fairness")
    assert page.status_code == 200
    assert "1 (50.0 %)" in page.text
    lines = (await mona.get("/floor/fairness.csv")).text.splitlines()
    assert lines[1].split(",")[1:5] == ["2", "20.0", "20.0", "1.00"]
