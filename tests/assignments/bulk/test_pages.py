"""Sending many charts by the pages: the form, the report, its CSVs, and what others see of it."""

import csv
import io
import re
from collections.abc import Awaitable, Callable

import httpx

from assignments.bulk.manifest import NAMES
from tests.assignments.bulk.packing import NOTE, deliver, line, manifest, pack
from tests.assignments.sending import pdf
from tests.cast import Browser, House
from tests.conftest import Sql, Web

Work = Callable[[], Awaitable[None]]


async def _send(browser: Browser, content: bytes, name: str = "Sample batch.zip") -> httpx.Response:
    return await browser.post("/deliveries/new", files=[("delivery", (name, content, "application/zip"))])


def _rows(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))


async def test_send_watch_correct_and_send_again(house: House, web: Web, work: Work, sql: Sql) -> None:
    clara = await web("clara")
    assert "No deliveries yet" in (await clara.get("/deliveries")).text
    sent = await _send(clara, pack([line(1), line(2, born_on="never"), line(3, mrn="")]))
    assert sent.status_code == 303, sent.text
    here = sent.headers["location"]
    shown = (await clara.get(here)).text
    assert "Being taken in" in shown
    assert f'hx-get="{here}/progress?asked=1"' in shown
    assert "Sample batch" not in (await clara.get(f"{here}/progress", headers={"hx-request": "true"})).text
    await work()
    done = await clara.get(f"{here}/progress", headers={"hx-request": "true"})
    assert (done.status_code, done.headers["hx-redirect"]) == (204, here)
    shown = (await clara.get(here)).text
    assert "Sample batch.zip" in shown
    assert shown.index("note-2.txt") < shown.index("note-1.txt"), "refused lines come first"
    assert "Birth date is not a date" in shown
    assert re.search(r'href="/charts/[0-9a-f-]{36}">NOR-1001<', shown)
    assert [row["outcome"] for row in _rows(await clara.get(f"{here}/report.csv"))] == ["taken", "refused", "refused"]

    again = _rows(await clara.get(f"{here}/refused.csv"))
    assert [row["file"] for row in again] == ["note-2.txt", "note-3.txt"]
    assert "Birth date" in again[0]["what was wrong"]
    again[0]["born_on"] = "05/04/1961"
    again[1]["mrn"] = "MRN-3"
    await _send(clara, pack(again))
    await work()
    assert len(await sql("SELECT 1 FROM chart")) == 3
    listed = (await clara.get("/deliveries")).text
    assert "2 of 2" in listed
    assert "1 of 3" in listed


async def test_what_is_no_delivery_is_refused_with_a_sentence(house: House, web: Web, sql: Sql) -> None:
    clara = await web("clara")
    for content, name in ((NOTE, "note.txt"), (b"", "empty.zip")):
        refused = await _send(clara, content, name)
        assert refused.status_code == 422
        assert "Choose a ZIP with a manifest.csv, or a PDF" in refused.text
    nothing = await clara.post("/deliveries/new", files=[("delivery", ("", b"", "application/octet-stream"))])
    assert nothing.status_code == 422
    assert not await sql("SELECT 1 FROM delivery")


async def test_the_form_says_what_a_manifest_holds_and_the_template_fits(
    house: House, web: Web, work: Work, sql: Sql
) -> None:
    clara = await web("clara")
    shown = (await clara.get("/deliveries/new")).text
    assert all(f">{name}<" in shown for name in NAMES)
    [example] = _rows(await clara.get("/deliveries/manifest.csv"))
    assert example["location"] == "North Radiology Main"
    example["service_on"] = line(1)["service_on"]
    await _send(clara, pack([example], {example["file"]: pdf("A visit")[1]}))
    await work()
    assert len(await sql("SELECT 1 FROM chart")) == 1
    assert manifest([example]).startswith(b"file,encounter_number")


async def test_a_report_is_the_clients_alone_and_each_look_is_recorded(
    house: House, web: Web, work: Work, sql: Sql
) -> None:
    delivery_id = await deliver(house.clara, pack([line(1)]))
    await work()
    for path in ("", "/progress", "/report.csv", "/refused.csv"):
        assert (await (await web("stranger")).get(f"/deliveries/{delivery_id}{path}")).status_code == 404
        assert (await (await web("mona")).get(f"/deliveries/{delivery_id}{path}")).status_code == 403
    before = len(await sql("SELECT 1 FROM access_event WHERE action = 'chart:listed'"))
    carl = await web("carl")
    assert (await carl.get(f"/deliveries/{delivery_id}")).status_code == 200
    rows = await sql("SELECT actor_id, patient_id FROM access_event WHERE action = 'chart:listed' ORDER BY id")
    assert len(rows) == before + 1
    assert rows[-1]["actor_id"] == house.carl.person_id
    assert rows[-1]["patient_id"]
    again = await deliver(house.clara, pack([line(2)], {"note-2.txt": NOTE + b"note-1.txt"}))
    await work()
    assert "possible duplicate" in (await carl.get(f"/deliveries/{again}")).text


async def test_many_lines_come_in_pages(house: House, web: Web, work: Work) -> None:
    delivery_id = await deliver(house.clara, pack([line(n, born_on="?") for n in range(130)]))
    await work()
    clara = await web("clara")
    first, second = [(await clara.get(f"/deliveries/{delivery_id}?page={n}")).text for n in (1, 2)]
    assert "note-99.txt" in first
    assert "note-100.txt" not in first
    assert "note-100.txt" in second
    assert 'Page <span class="mono">1</span> of <span class="mono">2</span>' in first
