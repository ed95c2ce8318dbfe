"""`chartway bench storage`: each measurement measures what it says; told in ratios, for people and as JSON."""

import json
import shutil
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from portal.commands.bench import sealing, storage
from portal.commands.bench.pages import measure_page, measure_pages, scanned_pdf, text_pdf
from portal.commands.bench.rewrapping import measure_rewrapping
from portal.commands.bench.uploads import upload_at_once
from portal.commands.bench.workshop import Workshop, with_s3
from storage.objects import FolderStore
from tests.cast import House
from tests.conftest import Databases, Sql


def test_the_ceiling_is_openssls_or_says_that_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    ceiling = sealing.measure_ceiling()
    assert ceiling.speed > 10
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    without = sealing.measure_ceiling()
    assert without.speed > 10
    assert without.source.startswith("no openssl here")


def test_speeds_are_counted_in_bytes_that_were_sealed() -> None:
    for measure in (sealing.measure_sealing, sealing.measure_opening, sealing.measure_sealing_with_hash):
        speed = measure(1 << 20, 2)
        assert speed.best >= speed.middle > 0
    assert sealing.measure_two_threads(1 << 20) > 0
    middle, worst = sealing.measure_lag(8 << 20)
    assert worst >= middle >= 0


async def test_pages_and_ranges(tmp_path: Path) -> None:
    assert (await measure_pages(text_pdf(2), text_pdf(1), times=1))["pages"] == 2
    assert scanned_pdf(1).startswith(b"%PDF")
    store = FolderStore(tmp_path / "documents")
    later = await measure_page(60 << 20, store, number=40)
    assert later["ranges"] <= 10, "whoever looks at one page does not fetch the others"
    assert later["mib_fetched"] <= 2.5
    assert [entry async for entry in store.list_keys()] == []


async def test_keys_are_wrapped_again_and_uploads_are_stored(house: House, sql: Sql) -> None:
    measured = await measure_rewrapping(house.north.id, count=30)
    assert measured["processor_seconds"] > 0
    [version] = await sql("SELECT id FROM client_key WHERE client_id = $1 AND version = 2", house.north.id)
    assert len(await sql("SELECT FROM blob WHERE key_id = $1", version["id"])) == 30
    uploaded = await upload_at_once(house.south.id, size=3 << 20, count=2)
    assert uploaded["mib_per_second"] > 0
    stored = await sql("SELECT plain_size FROM blob WHERE client_id = $1 AND state = 'stored'", house.south.id)
    assert [row["plain_size"] for row in stored] == [3 << 20] * 2


async def test_both_stores_take_uploads_and_give_pages(
    house: House, sql: Sql, databases: Databases, tmp_path: Path
) -> None:
    place = Workshop(tmp_path, databases.app)
    for opened in (nullcontext(place), with_s3(place)):
        with opened as elsewhere:
            measured = await storage.measure_store(elsewhere, house.north.id, size=5 << 20)
            keys = [entry.key async for entry in elsewhere.open_store().list_keys()]
        uploads, *pages = measured.values()
        assert uploads["mib_per_second"] > 0
        assert all(0 < page["ranges"] <= 10 for page in pages)
        assert len(keys) == 5, "four and the one that warms up"
    assert not (tmp_path / "s3").exists()
    [stored] = await sql("SELECT count(*) AS n FROM blob WHERE state = 'stored'")
    assert stored["n"] == 10


async def test_it_is_told_as_a_table_and_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    ratio = {"mib_per_second": 2000, "ratio": 0.8, "middle_ratio": 0.75}
    measured: dict[str, Any] = {
        "machine": {"processor": "A processor", "cores": 2, "python": "3.11", "cryptography": "50", "load": 0.1},
        "ceiling": {"mib_per_second": 2500, "source": "openssl speed", "hot_loop_mib_per_second": 3000},
        "sealing": [{"bytes": size, "seal": ratio, "open": ratio} for size in sealing.SIZES],
        "seal_with_content_hash": ratio, "two_threads_to_one": 1.3,
        "loop_lag_while_sealing": {"p99_ms": 0.4},
        "pages": {"text": {"pages": 1}, "scan": {"pages": 1}}, "rewrap_10000_keys": {"processor_seconds": 0.5},
        "stores": {"folder": {"first_page_of_200_mib": {"ranges": 7}}, "S3": {"uploads": {"not_measured": "why"}}},
    }  # fmt: skip
    told = "\n".join(storage.tell(measured))
    for words in (
        "64 KiB", "200 MiB", "0.80", "openssl speed", "S3: uploads: not measured why",
        "folder: first page of 200 mib: ranges 7",
    ):  # fmt: skip
        assert words in told

    async def measure() -> dict[str, Any]:
        return measured

    monkeypatch.setattr(storage, "measure", measure)
    monkeypatch.setattr(storage.asyncio, "run", lambda work: (work.close(), measured)[1])
    result = CliRunner().invoke(storage.command, ["--json"])
    assert result.exit_code == 0
    assert json.loads(result.output)["machine"]["processor"] == "A processor"
