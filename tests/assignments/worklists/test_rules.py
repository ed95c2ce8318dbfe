"""Rules of worklists: which entry meets them, and where it stands in a list."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assignments.worklists.rules import (
    FIELDS,
    Criterion,
    Facts,
    Sort,
    meets,
    place,
    read_rule,
    say_group,
    write_rule,
)
from portal.errors import Invalid

NOW = datetime(2026, 9, 14, 12, tzinfo=UTC)
FACTS = Facts(
    client="north", service_line="xray", specialty="radiology", location=None, payer="Medicare", provider="Dr. A",
    is_stat=False, level=1, round=1, minutes=10.0, weight=1.0, has_documents=True,
    received_at=NOW - timedelta(days=3), service_on=date(2026, 9, 10), due_at=NOW + timedelta(hours=5),
)  # fmt: skip


@pytest.mark.parametrize(
    ("criterion", "met"),
    [
        (Criterion("specialty", "in", ("Radiology", "surgery")), True),
        (Criterion("specialty", "not in", ("radiology",)), False),
        (Criterion("payer", "exists"), True),
        (Criterion("location", "missing"), True),
        (Criterion("location", "in", ("main",)), False),
        (Criterion("location", "not in", ("main",)), True),
        (Criterion("stat", "is"), False),
        (Criterion("stat", "is not"), True),
        (Criterion("documents", "missing"), False),
        (Criterion("days_here", "older than", ("2",)), True),
        (Criterion("days_here", "older than", ("3",)), False),
        (Criterion("days_since_service", "younger than", ("5",)), True),
        (Criterion("hours_left", "at most", ("5",)), True),
        (Criterion("hours_left", "at least", ("5.5",)), False),
        (Criterion("minutes", "at least", ("10",)), True),
        (Criterion("level", "at most", ("0",)), False),
        (Criterion("round", "at least", ("2",)), False),
    ],
)
def test_each_question_has_its_answer(criterion: Criterion, met: bool) -> None:
    assert (meets([[criterion]], FACTS, now=NOW) is not None) is met


def test_every_field_and_operator_can_be_asked() -> None:
    values = {"older than": ("1",), "younger than": ("1",), "at least": ("1",), "at most": ("1",)}
    for name, field in FIELDS.items():
        for operator in field.operators:
            asked = Criterion(name, operator, values.get(operator, ("x",)))
            assert read_rule(write_rule([[asked]])) == [(asked,)]
            meets([[asked]], FACTS, now=NOW)


def test_a_rule_is_met_by_one_whole_group() -> None:
    rule = [
        [Criterion("specialty", "in", ("radiology",)), Criterion("stat", "is")],
        [Criterion("payer", "in", ("medicare",)), Criterion("days_here", "older than", ("2",))],
    ]
    assert meets(rule, FACTS, now=NOW) == "Payer in medicare and Days since it came older than 2"
    assert meets(rule, replace(FACTS, payer=None), now=NOW) is None
    assert meets(rule, replace(FACTS, payer=None, is_stat=True), now=NOW) == say_group(rule[0])
    assert meets([], FACTS, now=NOW) == "every chart"


@pytest.mark.parametrize(
    "stored",
    [
        [[]],
        [[{"field": "colour", "operator": "in", "values": ["red"]}]],
        [[{"field": "stat", "operator": "in", "values": ["x"]}]],
        [[{"field": "payer", "operator": "in", "values": []}]],
        [[{"field": "payer", "operator": "in", "values": [" "]}]],
        [[{"field": "minutes", "operator": "at least", "values": ["many"]}]],
    ],
)
def test_what_is_no_rule_is_refused_with_a_sentence(stored: list[list[dict[str, object]]]) -> None:
    with pytest.raises(Invalid) as refusal:
        read_rule(stored)
    assert str(refusal.value.message).endswith(".")


_FACTS = st.builds(
    lambda due, received, day, minutes, weight: replace(
        FACTS, due_at=NOW + timedelta(minutes=due), received_at=NOW - timedelta(minutes=received),
        service_on=NOW.date() - timedelta(days=day), minutes=minutes, weight=weight,
    ),
    st.integers(-5000, 5000), st.integers(0, 50_000), st.integers(0, 60), st.floats(0.5, 480),
    st.sampled_from([0.2, 1.0, 3.0, 15.0]),
)  # fmt: skip


@given(_FACTS, _FACTS, st.sampled_from(list(Sort)))
def test_the_second_order_never_overrules_the_first(one: Facts, other: Facts, then: Sort) -> None:
    if one.service_on < other.service_on:
        assert place(Sort.SERVICE_DAY, then, one) < place(Sort.SERVICE_DAY, then, other)
    if one.due_at < other.due_at:
        assert place(Sort.DUE, then, one) < place(Sort.DUE, then, other)
    if one.received_at < other.received_at:
        assert place(Sort.RECEIVED, then, one) < place(Sort.RECEIVED, then, other)
    if round(one.minutes * 10) < round(other.minutes * 10):
        assert place(Sort.SHORTEST, then, one) < place(Sort.SHORTEST, then, other)


@given(_FACTS, _FACTS)
def test_within_one_day_of_service_the_second_order_decides(one: Facts, other: Facts) -> None:
    other = replace(other, service_on=one.service_on)
    if one.due_at < other.due_at:
        assert place(Sort.SERVICE_DAY, Sort.DUE, one) < place(Sort.SERVICE_DAY, Sort.DUE, other)


@given(_FACTS)
def test_more_weight_and_less_work_come_earlier(one: Facts) -> None:
    assert place(Sort.PROMISE, Sort.PROMISE, replace(one, weight=one.weight * 3)) < place(
        Sort.PROMISE, Sort.PROMISE, one
    )
    assert place(Sort.PROMISE, Sort.PROMISE, replace(one, minutes=one.minutes * 2)) > place(
        Sort.PROMISE, Sort.PROMISE, one
    )
