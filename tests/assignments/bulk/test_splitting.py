"""A PDF of many patients: marked on screen, by a colleague too, and cut into charts by the worker."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

import httpx
import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assignments.bulk.page_ranges import PageRange, read_ranges, toggle_beginning, write_ranges
from portal.database import acting_as
from portal.errors import Invalid
from storage.blobs import find_blob, read_whole_blob
from tests.assignments.bulk.packing import deliver
from tests.assignments.sending import SERVED_ON, pdf
from tests.cast import Browser, House
from tests.conftest import Sql, Web

Work = Callable[[], Awaitable[None]]


def _facts(first: int, number: int, **changes: str) -> dict[str, str]:
    facts = {
        "here": "1", "encounter_number": f"ENC-{number}", "service_line": "Radiology",
        "location": "North Radiology Main", "service_on": SERVED_ON.isoformat(), "provider": "Ida Renner, MD",
        "patient_name": f"Testperson, Number {number}", "mrn": f"MRN-{number}", "born_on": "1961-05-04",
    }  # fmt: skip
    return {f"{first}.{name}": value for name, value in {**facts, **changes}.items()}


async def _split(browser: Browser, delivery_id: UUID, op: str, *facts: dict[str, str], **fields: Any) -> httpx.Response:
    shown = (await browser.get(f"/deliveries/{delivery_id}/split")).text
    seen = shown.partition('name="seen" value="')[2].partition('"')[0]
    data = {"op": op, "seen": seen, **fields}
    for one in facts:
        data |= one
    return await browser.post(f"/deliveries/{delivery_id}/split", data=data)


async def _texts(house: House, sql: Sql) -> list[list[str]]:
    """What each page of each chart's documents says, chart by chart."""
    found = []
    rows = await sql(
        "SELECT d.original_blob_id FROM document d JOIN chart c ON c.id = d.chart_id ORDER BY c.number, d.position"
    )
    for row in rows:
        async with acting_as(house.clara):
            blob = await find_blob(row["original_blob_id"])
        document = pypdfium2.PdfDocument(await read_whole_blob(blob))
        found.append([document[n].get_textpage().get_text_bounded().strip() for n in range(len(document))])
        document.close()
    return found


async def test_marked_by_one_finished_by_a_colleague(house: House, web: Web, work: Work, sql: Sql) -> None:
    pages = ["cover", "Ann 1", "Ann 2", "Bo 1", "Ann 3", "Cy 1"]
    delivery_id = await deliver(house.clara, pdf(*pages)[1], kind="pdf")
    clara, carl = await web("clara"), await web("carl")
    await work()
    assert "waits to be split" in (await clara.get(f"/deliveries/{delivery_id}")).text
    for page in (2, 4, 5):
        assert (await _split(clara, delivery_id, f"begin {page}")).status_code == 303
    await _split(clara, delivery_id, "save", _facts(2, 1))
    # Somebody else goes on: what was typed is there, and the last mark is set by typing ranges.
    shown = (await carl.get(f"/deliveries/{delivery_id}/split")).text
    assert "Testperson, Number 1" in shown
    answer = await _split(carl, delivery_id, "ranges", ranges="2-3, 4, 5, 6", left_out="1")
    assert answer.status_code == 303, answer.text
    filled = [_facts(2, 1), _facts(4, 2), _facts(5, 1), _facts(6, 3)]
    assert (await _split(carl, delivery_id, "send", *filled)).status_code == 303
    await work()
    assert await _texts(house, sql) == [["Ann 1", "Ann 2"], ["Ann 3"], ["Bo 1"], ["Cy 1"]]
    assert [row["count"] for row in await sql(
        "SELECT count(d.id) FROM chart c JOIN document d ON d.chart_id = c.id GROUP BY c.id, c.number ORDER BY c.number"
    )] == [2, 1, 1]  # fmt: skip
    assert {row["state"] for row in await sql("SELECT state FROM document")} == {"ready"}
    report = (await clara.get(f"/deliveries/{delivery_id}")).text
    assert "left out" in report
    assert "Nothing was refused" in report
    assert (await carl.get(f"/deliveries/{delivery_id}/split")).status_code == 409


async def test_nothing_is_sent_before_every_field_and_page_is_right(
    house: House, web: Web, work: Work, sql: Sql
) -> None:
    delivery_id = await deliver(house.clara, pdf("a", "b", "c")[1], kind="pdf")
    await work()
    clara = await web("clara")
    refused = await _split(clara, delivery_id, "send", _facts(1, 1, mrn="", service_on=""))
    assert refused.status_code == 422
    assert "MRN is missing" in refused.text
    assert "Testperson, Number 1" in (await clara.get(f"/deliveries/{delivery_id}/split")).text, "kept all the same"
    for ranges, left_out, said in (
        ("1-2", "", "Page 3 stands in no range"), ("1-2, 2-3", "", "two ranges"), ("1-9", "", "pages 1 to 3"),
        ("a", "", "no ranges of pages"), ("2-3", "", "Page 1 stands in no range"),
    ):  # fmt: skip
        refused = await _split(clara, delivery_id, "ranges", ranges=ranges, left_out=left_out)
        assert refused.status_code == 422
        assert said in refused.text
        assert f'value="{ranges}"' in refused.text
    await _split(clara, delivery_id, "ranges", ranges="1, 2-3", left_out="")
    clash = await _split(clara, delivery_id, "send", _facts(1, 1), _facts(2, 1, mrn="other"))
    assert "Other pages have this encounter" in clash.text
    nothing = await _split(clara, delivery_id, "send", _facts(1, 1, leave="1"), _facts(2, 2, leave="1"))
    assert "nothing to send" in nothing.text
    assert not await sql("SELECT 1 FROM delivery_line WHERE state NOT IN ('draft', 'left_out')")


async def test_an_old_page_overwrites_nothing(house: House, web: Web, work: Work, sql: Sql) -> None:
    delivery_id = await deliver(house.clara, pdf("a", "b")[1], kind="pdf")
    await work()
    clara, carl = await web("clara"), await web("carl")
    await _split(carl, delivery_id, "begin 2")
    old = await clara.post(f"/deliveries/{delivery_id}/split", data={"op": "save", "seen": "1"} | _facts(1, 7))
    assert old.status_code == 409
    assert "A colleague has marked" in old.text
    assert len(await sql("SELECT 1 FROM delivery_line")) == 2


async def test_the_pages_are_the_clients_alone(house: House, web: Web, work: Work, sql: Sql) -> None:
    delivery_id = await deliver(house.clara, pdf("a")[1], kind="pdf")
    await work()
    [row] = await sql("SELECT id, width FROM delivery_page")
    picture = await (await web("clara")).get(f"/deliveries/pages/{row['id']}/image")
    assert picture.content.startswith(b"\xff\xd8\xff")
    assert 500 <= row["width"] <= 700, "smaller than a page of a chart, but its headings can be read"
    for path in (f"/deliveries/pages/{row['id']}/image", f"/deliveries/{delivery_id}/split"):
        assert (await (await web("stranger")).get(path)).status_code == 404
        assert (await (await web("cody")).get(path)).status_code == 403


async def test_a_pdf_that_cannot_be_opened_is_refused(house: House, work: Work, sql: Sql) -> None:
    delivery_id = await deliver(house.clara, pdf("a", password="locked")[1], kind="pdf")
    await work()
    [row] = await sql("SELECT state, refusal FROM delivery WHERE id = $1", delivery_id)
    assert row["state"] == "refused"
    assert "protected with a password" in row["refusal"]


def _covered(ranges: Sequence[PageRange]) -> list[int]:
    return [page for one in ranges for page in range(one.first, one.last + 1)]


@given(pages=st.integers(1, 40), marks=st.lists(st.integers(1, 45), max_size=30))
def test_marks_keep_every_page_in_one_range(pages: int, marks: list[int]) -> None:
    ranges = [PageRange(1, pages)]
    for mark in marks:
        ranges = toggle_beginning(ranges, mark)
        assert _covered(ranges) == list(range(1, pages + 1))
    written = write_ranges(ranges, left_out=False), write_ranges(ranges, left_out=True)
    assert read_ranges(*written, pages=pages) == ranges
    beginnings = {mark for mark in marks if 1 < mark <= pages and marks.count(mark) % 2}
    assert {one.first for one in ranges} == beginnings | {1}
    assert all(one.words.startswith("pages ") == (one.first < one.last) for one in ranges)


@given(words=st.text(alphabet="0123456789-, ab", max_size=30), pages=st.integers(1, 30))
def test_whatever_is_typed_covers_every_page_once_or_is_refused(words: str, pages: int) -> None:
    try:
        ranges = read_ranges(words, "", pages=pages)
    except Invalid:
        return
    assert _covered(ranges) == list(range(1, pages + 1))


def test_ranges_that_are_refused_say_why() -> None:
    with pytest.raises(Invalid, match="Pages 2-3 stand in no range"):
        read_ranges("1, 4", "", pages=4)
