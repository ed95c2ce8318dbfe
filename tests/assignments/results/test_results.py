"""Delivered codes on screen, as CSV, as a summary to print, and by API; nothing before the delivery."""

import csv
import io
from collections.abc import Awaitable, Callable
from uuid import UUID

import pypdfium2

from assignments.coding.submitting import submit_coding
from assignments.reopening import reopen_chart
from assignments.rules import Stage
from portal.database import acting_as
from portal.ids import new_id
from tests.cast import NOW, House, the_app
from tests.conftest import Sql, Web
from tests.factories import MadeChart, code_chart, make_chart, pull_chart, type_lines
from tests.portal.api.calling import caller, make_token

Work = Callable[[], Awaitable[None]]


async def deliver(house: House, sql: Sql, work: Work, count: int = 1, **more: str) -> list[MadeChart]:
    """Charts of North that were coded, are final and delivered."""
    await sql("UPDATE sample_plan SET percent = 0")
    made = []
    for _ in range(count):
        made.append(await make_chart(sql, house, **more))  # type: ignore[arg-type]
        await code_chart(house.cody, diagnoses=["J18.9", "I10"], procedures=["71046 26 AB", "G0463 A"])
    await work()
    return made


async def deliver_again(house: House, work: Work, chart: MadeChart, *entries: str) -> None:
    """A manager has a delivered chart coded again; it is coded with these lines and delivered once more."""
    async with acting_as(house.mona):
        await reopen_chart(house.mona, chart_id=chart.id, now=NOW, why="late document")
    pulled = await pull_chart(house.cody)
    assert pulled.chart_id == chart.id
    await type_lines(house.cody, chart.id, pulled.fence, Stage.CODING, entries)
    await submit_coding(house.cody, chart_id=chart.id, fence=pulled.fence, request_id=new_id(), now=NOW)
    await work()


def words_of(pdf: bytes) -> tuple[str, int]:
    """The text of a PDF, and how many pages it has."""
    document = pypdfium2.PdfDocument(pdf)
    text = "\n".join(page.get_textpage().get_text_range() for page in document)
    return " ".join(text.split()), len(document)


async def test_a_day_and_a_batch_on_screen_as_table_and_to_print(house: House, web: Web, sql: Sql, work: Work) -> None:
    charts = await deliver(house, sql, work, 3, patient_name="=cmd|' /C calc'!A0 <b> Żak")
    clara = await web("clara")
    page = (await clara.get("/results")).text
    assert "3 charts" in page
    assert f"Delivered on {NOW.date()}" in page
    for words in ("NOR-1001", "J18.9", "71046-26", "G0463"):
        assert words in page
    [looks] = await sql("SELECT count(*) AS n FROM access_event WHERE action = 'chart:listed'")
    assert looks["n"] == 3, "one event for each patient"

    [batch] = await sql("SELECT DISTINCT batch_id FROM chart")
    for query in (f"day={NOW.date()}", f"batch={batch['batch_id']}"):
        table = (await clara.get(f"/results.csv?{query}")).text.removeprefix("\ufeff")
        rows = list(csv.DictReader(io.StringIO(table)))
        assert len(rows) == 12, "two diagnoses and two procedures each"
        assert {row["Patient"] for row in rows} == {"'=cmd|' /C calc'!A0 <b> Żak"}, "no cell acts as a formula"
        assert [(row["Code"], row["Diagnoses"], row["Units"]) for row in rows[:4]] == [
            ("J18.9", "A", "1"), ("I10", "B", "1"), ("71046", "AB", "1"), ("G0463", "A", "1"),
        ]  # fmt: skip
        answer = await clara.get(f"/results.pdf?{query}")
        assert answer.headers["cache-control"] == "no-store, private"
        text, pages = words_of(answer.content)
        for words in (
            "Coding summary", "NOR-1003", "Pneumonia, unspecified organism", "Essential (primary) hypertension",
            "71046", "Total 6 6 6", "version 1", "FY2026", "Confidential: patient information of North",
            "Taken by Clara",
            f"Page {pages} of {pages}", "CONFIDENTIAL", "<b> Zak",
        ):  # fmt: skip
            assert words in text, words
    [exports] = await sql("SELECT count(*) AS n FROM access_event WHERE action = 'coding:exported'")
    assert exports["n"] == 12, "two tables and two summaries of three patients"
    one, _ = words_of((await clara.get(f"/charts/{charts[0].id}/codes.pdf")).content)
    assert "NOR-1001" in one
    assert "NOR-1002" not in one


async def test_another_delivery_says_what_changed_since_the_first(house: House, web: Web, sql: Sql, work: Work) -> None:
    [chart] = await deliver(house, sql, work)
    await deliver_again(house, work, chart, "J18.9", "71046 26 A")
    await deliver_again(house, work, chart, "J18.9", "E11.9", "71046 26 A")
    clara = await web("clara")
    text, _ = words_of((await clara.get(f"/charts/{chart.id}/codes.pdf")).content)
    assert "version 3" in text
    assert "Changed since version 1: I10 (ICD-10-CM) is no longer there." in text
    page = (await clara.get(f"/charts/{chart.id}")).text
    assert "E11.9 (ICD-10-CM) is new." in page
    assert "The first." in page, "every delivery is listed"


async def test_nothing_before_the_delivery_and_nothing_of_another_client(
    house: House, web: Web, sql: Sql, work: Work
) -> None:
    coded = await make_chart(sql, house)
    await code_chart(house.cody, diagnoses=["J18.9"])
    clara, stranger = await web("clara"), await web("stranger")
    [batch] = await sql("SELECT batch_id FROM chart")
    assert (await clara.get(f"/charts/{coded.id}/codes.pdf")).status_code == 409
    assert (await clara.get(f"/results.csv?batch={batch['batch_id']}")).status_code == 409
    assert "Nothing delivered" in (await clara.get("/results")).text

    [chart] = await deliver(house, sql, work)
    for path in (f"/charts/{chart.id}/codes.pdf", f"/results.pdf?batch={batch['batch_id']}",
                 f"/results.csv?batch={batch['batch_id']}", f"/results?batch={batch['batch_id']}"):  # fmt: skip
        assert (await stranger.get(path)).status_code == 404, path
    assert (await stranger.get(f"/results.csv?day={NOW.date()}")).status_code == 409, "its own day: nothing"
    assert (await (await web("mona")).get("/results")).status_code == 403, "managers see no patients"


async def test_by_api(house: House, sql: Sql, work: Work) -> None:
    coded = await make_chart(sql, house, state="coded", coder=house.cody)
    own, other = await make_token(house, house.north), await make_token(house, house.south)
    narrow = await make_token(house, house.north, "api:charts")
    [chart] = await deliver(house, sql, work)
    app = the_app()
    place = f"/api/v1/charts/{chart.id}/results"
    async with caller(app, own.secret) as north, caller(app, other.secret) as south, caller(app, narrow.secret) as few:
        told = (await north.get(place)).json()
        assert (told["number"], told["version"], told["reopened"], told["changes"]) == (chart.number, 1, False, [])
        assert [(line["code"], line["modifiers"], line["diagnoses"]) for line in told["lines"]] == [
            ("J18.9", [], "A"), ("I10", [], "B"), ("71046", ["26"], "AB"), ("G0463", [], "A"),
        ]  # fmt: skip
        assert [line["title"] for line in told["lines"] if line["system"] == "CPT"] == [""]
        assert (await south.get(place)).status_code == 404
        assert (await few.get(place)).status_code == 403
        assert (await north.get(f"/api/v1/charts/{UUID(int=1)}/results")).status_code == 404
        assert (await north.get(f"/api/v1/charts/{coded.id}/results")).status_code == 409
