"""A client leaves: it is given everything in one file, and only then its documents are destroyed."""

import csv
import hashlib
import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from assignments.retention.exporting import Export
from assignments.retention.holds import UnderHold, place_hold
from assignments.retention.leaving import close_client, get_exit_purge, purge_client
from assignments.retention.rules import Scope
from portal.actor import WORKER
from portal.commands import clients
from portal.commands.clients import _new_file, _sealed
from portal.database import acting_as
from portal.errors import Conflict, NotFound
from portal.ids import new_id
from tests.assignments.retention.keeping import blob_states, delivered_chart, objects_of
from tests.assignments.sending import pdf, send_chart, text
from tests.cast import NOW, House
from tests.conftest import Sql, Web
from tests.factories import code_chart

LATER = NOW + timedelta(days=900)


async def _export(house: House, now: Any = LATER) -> tuple[Export, bytes]:
    made = Export(house.north.id, now, is_open=True)
    return made, b"".join([piece async for piece in made.pieces()])


def _table(archive: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(archive.read(name).decode(), newline="")))


async def test_the_export_holds_everything_of_the_client_with_hashes(
    house: House, web: Web, work: Any, sql: Sql
) -> None:
    await sql("UPDATE sample_plan SET percent = 0")
    note, letter = text("The note.", "monday note.txt"), pdf("A letter.", name="letter.pdf")
    await send_chart(await web("clara"), house.north, note, letter, payer="=1+1")
    await send_chart(await web("stranger"), house.south, text("Of another client."))
    await work()
    await code_chart(house.cora)
    await work()
    made, whole = await _export(house)
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        assert archive.testzip() is None
        manifest = json.loads(archive.read("manifest.json"))
        assert hashlib.sha256(archive.read("manifest.json")).hexdigest() == made.manifest_sha256
        for file in manifest["files"]:
            content = archive.read(file["path"])
            assert (len(content), hashlib.sha256(content).hexdigest()) == (file["size"], file["sha256"])
        named = {file["name"]: archive.read(file["path"]) for file in manifest["files"] if "document" in file}
        assert named == {"monday note.txt": note[1], "letter.pdf": letter[1]}
        assert not any("monday" in name for name in archive.namelist()), "names of files stand in the manifest alone"
        [chart] = _table(archive, "charts.csv")
        assert (chart["encounter"], chart["patient"], chart["mrn"]) == ("ACC-1", "Testperson, Wilhelmina", "MRN-77")
        assert chart["payer"] == "'=1+1"
        assert [line["code"] for line in _table(archive, "codings.csv")] == ["J18.9", "71046"]
        events = _table(archive, "access-log.csv")
        assert {"document:uploaded", "patient:exported", "coding:submitted"} <= {event["action"] for event in events}
        assert {json.loads(event["record"])["client"] for event in events} == {str(house.north.id)}
        assert len(_table(archive, "manifest.csv")) == len(manifest["files"])
    assert b"Of another client." not in whole
    [kept] = await sql("SELECT * FROM client_export")
    assert (kept["document_count"], kept["chart_count"], kept["manifest_sha256"]) == (2, 1, made.manifest_sha256)
    assert kept["event_count"] == len(events)


async def test_an_export_is_read_piece_by_piece_and_one_that_breaks_off_is_none(house: House, sql: Sql) -> None:
    for _ in range(6):
        await delivered_chart(sql, house, text="A long note. " * 200_000)
    sizes, made = [], Export(house.north.id, LATER, is_open=True)
    async for piece in made.pieces():
        sizes.append(len(piece))
    assert sum(sizes) > 15_000_000
    assert max(sizes) < 3_000_000
    broken = Export(house.north.id, LATER, is_open=True).pieces()
    await anext(broken)
    await broken.aclose()
    assert len(await sql("SELECT FROM client_export")) == 1
    with pytest.raises(NotFound):
        await anext(Export(new_id(), LATER, is_open=True).pieces())


async def test_a_sealed_export_opens_with_its_key_alone(house: House, sql: Sql, tmp_path: Path) -> None:
    await delivered_chart(sql, house, text="Canary of the export.")
    key = b"k" * 32
    file, out = tmp_path / "north.sealed", tmp_path / "north.zip"
    with _new_file(file) as target:
        async for piece in _sealed(Export(house.north.id, LATER, is_open=False).pieces(), key):
            target.write(piece)
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"Canary" not in file.read_bytes()
    run = CliRunner()
    wrong = run.invoke(clients.command, ["unseal", str(file), str(out)], input=(b"x" * 32).hex())
    assert wrong.exit_code == 1
    cut = tmp_path / "cut"
    cut.write_bytes(file.read_bytes()[:-20])
    assert run.invoke(clients.command, ["unseal", str(cut), str(out)], input=key.hex()).exit_code == 1
    assert not out.exists(), "nothing half is left"
    assert not (tmp_path / ".north.zip.part").exists()
    assert run.invoke(clients.command, ["unseal", str(file), str(out)], input=key.hex() + "\n").exit_code == 0
    with zipfile.ZipFile(out) as archive:
        assert any(b"Canary of the export." in archive.read(name) for name in archive.namelist())
    again = run.invoke(clients.command, ["unseal", str(file), str(out)], input=key.hex())
    assert "there already" in again.output


async def test_a_client_is_purged_only_closed_done_exported_and_free_of_holds(house: House, sql: Sql) -> None:
    chart = await delivered_chart(sql, house)
    north = house.north.id
    with pytest.raises(Conflict, match="not closed"):
        await purge_client(client_id=north, now=LATER)
    for _ in range(2):
        await close_client(house.adam, client_id=north, now=LATER)
    with pytest.raises(Conflict, match="Export them first"):
        await purge_client(client_id=north, now=LATER)
    await _export(house, now=NOW - timedelta(days=3000))
    with pytest.raises(Conflict, match="came in after"):
        await purge_client(client_id=north, now=LATER)
    made, _ = await _export(house)
    await sql("UPDATE chart SET state = 'final' WHERE id = $1", chart.id)
    with pytest.raises(Conflict, match="still in work"):
        await purge_client(client_id=north, now=LATER)
    done_at = "UPDATE chart SET state = 'not_codable', delivered_at = $2 WHERE id = $1"
    await sql(done_at, chart.id, LATER + timedelta(days=1))
    with pytest.raises(Conflict, match="were delivered after"):
        await purge_client(client_id=north, now=LATER)
    await sql(done_at, chart.id, NOW)
    hold = {"client_id": north, "scope": Scope.CHART, "chart_number": chart.number, "reason": "Matter", "now": NOW}
    await place_hold(house.connie, **hold)
    with pytest.raises(UnderHold):
        await purge_client(client_id=north, now=LATER)
    assert await blob_states(sql, chart.id) == {"stored"}
    await sql("UPDATE legal_hold SET lifted_at = now(), lifted_by = placed_by, lift_reason = 'done'")
    done = await purge_client(client_id=north, now=LATER)
    assert (done.documents, done.objects, done.manifest_sha256) == (2, 5, made.manifest_sha256)
    assert await blob_states(sql, chart.id) == {"deleted"}
    assert await objects_of(sql, chart.id) == []
    assert await purge_client(client_id=north, now=LATER) == done, "calm when repeated"
    async with acting_as(WORKER):
        assert await get_exit_purge(north) == done
        assert await get_exit_purge(house.south.id) is None
    assert await sql("SELECT FROM access_event WHERE action = 'client:purged'")
    [event] = await sql("SELECT count(*) AS n FROM access_event WHERE action = 'client:closed'")
    assert event["n"] == 1
