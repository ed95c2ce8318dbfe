"""No page without a verdict: infected is refused, and without a scanner a document waits and pages say so."""

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from assignments.preparing.scans import scan_what_waits
from portal.actor import WORKER
from portal.settings import get_settings
from tests.assignments.sending import send_chart, text
from tests.cast import House
from tests.conftest import Sql, Web
from tests.storage.clamd import INFECTION, stand_in

Work = Callable[[], Awaitable[None]]


@pytest.fixture
def socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where clamd is said to listen."""
    monkeypatch.setenv("CHARTWAY_SCAN", "clamd")
    monkeypatch.setenv("CHARTWAY_CLAMD", str(tmp_path / "clamd"))
    get_settings.cache_clear()
    yield tmp_path / "clamd"
    get_settings.cache_clear()


async def test_an_infected_document_is_refused_and_stays_locked(
    web: Web, sql: Sql, house: House, work: Work, socket: Path
) -> None:
    clara = await web("clara")
    async with stand_in(socket) as clamd:
        upload = await send_chart(clara, house.north, text(INFECTION.decode()), text("A clean note.", "clean.txt"))
        await work()
        assert sorted(clamd.scanned) == sorted([INFECTION, b"A clean note."])

    receipt = (await clara.get(f"/uploads/{upload}")).text
    assert "A virus was found in this file" in receipt
    assert "virus scan is off" not in receipt
    documents = await sql("SELECT id, state, scan_verdict FROM document ORDER BY position")
    assert [(row["state"], row["scan_verdict"]) for row in documents] == [("refused", "infected"), ("ready", "clean")]
    assert len(await sql("SELECT FROM document_page")) == 1
    assert (await clara.get(f"/documents/{documents[0]['id']}/original")).status_code == 409
    [event] = await sql("SELECT canonical FROM access_event WHERE action = 'document:refused'")
    assert b'"reason":"infected"' in event["canonical"]


async def test_without_a_scanner_documents_wait_and_go_on_when_it_is_back(
    web: Web, sql: Sql, house: House, work: Work, socket: Path
) -> None:
    clara, mona = await web("clara"), await web("mona")
    upload = await send_chart(clara, house.north, text())
    for _ in range(2):
        await work()
        assert await scan_what_waits(WORKER) == 1
    await work()

    assert [row["state"] for row in await sql("SELECT state FROM document")] == ["received"]
    assert not await sql("SELECT FROM document_page")
    assert "waiting for the virus scan" in (await clara.get(f"/uploads/{upload}")).text
    [chart] = await sql("SELECT id FROM chart")
    assert "waiting for the virus scan" in (await clara.get(f"/charts/{chart['id']}")).text
    floor = (await mona.get("/floor")).text
    assert "The virus scanner does not answer." in floor
    assert "1 document waits since" in floor
    assert "virus scan is off" not in floor

    async with stand_in(socket):
        assert await scan_what_waits(WORKER) == 1
        await work()
    assert [row["state"] for row in await sql("SELECT state FROM chart")] == ["ready"]
    assert await scan_what_waits(WORKER) == 0
    assert "does not answer" not in (await mona.get("/floor")).text


async def test_pages_say_that_the_scan_is_off(web: Web, sql: Sql, house: House, work: Work) -> None:
    clara, mona = await web("clara"), await web("mona")
    upload = await send_chart(clara, house.north, text())
    await work()
    [document] = await sql("SELECT chart_id, scan_verdict FROM document")
    assert document["scan_verdict"] == "off"
    for page in ("/upload", f"/uploads/{upload}", f"/charts/{document['chart_id']}"):
        assert "the virus scan is off" in (await clara.get(page)).text, page
    assert "The virus scan is off." in (await mona.get("/floor")).text
