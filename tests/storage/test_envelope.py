"""Seals hold: what was altered, cut, extended, moved or opened with another key is refused."""

import hashlib
import itertools
import secrets
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.envelope import (
    SealBroken,
    SealedReader,
    StreamSealer,
    blind_index,
    context,
    derive,
    open_stream,
    seal,
    sealed_size,
    unseal,
)
from tests.storage.by_the_book import sealed_by_the_book

KEY = bytes(range(32))
PLACE = context("blob", UUID(int=1), UUID(int=2), UUID(int=3))
SIZES = [0, 1, 16383, 16384, 16385, (8 << 20) - 1, 8 << 20, (8 << 20) + 1]
HEADER, SEALED_CHUNK = 56, 16384 + 16

ids = st.one_of(st.uuids(), st.text(max_size=40))


def open_all(sealed: bytes, key: bytes = KEY, place: bytes = PLACE) -> bytes:
    return b"".join(open_stream((sealed[i : i + 10_007] for i in range(0, len(sealed), 10_007)), key, place))


def read_all(sealed: bytes, key: bytes = KEY, place: bytes = PLACE) -> bytes:
    return SealedReader(lambda start, stop: sealed[start:stop], len(sealed), key, place).read()


@pytest.mark.parametrize("size", SIZES)
def test_any_size_comes_back_and_takes_the_room_that_was_foretold(size: int) -> None:
    plain = secrets.token_bytes(size)
    sealed = seal(KEY, plain, PLACE)
    assert len(sealed) == sealed_size(size)
    assert unseal(KEY, sealed, PLACE) == plain
    assert open_all(sealed) == plain
    assert read_all(sealed) == plain


@pytest.mark.parametrize("size", [0, 1, 16383, 16384, 16385, 16384 * 300 + 5])
def test_what_the_specification_writes_is_what_both_readers_open(size: int) -> None:
    plain = hashlib.shake_256(b"vector").digest(size)
    sealed = sealed_by_the_book(KEY, plain, PLACE, salt=bytes(range(24)))
    assert open_all(sealed) == plain
    assert read_all(sealed) == plain


def test_a_known_object_of_this_format_still_opens() -> None:
    sealed = bytes.fromhex(
        "000102030405060708090a0b0c0d0e0f1011121314151617"
        "04a2e4a072c64b83184f80e63c71b5c8be1bfaf68d14515ef62733f21879f8ba4b57673d23701593aed3832009deb2bb"
        "1f7099d3b963673e5e4045"
    )
    assert unseal(KEY, sealed, PLACE) == b"version one"


@given(st.lists(st.binary(max_size=40_000), max_size=6))
def test_the_cut_of_the_stream_makes_no_difference_and_sizes_are_counted(pieces: list[bytes]) -> None:
    sealer = StreamSealer(KEY, PLACE)
    sealed = b"".join(sealer.update(piece) for piece in pieces) + sealer.finalize()
    plain = b"".join(pieces)
    assert open_all(sealed) == plain
    assert (sealer.plain_size, sealer.sealed_size) == (len(plain), len(sealed))


@pytest.mark.parametrize("opened", [open_all, read_all])
@pytest.mark.parametrize("size", [0, 1, 16384, 50_000])
def test_every_flipped_bit_is_noticed(opened, size: int) -> None:  # type: ignore[no-untyped-def]
    sealed = bytearray(seal(KEY, bytes(size), PLACE))
    for at in [*range(min(len(sealed), 80)), *range(80, len(sealed), 997), len(sealed) - 1]:
        sealed[at] ^= 1 << at % 8
        with pytest.raises(SealBroken):
            opened(bytes(sealed))
        sealed[at] ^= 1 << at % 8
    assert opened(bytes(sealed)) == bytes(size)


@pytest.mark.parametrize("opened", [open_all, read_all])
def test_cuts_swaps_repeats_and_additions_are_noticed(opened) -> None:  # type: ignore[no-untyped-def]
    sealed = seal(KEY, secrets.token_bytes(3 * 16384 + 100), PLACE)
    head, body = sealed[:HEADER], sealed[HEADER:]
    first, second, third, last = (body[i * SEALED_CHUNK : (i + 1) * SEALED_CHUNK] for i in range(4))
    boundaries = [HEADER + i * SEALED_CHUNK for i in range(4)]
    cuts = [sealed[: boundary + step] for boundary in boundaries for step in (-1, 0, 1)] + [b"", sealed[:10]]
    changed = [
        head + second + first + third + last,
        head + first + first + third + last,
        head + first + third + last,
        head + first + second + third + third,
        head + first + second + third + last + last,
        sealed + b"\0",
        sealed + bytes(16),
        sealed + bytes(SEALED_CHUNK),
    ]
    for broken in [*cuts, *changed]:
        with pytest.raises(SealBroken):
            opened(broken)


def test_a_cut_stream_gives_an_authentic_beginning_and_then_the_error() -> None:
    plain = secrets.token_bytes(100_000)
    given_out = bytearray()
    with pytest.raises(SealBroken):
        given_out.extend(itertools.chain.from_iterable(open_stream([seal(KEY, plain, PLACE)[:70_000]], KEY, PLACE)))
    assert plain.startswith(given_out)
    assert len(given_out) == 0 or len(given_out) % 16384 == 0


@pytest.mark.parametrize("opened", [open_all, read_all])
def test_another_place_or_key_opens_nothing(opened) -> None:  # type: ignore[no-untyped-def]
    sealed = seal(KEY, b"Hollister, June", PLACE)
    with pytest.raises(SealBroken):
        opened(sealed, place=context("blob", UUID(int=9), UUID(int=2), UUID(int=3)))
    with pytest.raises(SealBroken):
        opened(sealed, key=bytes(32))
    with pytest.raises(ValueError, match="32 bytes"):
        opened(sealed, key=KEY[:16])


@given(st.text(max_size=20), st.lists(ids, max_size=4), st.text(max_size=20), st.lists(ids, max_size=4))
def test_contexts_are_the_same_only_for_the_same_arguments(
    purpose: str, some: list[UUID | str], other_purpose: str, others: list[UUID | str]
) -> None:
    same = (purpose, some) == (other_purpose, others)
    assert (context(purpose, *some) == context(other_purpose, *others)) is same


def test_contexts_do_not_run_into_each_other() -> None:
    chart = uuid4()
    assert context("a", "bc") != context("ab", "c") != context("abc")
    assert context("a", chart) != context("a", chart.hex) != context("a", str(chart))
    assert context("key", chart).startswith(b"\0\4cwv1")


def test_sub_keys_differ_by_label_and_key() -> None:
    keys = {derive(key, label) for key in (KEY, bytes(32)) for label in ("fields", "blind-index", "content-mac")}
    assert len(keys) == 6
    assert {len(key) for key in keys} == {32}
    assert derive(KEY, "fields") == derive(KEY, "fields")
    with pytest.raises(ValueError, match="32 bytes"):
        derive(b"short", "fields")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Müller", "MU\u0308LLER"),
        ("  Anna \t Maria ", "anna maria"),
        ("ＭＲＮ１２３", "mrn123"),
        ("Straße", "STRASSE"),
    ],
)
def test_the_blind_index_finds_what_people_take_for_equal(one: str, other: str) -> None:
    assert blind_index(KEY, one) == blind_index(KEY, other)


def test_the_blind_index_tells_apart_values_and_keys_and_refuses_emptiness() -> None:
    assert blind_index(KEY, "00123") != blind_index(KEY, "123")
    assert blind_index(KEY, "123") != blind_index(bytes(32), "123")
    with pytest.raises(ValueError, match="empty"):
        blind_index(KEY, " \t ")


@given(st.text(min_size=1).filter(lambda value: value.strip() != ""))
def test_case_and_outer_blanks_never_matter_to_the_blind_index(value: str) -> None:
    assert blind_index(KEY, f" {value} ") == blind_index(KEY, value) == blind_index(KEY, value.casefold())
