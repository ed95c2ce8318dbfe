"""A scan gets its words by text recognition, after its chart is in line; where there are none, the viewer says why."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from assignments.preparing.recognising import recognise_text, recognise_what_waits
from portal.actor import WORKER
from portal.settings import get_settings
from tests.assignments.sending import pdf, png, send_chart
from tests.cast import House
from tests.conftest import Sql, Web
from tests.storage.tesseract import stand_in

Work = Callable[[], Awaitable[None]]

CANARY = "Qzscanned7f3a"
TELL = f'tell("{CANARY}", *(chr(97 + number // 8) * 2 + chr(97 + number % 8) for number in range(60)))'


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Install a stand-in that does these lines; without lines, none is installed; "off" is off."""

    def install(*lines: str) -> None:
        where = tmp_path / "program"
        where.mkdir(exist_ok=True)
        wanted = lines[0] if lines == ("off",) else str(stand_in(where, *lines) if lines else where / "nothing")
        monkeypatch.setenv("CHARTWAY_OCR", wanted)
        get_settings.cache_clear()

    yield install
    get_settings.cache_clear()


async def viewer_of(web: Web, sql: Sql) -> str:
    """The client's page of the only chart."""
    [chart] = await sql("SELECT id FROM chart")
    answer = await (await web("clara")).get(f"/charts/{chart['id']}")
    assert answer.status_code == 200
    return answer.text


async def test_a_scan_gets_its_words_and_is_compared_by_them(
    web: Web, sql: Sql, house: House, work: Work, program: Callable[..., None], tmp_path: Path
) -> None:
    program(TELL)
    clara = await web("clara")
    await send_chart(clara, house.north, png(), pdf("typed words"))
    await work()

    scan, typed = await sql(
        "SELECT p.id, p.text_blob_id, p.recognised_at FROM document_page p JOIN document d ON d.id = p.document_id"
        " ORDER BY d.position"
    )
    assert scan["text_blob_id"]
    assert scan["recognised_at"]
    assert typed["recognised_at"] is None
    assert CANARY in (await clara.get(f"/pages/{scan['id']}/text")).text
    shown = await viewer_of(web, sql)
    assert f'data-layer="/pages/{scan["id"]}/layer"' in shown
    assert "No words were found" not in shown
    assert len(await sql("SELECT FROM access_event WHERE action = 'page:recognised' AND patient_id IS NOT NULL")) == 1
    assert len(await sql("SELECT FROM document_signature s JOIN document d ON d.id = s.document_id"
                         " WHERE d.media_type = 'image/png'")) == 1  # fmt: skip
    sealed = [path for path in (tmp_path / "documents").rglob("*") if path.is_file()]
    assert sealed
    assert not any(CANARY.encode() in path.read_bytes() for path in sealed)


async def test_the_chart_is_in_line_before_a_word_is_recognised(
    web: Web, sql: Sql, house: House, program: Callable[..., None]
) -> None:
    from assignments.preparing.documents import prepare_document

    program(TELL)
    await send_chart(await web("clara"), house.north, png())
    [document] = await sql("SELECT id FROM document")
    await prepare_document(document["id"])

    assert [row["state"] for row in await sql("SELECT state FROM queue_entry")] == ["waiting"]
    assert "text recognition is under way" in await viewer_of(web, sql)
    jobs = await sql("SELECT entrypoint, priority FROM pgqueuer ORDER BY priority")
    assert tuple(jobs[0]) == ("recognise text", -10)
    assert all(job["priority"] == 0 for job in jobs[1:])
    mona = await web("mona")
    assert "Text recognition is behind" not in (await mona.get("/floor")).text, "it has only begun to wait"
    await sql("UPDATE document SET words_waiting_since = now() - interval '2 hours'")
    assert "1 scanned document waits for words since" in (await mona.get("/floor")).text
    await recognise_text(document["id"])
    assert "Text recognition is behind" not in (await mona.get("/floor")).text


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("off",), "text recognition is off."),
        ((), "text recognition is not installed."),
        (("tell()",), "No words were found on this scan."),
        (("sys.exit(1)",), "No words were found on this scan."),
    ],
    ids=["off", "missing", "nothing on it", "fails"],
)
async def test_the_viewer_says_why_there_are_no_words(
    web: Web, sql: Sql, house: House, work: Work, program: Callable[..., None], lines: tuple[str, ...], said: str
) -> None:
    program(*lines)
    await send_chart(await web("clara"), house.north, png())
    await work()

    assert said in await viewer_of(web, sql)
    assert [row["text_blob_id"] for row in await sql("SELECT text_blob_id FROM document_page")] == [None]
    assert [row["state"] for row in await sql("SELECT state FROM chart")] == ["ready"]
    assert not await sql("SELECT FROM pgqueuer")


async def test_scans_of_before_are_read_once_the_program_is_there(
    web: Web, sql: Sql, house: House, work: Work, program: Callable[..., None]
) -> None:
    program()
    await send_chart(await web("clara"), house.north, png(), pdf("typed words"))
    await work()
    assert await recognise_what_waits(WORKER) == 0

    program(TELL)
    assert await recognise_what_waits(WORKER) == 1
    await work()

    assert not await sql("SELECT FROM document_page WHERE text_blob_id IS NULL")
    assert await recognise_what_waits(WORKER) == 0


async def test_two_jobs_for_one_scan_keep_its_words_once(
    web: Web, sql: Sql, house: House, work: Work, program: Callable[..., None]
) -> None:
    program()
    await send_chart(await web("clara"), house.north, png())
    await work()
    [document] = await sql("SELECT id FROM document")
    program(TELL)

    await asyncio.gather(*(recognise_text(document["id"]) for _ in range(3)))
    await recognise_text(document["id"])

    assert len(await sql("SELECT FROM blob WHERE kind = 'text' AND state = 'stored'")) == 1
    assert len(await sql("SELECT FROM access_event WHERE action = 'page:recognised'")) == 1


async def test_a_document_on_its_way_out_gets_no_words(
    web: Web, sql: Sql, house: House, work: Work, program: Callable[..., None]
) -> None:
    program()
    await send_chart(await web("clara"), house.north, png())
    await work()
    [page] = await sql("SELECT document_id, image_blob_id FROM document_page")
    await sql("UPDATE blob SET state = 'deleting' WHERE id = $1", page["image_blob_id"])
    program(TELL)

    await recognise_text(page["document_id"])

    assert not await sql("SELECT FROM blob WHERE kind = 'text' AND state = 'stored'")
    assert [row["text_blob_id"] for row in await sql("SELECT text_blob_id FROM document_page")] == [None]
