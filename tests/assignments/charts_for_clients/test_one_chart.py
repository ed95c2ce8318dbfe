"""One chart of a client: its page, its originals, its codes after delivery."""

import csv
import io
from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

import pytest

from assignments.charts_for_clients.originals import attachment
from tests.assignments.sending import pdf, send_chart
from tests.cast import Browser, House
from tests.conftest import Sql, Web
from tests.factories import code_chart, make_chart

Work = Callable[[], Awaitable[None]]


async def only_chart(sql: Sql) -> UUID:
    """The one chart there is."""
    (chart,) = await sql("SELECT id FROM chart")
    return UUID(bytes=chart["id"].bytes)


async def test_the_page_tells_what_was_sent_and_what_happened(web: Web, sql: Sql, house: House, work: Work) -> None:
    clara = await web("clara")
    await send_chart(clara, house.north, pdf("one", "two"), pdf(name="locked.pdf", password="x"), payer="Acme Mutual")
    await work()
    chart = await only_chart(sql)

    page = (await clara.get(f"/charts/{chart}")).text

    for words in (
        "NOR-1001",
        "ACC-1",
        "Testperson, Wilhelmina",
        "MRN-77",
        "1961-05-04",
        "North Radiology Main",
        "Ida Renner, MD",
        "Acme Mutual",
        "note.pdf",
        "locked.pdf",
        "protected with a password",
        "Documents received",
        "Clara",
        "Documents checked, in line for coding",
        "automatic",
        "The codes stand here once the chart is delivered.",
    ):
        assert words in page
    (look,) = await sql("SELECT * FROM access_event WHERE action = 'chart:opened' AND object_type = 'chart'")
    assert (look["object_id"], look["actor_id"], look["patient_id"] is not None) == (chart, house.clara.person_id, True)


async def test_another_clients_chart_and_document_look_like_none(web: Web, sql: Sql, house: House) -> None:
    await send_chart(await web("clara"), house.north)
    stranger = await web("stranger")
    (document,) = await sql("SELECT id FROM document")

    for path, foreign in (
        ("/charts/{}", await only_chart(sql)), ("/charts/{}/codes.csv", await only_chart(sql)),
        ("/documents/{}/original", document["id"]),
    ):  # fmt: skip
        theirs, missing = await stranger.get(path.format(foreign)), await stranger.get(path.format(uuid4()))
        assert theirs.status_code == missing.status_code == 404
        assert theirs.text == missing.text
        assert dict(theirs.headers) == dict(missing.headers)
    assert not await sql(
        "SELECT FROM access_event WHERE outcome = 'success' AND actor_id = $1", house.stranger.person_id
    )


async def test_the_original_comes_back_as_it_was_sent(web: Web, sql: Sql, house: House) -> None:
    clara = await web("clara")
    sent = pdf("page", name='Röntgen "final".pdf')
    await send_chart(clara, house.north, sent)
    (document,) = await sql("SELECT id FROM document")

    answer = await clara.get(f"/documents/{document['id']}/original")

    assert answer.content == sent[1]
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-length"] == str(len(sent[1]))
    assert answer.headers["content-disposition"] == (
        "attachment; filename=\"R_ntgen _final_.pdf\"; filename*=UTF-8''R%C3%B6ntgen%20%22final%22.pdf"
    )
    (event,) = await sql("SELECT object_id, patient_id FROM access_event WHERE action = 'document:downloaded'")
    assert event["object_id"] == document["id"]
    assert event["patient_id"] is not None


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("note.pdf", "attachment; filename=\"note.pdf\"; filename*=UTF-8''note.pdf"),
        ("../a\\b.pdf", "attachment; filename=\".._a_b.pdf\"; filename*=UTF-8''.._a_b.pdf"),
        ("a\r\nX: y.txt", "attachment; filename=\"a__X_ y.txt\"; filename*=UTF-8''a__X%3A%20y.txt"),
        ("", "attachment; filename=\"document\"; filename*=UTF-8''document"),
    ],
)
def test_a_download_name_never_breaks_its_header(name: str, header: str) -> None:
    assert attachment(name) == header


async def delivered(clara: Browser, sql: Sql, house: House, work: Work) -> UUID:
    """A chart of North that was coded, is final and delivered."""
    made = await make_chart(sql, house)
    await sql("UPDATE sample_plan SET percent = 0")
    await code_chart(house.cody, diagnoses=["J18.9", "I10"], procedures=["71046 26 AB"])
    await work()
    return made.id


async def test_codes_show_after_delivery_and_not_before(web: Web, sql: Sql, house: House, work: Work) -> None:
    clara = await web("clara")
    made = await make_chart(sql, house)
    await sql("UPDATE sample_plan SET percent = 0")
    await code_chart(house.cody, diagnoses=["J18.9", "I10"], procedures=["71046 26 AB"])

    before = await clara.get(f"/charts/{made.id}")
    assert "J18.9" not in before.text
    assert (await clara.get(f"/charts/{made.id}/codes.csv")).status_code == 409

    await work()

    (chart,) = await sql("SELECT state, final_at, delivered_at FROM chart WHERE id = $1", made.id)
    assert chart["state"] == "delivered"
    assert chart["delivered_at"] is not None
    page = (await clara.get(f"/charts/{made.id}")).text
    assert "Pneumonia, unspecified organism" in page
    assert "71046" in page
    assert "coding team" in page
    assert "Cody" not in page


async def test_the_codes_file_holds_every_line_and_is_recorded(web: Web, sql: Sql, house: House, work: Work) -> None:
    clara = await web("clara")
    chart = await delivered(clara, sql, house, work)

    answer = await clara.get(f"/charts/{chart}/codes.csv")

    header, *rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    lines = [dict(zip(header, row, strict=True)) for row in rows]
    assert [(line["Kind"], line["Code"], line["Diagnoses"]) for line in lines] == [
        ("diagnosis", "J18.9", "A"), ("diagnosis", "I10", "B"), ("procedure", "71046", "AB"),
    ]  # fmt: skip
    assert lines[0]["Title"] == "Pneumonia, unspecified organism"
    assert (lines[2]["Modifiers"], lines[2]["Units"], lines[2]["Title"]) == ("26", "1", "")
    assert len(await sql("SELECT FROM access_event WHERE action = 'coding:exported' AND object_id = $1", chart)) == 1


async def test_a_chart_is_delivered_once(web: Web, sql: Sql, house: House, work: Work) -> None:
    clara = await web("clara")
    chart = await delivered(clara, sql, house, work)
    await sql("UPDATE pgqueuer SET status = 'queued'")
    await work()

    assert len(await sql("SELECT FROM chart_event WHERE kind = 'delivered' AND chart_id = $1", chart)) == 1
