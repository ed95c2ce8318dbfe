"""Sealing and opening on one core, beside what OpenSSL says that the core can do with the same cipher."""

import asyncio
import hashlib
import hmac
import os
import re
import secrets
import shutil
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.blobs import PIECE
from storage.envelope import StreamOpener, StreamSealer, context

MIB = 1 << 20
#: Sizes in bytes, and how often each is measured; the best counts, for every other is one that somebody disturbed. Each
#: takes a second or so, since a core can be half as fast for a tenth of a second; less gave figures of that moment.
SIZES = {64 << 10: 100, MIB: 100, 10 * MIB: 100, 200 * MIB: 7}
#: Bytes of one run at least: what takes some microseconds, the clock of a process cannot time one by one.
_A_RUN = 40 * MIB
#: A stretch of plaintext that is sealed again and again, so that 200 MiB need no 200 MiB of memory.
_STRETCH = memoryview(secrets.token_bytes(10 * MIB))
_KEY, _PLACE = secrets.token_bytes(32), context("bench")


@dataclass(frozen=True, slots=True)
class Speed:
    """MiB for each second of processor time: the best run, and the one in the middle."""

    best: float
    middle: float


@dataclass(frozen=True, slots=True)
class Ceiling:
    """What the same cipher does with nothing around it, in MiB for each second; `source` says who measured it."""

    speed: float
    source: str


@contextmanager
def one_core() -> Iterator[None]:
    """Keep this process, and what it starts, on one core."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def measure_ceiling() -> Ceiling:
    """`openssl speed` for AES-256-GCM with 64 KiB, or the cipher in a loop of our own where there is no openssl."""
    program = shutil.which("openssl")
    if program:
        said = subprocess.run(
            [program, "speed", "-seconds", "2", "-bytes", "65536", "-evp", "aes-256-gcm"],
            capture_output=True, text=True, check=False,
        ).stdout  # fmt: skip
        # The last line: "AES-256-GCM    2900000.00k", in thousands of bytes.
        found = re.search(r"^aes-256-gcm\s+([\d.]+)k\s*$", said, re.IGNORECASE | re.MULTILINE)
        if found:
            version = subprocess.run([program, "version"], capture_output=True, text=True, check=False).stdout.strip()
            return Ceiling(float(found[1]) * 1000 / MIB, f"openssl speed -evp aes-256-gcm -bytes 65536 ({version})")
    return Ceiling(measure_hot_loop(), "no openssl here: the cipher alone in a loop of this process")


def measure_hot_loop() -> float:
    """AES-256-GCM of `cryptography` over one 64 KiB buffer that stays in the cache, MiB for each second."""
    cipher, piece, nonce = AESGCM(_KEY), bytes(64 << 10), bytes(12)
    target = bytearray(len(piece) + 16)

    def run() -> None:
        for _ in range(1600):
            cipher.encrypt_into(nonce, piece, None, target)

    return _measure(run, 100 * MIB, 5).best


def measure_sealing(size: int, times: int) -> Speed:
    """Sealing `size` bytes as uploads do."""
    return _measure(lambda: _seal(size), size, times)


def measure_opening(size: int, times: int) -> Speed:
    """Opening what was sealed, as reading a document to its end does."""
    sealed = memoryview(b"".join(_sealed_pieces(min(size, 50 * MIB))))  # enough to be out of every cache
    repeats = max(1, size // (50 * MIB))

    def run() -> None:
        for _ in range(repeats):
            opener = StreamOpener(_KEY, _PLACE)
            for start in range(0, len(sealed), PIECE):
                opener.update(sealed[start : start + PIECE])
            opener.finalize()

    return _measure(run, size, times)


def measure_sealing_with_hash(size: int, times: int) -> Speed:
    """Sealing together with the content MAC, on the same core."""

    def run() -> None:
        mac = hmac.new(_KEY, digestmod=hashlib.sha256)
        _seal(size, mac.update)

    return _measure(run, size, times)


def measure_two_threads(size: int = 200 * MIB) -> float:
    """How many times as fast two threads seal as one does, by the clock on the wall."""

    def timed(threads: int) -> float:
        workers = [threading.Thread(target=_seal, args=(size,)) for _ in range(threads)]
        began = time.perf_counter()
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        return size * threads / (time.perf_counter() - began)

    return max(timed(2) for _ in range(3)) / max(timed(1) for _ in range(3))


def measure_lag(size: int = 400 * MIB) -> tuple[float, float]:
    """How late a loop comes to what it wanted to do, while a thread seals: the middle and the 99th of 100, in ms."""

    async def watch() -> list[float]:
        sealing = asyncio.create_task(asyncio.to_thread(_seal, size))
        late = []
        while not sealing.done():
            began = time.perf_counter()
            await asyncio.sleep(0.001)
            late.append((time.perf_counter() - began - 0.001) * 1000)
        return sorted(late)

    late = asyncio.run(watch())
    return statistics.median(late), late[len(late) * 99 // 100]


def _seal(size: int, besides: Callable[[memoryview], object] | None = None) -> None:
    for _ in _sealed_pieces(size, besides):
        pass


def _sealed_pieces(size: int, besides: Callable[[memoryview], object] | None = None) -> Iterator[bytes]:
    sealer = StreamSealer(_KEY, _PLACE)
    for start in range(0, size, PIECE):
        at = start % len(_STRETCH)
        piece = _STRETCH[at : at + min(PIECE, size - start)]
        if besides:
            besides(piece)
        yield sealer.update(piece)
    yield sealer.finalize()


def _measure(work: Callable[[], None], size: int, times: int) -> Speed:
    work()
    repeats = -(-_A_RUN // size)
    speeds = []
    for _ in range(times):
        began = time.process_time()
        for _ in range(repeats):
            work()
        speeds.append(size * repeats / MIB / (time.process_time() - began))
    return Speed(max(speeds), statistics.median(speeds))
