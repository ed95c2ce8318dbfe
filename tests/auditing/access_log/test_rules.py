"""The canonical record: one form only (RFC 8785), hashed as a leaf (RFC 6962), and what a row must agree with."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from auditing.access_log.rules import check_columns, ensure_canonical, leaf_hash, read_canonical, timestamp

_KEYS = st.text(st.characters(max_codepoint=127), max_size=8)
_TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | _TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=20,
)

# transparency-dev/merkle, the vectors of RFC 6962's hasher.
EMPTY_LEAF = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
LEAF_L123456 = "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56"

NOON = datetime(2026, 11, 21, 12, 0, 0, 5, tzinfo=UTC)
RECORD: dict[str, Any] = {
    "id": "00000000-0000-7000-8000-000000000001", "ts": "2026-11-21T12:00:00.000004Z", "client": None,
    "actor": {"id": "00000000-0000-7000-8000-000000000002"}, "action": "chart:opened", "outcome": "success",
    "patient": None, "object": {"type": "chart", "id": None}, "request": None,
}  # fmt: skip
ROW: dict[str, Any] = {
    "id": UUID(RECORD["id"]), "recorded_at": NOON, "client_id": None, "actor_id": UUID(RECORD["actor"]["id"]),
    "action": "chart:opened", "outcome": "success", "patient_id": None, "object_type": "chart", "object_id": None,
    "request_id": None,
}  # fmt: skip


def test_leaf_hashes_are_those_of_rfc_6962() -> None:
    assert leaf_hash(b"").hex() == EMPTY_LEAF
    assert leaf_hash(b"L123456").hex() == LEAF_L123456


@settings(max_examples=80, deadline=None)
@given(st.dictionaries(_KEYS, _VALUES, max_size=6))
def test_the_canonical_bytes_are_those_of_rfc_8785_by_two_ways(value: dict[str, Any]) -> None:
    ensure_canonical(value)
    canonical = rfc8785.dumps(value)
    assert canonical == json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert read_canonical(canonical) == value


def test_the_sample_of_rfc_8785_is_written_as_printed_there() -> None:
    sample = {"string": '€$\u000f\nA\'B"\\\\"/', "literals": [None, True, False]}
    assert rfc8785.dumps(sample).decode() == (
        '{"literals":[null,true,false],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


@pytest.mark.parametrize(
    "value", [1.5, 2**53, -(2**53), {"é": 1}, {1: 1}, b"bytes", [{"a": [0.1]}], NOON, UUID(int=1), {"a"}, float("nan")]
)
def test_what_has_more_than_one_form_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="record"):
        ensure_canonical(value)


@pytest.mark.parametrize(
    "damaged",
    [b"", b"{}x", b'{"a": 1}', b'{"b":1,"a":1}', b'{"a":1,"a":1}', b"[]", b'{"a":1.0}', b'{"a":"\xff"}',
     b'{"a":"\\u00e9"}', b'{"a":1e400}', b"[" * 100_000],
)  # fmt: skip
def test_bytes_in_any_other_form_are_no_record(damaged: bytes) -> None:
    assert read_canonical(damaged) is None


def test_times_are_utc_with_six_decimals() -> None:
    tokyo = timezone(timedelta(hours=9))
    assert timestamp(datetime(2026, 11, 21, 5, 55, 3, tzinfo=tokyo)) == "2026-11-20T20:55:03.000000Z"


def test_a_row_that_says_what_its_record_says_agrees() -> None:
    assert all(check.agrees for check in check_columns(RECORD, ROW))


@pytest.mark.parametrize(
    ("column", "value"),
    [("id", UUID(int=9)), ("client_id", UUID(int=9)), ("actor_id", None), ("action", "chart:moved"),
     ("outcome", "denied"), ("patient_id", UUID(int=9)), ("object_type", None), ("object_id", UUID(int=9)),
     ("request_id", UUID(int=9)), ("recorded_at", NOON + timedelta(minutes=2)),
     ("recorded_at", NOON - timedelta(seconds=1))],
)  # fmt: skip
def test_each_column_that_was_changed_is_found(column: str, value: object) -> None:
    assert [check.name for check in check_columns(RECORD, {**ROW, column: value}) if not check.agrees] == [column]


def test_a_record_without_its_parts_agrees_with_nothing() -> None:
    wrong = [check.name for check in check_columns({"actor": "x", "object": 3}, ROW) if not check.agrees]
    assert {"id", "actor_id", "action", "outcome", "object_type", "recorded_at"} <= set(wrong)
