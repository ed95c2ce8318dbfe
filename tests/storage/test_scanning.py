"""The client of clamd against a stand-in that speaks its protocol: only clamd's own words make a document clean."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from portal.settings import get_settings
from storage import scanning
from storage.scanning import ScannerUnavailable, Verdict, scan
from tests.storage.clamd import INFECTION, stand_in


@pytest.fixture
def socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where clamd is said to listen."""
    path = tmp_path / "clamd"
    monkeypatch.setenv("CHARTWAY_SCAN", "clamd")
    monkeypatch.setenv("CHARTWAY_CLAMD", str(path))
    get_settings.cache_clear()
    yield path
    get_settings.cache_clear()


async def pieces(*content: bytes) -> AsyncIterator[bytes]:
    for piece in content:
        yield piece


async def test_a_document_is_sent_whole_and_judged(socket: Path) -> None:
    async with stand_in(socket) as clamd:
        large = b"clean " * 200_000
        assert await scan(pieces(large, b"end")) is Verdict.CLEAN
        assert clamd.scanned == [large + b"end"]
        assert await scan(pieces(b"some ", INFECTION)) is Verdict.INFECTED


@pytest.mark.parametrize(
    "answer", [b"", b"stream: ", b"OK", b"stream: OKAY", b"stream: OK FOUND ERROR", b"x" * 100_000, b"\xff\xfe"]
)
async def test_any_other_answer_is_no_verdict(socket: Path, answer: bytes) -> None:
    async with stand_in(socket) as clamd:
        clamd.answer = answer
        with pytest.raises(ScannerUnavailable):
            await scan(pieces(b"words"))


async def test_a_hang_ends(socket: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "PATIENCE", 0.2)
    async with stand_in(socket) as clamd:
        clamd.hangs = True
        with pytest.raises(ScannerUnavailable, match="timeout"):
            await scan(pieces(b"words"))


async def test_beyond_clamds_size_limit_there_is_no_verdict(socket: Path) -> None:
    async with stand_in(socket) as clamd:
        clamd.most = 1 << 20
        with pytest.raises(ScannerUnavailable):
            await scan(pieces(*[b"x" * (1 << 20)] * 12))


async def test_without_clamd_there_is_no_verdict(socket: Path) -> None:
    with pytest.raises(ScannerUnavailable, match="connection"):
        await scan(pieces(b"words"))


async def test_a_document_that_breaks_is_not_called_clean(socket: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"half"
        raise ValueError("the seal is broken")

    async with stand_in(socket) as clamd:
        with pytest.raises(ValueError, match="broken"):
            await scan(broken())
        assert clamd.scanned == []


async def test_off_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHARTWAY_SCAN", "off")
    get_settings.cache_clear()
    assert await scan(pieces(b"words")) is Verdict.OFF
