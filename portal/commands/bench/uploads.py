"""How much memory uploads take: several at once through the product's own writing, in a process of their own."""

import asyncio
import json
import os
import secrets
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

from portal.actor import WORKER
from portal.commands.bench.workshop import Workshop
from portal.database import DB, acting_as
from portal.ids import new_id
from storage.blobs import confirm_blob, write_blob

#: Linux forgets the peak of this process's memory when 5 is written here.
CLEAR_PEAK = Path("/proc/self/clear_refs")
_CHUNK = 64 << 10  # as much as a web server hands on at a time


async def upload_at_once(client_id: UUID, *, size: int, count: int) -> dict[str, float]:
    """Send `count` files of `size` bytes at once; MiB of memory above the start, seconds, processor seconds."""
    block = secrets.token_bytes(_CHUNK)

    async def source() -> AsyncIterator[bytes]:
        for start in range(0, size, _CHUNK):
            yield block[: min(_CHUNK, size - start)]

    async def send() -> None:
        blob = await write_blob(WORKER, source(), client_id=client_id, owner_id=new_id(), kind="original", most=size)
        async with acting_as(WORKER):
            await confirm_blob(blob)

    base = _reset_peak()
    began, used = time.perf_counter(), time.process_time()
    await asyncio.gather(*(send() for _ in range(count)))
    seconds = time.perf_counter() - began
    return {
        "memory_over_base_mib": round((_memory("VmHWM") - base) / 1024, 1), "seconds": round(seconds, 2),
        "processor_seconds": round(time.process_time() - used, 2),
        "mib_per_second": round(size * count / (1 << 20) / seconds, 1),
    }  # fmt: skip


async def measure_uploads(place: Workshop, client_id: UUID, *, size: int, count: int) -> dict[str, float]:
    """`upload_at_once` in a fresh process, so that nothing measured before counts."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "portal.commands.bench.uploads", str(place.folder), str(client_id), str(size),
        str(count), place.endpoint, place.bucket, stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "CHARTWAY_DATABASE_URL": place.url},
    )  # fmt: skip
    said, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError("the uploads failed")
    measured: dict[str, float] = json.loads(said)
    return measured


def _memory(what: str) -> int:
    """Kilobytes, as Linux tells."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(what + ":"):
            return int(line.split()[1])
    raise RuntimeError(f"this system does not tell {what}")


def _reset_peak() -> int:
    CLEAR_PEAK.write_text("5")
    return _memory("VmRSS")


async def _main(folder: str, client_id: str, size: str, count: str, endpoint: str, bucket: str) -> None:
    place = Workshop(Path(folder), os.environ["CHARTWAY_DATABASE_URL"], endpoint, bucket)
    place.open_vault()
    await DB.open(place.url, size=6)
    try:
        await upload_at_once(UUID(client_id), size=1 << 20, count=1)  # everything is imported, every pool is open
        print(json.dumps(await upload_at_once(UUID(client_id), size=int(size), count=int(count))))
    finally:
        await DB.close()


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:]))
