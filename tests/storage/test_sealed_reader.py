"""A sealed object reads like the file it was, at any place, and fetches no more than it needs."""

import hashlib
import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.envelope import SealBroken, SealedReader, context, seal

KEY = bytes(range(32))
PLACE = context("blob", "reader")
RUN = 16 * 16384
PLAIN = hashlib.shake_256(b"document").digest(40 * RUN + 12_345)
SEALED = seal(KEY, PLAIN, PLACE)

steps = st.one_of(
    st.tuples(st.just("read"), st.integers(0, 3 * RUN)),
    st.tuples(st.just("seek"), st.integers(0, len(PLAIN) + 10)),
    st.tuples(st.just("back"), st.integers(0, len(PLAIN))),
)


class Store:
    """Serves ranges of one object and remembers which were asked for."""

    def __init__(self, sealed: bytes) -> None:
        self.sealed = sealed
        self.asked: list[tuple[int, int]] = []

    def read_range(self, start: int, stop: int) -> bytes:
        self.asked.append((start, stop))
        return self.sealed[start:stop]


@settings(max_examples=40, deadline=None)
@given(st.lists(steps, max_size=12))
def test_it_behaves_like_the_plain_file(walk: list[tuple[str, int]]) -> None:
    sealed = SealedReader(Store(SEALED).read_range, len(SEALED), KEY, PLACE)
    plain = io.BytesIO(PLAIN)
    for step, number in walk:
        match step:
            case "read":
                assert sealed.read(number) == plain.read(number)
            case "seek":
                assert sealed.seek(number) == plain.seek(number)
            case _:
                assert sealed.seek(-number, io.SEEK_END) == plain.seek(-number, io.SEEK_END)
        assert sealed.tell() == plain.tell()


def test_the_last_chunk_is_opened_before_anything_is_handed_out() -> None:
    store = Store(SEALED)
    reader = SealedReader(store.read_range, len(SEALED), KEY, PLACE)
    assert store.asked[-1][1] == len(SEALED)
    assert reader.size == len(PLAIN)
    damaged = SEALED[:-1] + bytes([SEALED[-1] ^ 1])
    with pytest.raises(SealBroken):
        SealedReader(Store(damaged).read_range, len(damaged), KEY, PLACE)


@pytest.mark.parametrize("wrong", [0, 55, 71, len(SEALED) - 16400, len(SEALED) - 1, len(SEALED) + 1])
def test_a_size_that_was_not_recorded_is_refused(wrong: int) -> None:
    with pytest.raises(SealBroken):
        SealedReader(Store(SEALED).read_range, wrong, KEY, PLACE)


def test_one_place_costs_one_range_and_what_was_read_is_kept() -> None:
    store = Store(SEALED)
    reader = SealedReader(store.read_range, len(SEALED), KEY, PLACE)
    store.asked.clear()
    for _ in range(3):
        reader.seek(7 * RUN + 100)
        assert reader.read(1000) == PLAIN[7 * RUN + 100 :][:1000]
    assert [stop - start for start, stop in store.asked] == [16 * 16400]


def test_a_long_read_forgets_what_it_read_first() -> None:
    store = Store(SEALED)
    reader = SealedReader(store.read_range, len(SEALED), KEY, PLACE)
    assert reader.read() == PLAIN
    store.asked.clear()
    reader.seek(0)
    assert reader.read(1) == PLAIN[:1]
    assert len(store.asked) == 1


def test_damage_in_the_middle_is_found_when_it_is_reached() -> None:
    damaged = bytearray(SEALED)
    damaged[len(SEALED) // 2] ^= 1
    reader = SealedReader(Store(bytes(damaged)).read_range, len(SEALED), KEY, PLACE)
    assert reader.read(1000) == PLAIN[:1000]
    reader.seek(len(PLAIN) // 2)
    with pytest.raises(SealBroken):
        reader.read(10)


def test_a_zip_archive_is_listed_through_it() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("one.txt", "1" * 100_000)
    sealed = seal(KEY, out.getvalue(), PLACE)
    with zipfile.ZipFile(SealedReader(Store(sealed).read_range, len(sealed), KEY, PLACE)) as archive:
        assert archive.read("one.txt") == b"1" * 100_000


def test_impossible_positions_are_refused() -> None:
    reader = SealedReader(Store(SEALED).read_range, len(SEALED), KEY, PLACE)
    with pytest.raises(ValueError, match="position"):
        reader.seek(-1)
    with pytest.raises(ValueError, match="position"):
        reader.seek(0, 9)
    assert reader.seek(len(PLAIN) + 5) == len(PLAIN) + 5
    assert reader.read(10) == b""
    assert reader.readable()
    assert reader.seekable()
    assert not reader.writable()
