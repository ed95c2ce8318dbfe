"""What the worker makes of documents and their charts, seen through the receipt and the tables."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from assignments.preparing.documents import prepare_document
from portal.actor import WORKER
from portal.database import acting_as
from storage.blobs import find_blob, read_whole_blob
from storage.envelope import SealBroken
from storage.pages import UnreadableDocument
from storage.text_layer import unpack_layer
from tests.assignments.sending import jpeg, pdf, png, send_chart, text
from tests.cast import House
from tests.conftest import Sql, Web

Work = Callable[[], Awaitable[None]]


async def content_of(blob_id: object) -> bytes:
    """What a sealed page holds."""
    async with acting_as(WORKER):
        blob = await find_blob(blob_id)  # type: ignore[arg-type]
    return await read_whole_blob(blob)


async def test_every_kind_becomes_pages_and_the_chart_goes_in_line(
    web: Web, sql: Sql, house: House, work: Work
) -> None:
    clara = await web("clara")
    upload = await send_chart(clara, house.north, pdf("first page", "second page"), png(), jpeg(), text("A note."))
    assert "being checked: 0 of 4 done" in (await clara.get(f"/uploads/{upload}")).text

    await work()

    (chart,) = await sql("SELECT id, state, ready_at, due_at FROM chart")
    assert chart["state"] == "ready"
    assert chart["ready_at"] is not None
    pages = await sql(
        "SELECT d.position, p.number, p.width, p.image_blob_id, p.text_blob_id FROM document_page p"
        " JOIN document d ON d.id = p.document_id ORDER BY 1, 2"
    )
    assert [(page["position"], page["number"]) for page in pages] == [(1, 1), (1, 2), (2, 1), (3, 1), (4, 1)]
    assert (await content_of(pages[0]["image_blob_id"])).startswith(b"\xff\xd8\xff")
    assert "second page" in (await content_of(pages[1]["text_blob_id"])).decode()
    assert (await content_of(pages[4]["image_blob_id"])).startswith(b"\xff\xd8\xff")
    layer = unpack_layer(await content_of(pages[4]["text_blob_id"]))
    assert (layer.text, len(layer.words)) == ("A note.", 2)
    (entry,) = await sql("SELECT stage, state, round, specialty, due_at, chart_id FROM queue_entry")
    assert tuple(entry) == ("coding", "waiting", 1, "radiology", chart["due_at"], chart["id"])
    assert [row["kind"] for row in await sql("SELECT kind FROM chart_event ORDER BY id")] == ["received", "ready"]
    assert len(await sql("SELECT FROM access_event WHERE action = 'document:prepared' AND patient_id IS NOT NULL")) == 4

    receipt = (await clara.get(f"/uploads/{upload}")).text
    assert "All files are checked and in line for coding." in receipt
    assert "2 pages" in receipt
    assert "hx-get" not in receipt


async def test_a_locked_pdf_is_refused_and_the_rest_goes_on(web: Web, sql: Sql, house: House, work: Work) -> None:
    clara = await web("clara")
    upload = await send_chart(clara, house.north, pdf(name="locked.pdf", password="secret"), text())

    await work()

    receipt = (await clara.get(f"/uploads/{upload}")).text
    assert "The PDF is protected with a password." in receipt
    assert "1 of 2 files went to the coders; 1 was refused." in receipt
    assert [row["state"] for row in await sql("SELECT state FROM document ORDER BY position")] == ["refused", "ready"]
    assert [row["state"] for row in await sql("SELECT state FROM chart")] == ["ready"]
    assert len(await sql("SELECT FROM access_event WHERE action = 'document:refused'")) == 1


async def test_a_chart_without_a_readable_document_is_cancelled_and_may_be_sent_again(
    web: Web, sql: Sql, house: House, work: Work
) -> None:
    clara = await web("clara")
    upload = await send_chart(clara, house.north, pdf(password="secret"))

    await work()

    assert [row["state"] for row in await sql("SELECT state FROM chart")] == ["cancelled"]
    assert not await sql("SELECT FROM queue_entry")
    assert "so the chart was cancelled" in (await clara.get(f"/uploads/{upload}")).text

    await send_chart(clara, house.north, text())
    await work()
    assert sorted(row["state"] for row in await sql("SELECT state FROM chart")) == ["cancelled", "ready"]


async def test_the_progress_brings_the_cells_without_naming_a_file(web: Web, house: House, work: Work) -> None:
    clara = await web("clara")
    upload = await send_chart(clara, house.north, text(name="Testperson.txt"))

    before = (await clara.get(f"/uploads/{upload}/progress?asked=1")).text
    await work()
    after = (await clara.get(f"/uploads/{upload}/progress?asked=2")).text

    assert f'hx-get="/uploads/{upload}/progress?asked=2"' in before
    assert 'id="file-1" hx-swap-oob="true"' in after
    assert "1 page" in after
    assert "hx-get" not in after
    assert "Testperson" not in before + after


async def test_the_progress_stops_asking_after_a_while(web: Web, house: House) -> None:
    clara = await web("clara")
    upload = await send_chart(clara, house.north)

    answer = await clara.get(f"/uploads/{upload}/progress?asked=150")

    assert "hx-get" not in answer.text
    assert f'href="/uploads/{upload}">Reload</a>' in answer.text


async def test_two_documents_done_at_once_put_the_chart_in_line_once(web: Web, sql: Sql, house: House) -> None:
    await send_chart(await web("clara"), house.north, *(text(f"Note {n}.", f"{n}.txt") for n in range(4)))
    documents = [row["id"] for row in await sql("SELECT id FROM document")]

    await asyncio.gather(*(prepare_document(document) for document in documents))

    assert len(await sql("SELECT FROM queue_entry")) == 1
    assert [row["kind"] for row in await sql("SELECT kind FROM chart_event ORDER BY id")] == ["received", "ready"]


async def test_a_document_prepared_twice_at_once_has_its_pages_once(web: Web, sql: Sql, house: House) -> None:
    await send_chart(await web("clara"), house.north, pdf("one", "two"))
    (document,) = await sql("SELECT id FROM document")

    await asyncio.gather(*(prepare_document(document["id"]) for _ in range(3)))
    await prepare_document(document["id"])

    assert len(await sql("SELECT FROM document_page")) == 2
    assert len(await sql("SELECT FROM queue_entry")) == 1
    assert len(await sql("SELECT FROM access_event WHERE action = 'document:prepared'")) == 1


async def test_what_may_pass_is_tried_again_and_decided_at_last(
    web: Web, sql: Sql, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def too_slow(*_: object) -> object:
        raise UnreadableDocument("The document took too long to draw.", passing=True)
        yield

    monkeypatch.setattr("assignments.preparing.documents.render_pages", too_slow)
    await send_chart(await web("clara"), house.north)
    (document,) = await sql("SELECT id FROM document")

    with pytest.raises(UnreadableDocument):
        await prepare_document(document["id"])
    assert [row["state"] for row in await sql("SELECT state FROM document")] == ["received"]

    await sql("UPDATE document SET scanned_at = scanned_at - interval '9 minutes'")
    await prepare_document(document["id"])
    assert [tuple(row) for row in await sql("SELECT state, refusal FROM document")] == [
        ("refused", "The document took too long to draw.")
    ]
    assert [row["state"] for row in await sql("SELECT state FROM chart")] == ["cancelled"]


async def test_a_broken_seal_is_no_refusal(web: Web, sql: Sql, house: House, tmp_path: Path) -> None:
    await send_chart(await web("clara"), house.north)
    (sealed,) = [path for path in (tmp_path / "documents").rglob("*") if path.is_file()]
    content = sealed.read_bytes()
    sealed.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    (document,) = await sql("SELECT id FROM document")

    with pytest.raises(SealBroken):
        await prepare_document(document["id"])

    assert [row["state"] for row in await sql("SELECT state FROM document")] == ["received"]
    assert [row["state"] for row in await sql("SELECT state FROM chart")] == ["received"]
