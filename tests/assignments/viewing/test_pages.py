"""Looking at one page: who may, what is recorded first, and what is drawn over it."""

import io
import json

import pytest
from PIL import Image, ImageChops

from assignments.viewing.watermarks import THUMBNAIL_WIDTH, Mark, mark_image
from portal.ids import new_id
from tests.cast import NOW, House
from tests.conftest import Sql, Web
from tests.factories import code_chart, draw_page, lay_words, make_chart, pull_chart


def test_the_mark_is_seen_and_the_page_stays_legible() -> None:
    page = draw_page("Radiology report")
    event_id = new_id()

    marked = Image.open(io.BytesIO(mark_image(page, Mark("Cody", NOW, event_id))))
    plain = Image.open(io.BytesIO(page))

    assert marked.size == plain.size
    changed = ImageChops.difference(marked.convert("L"), plain.convert("L")).crop((0, 0, 935, 1190))
    assert changed.getbbox() is not None
    assert sum(changed.point(lambda value: 255 * (value > 100)).histogram()[255:]) == 0  # nothing is blotted out
    assert Mark("Cody", NOW, event_id).text == f"Cody · 2026-09-14 14:30 UTC · {event_id.hex[-12:]}"


async def test_a_page_is_shown_to_its_holder_after_the_event_is_written(house: House, sql: Sql, web: Web) -> None:
    chart = await make_chart(sql, house, with_pages=1)
    await pull_chart(house.cody)
    cody = await web("cody")

    answer = await cody.get(f"/pages/{chart.page_ids[1]}/image")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/jpeg"
    assert "no-store" in answer.headers["cache-control"]
    assert Image.open(io.BytesIO(answer.content)).size == (935, 1210)
    [logged] = await sql("SELECT object_id, patient_id, actor_id FROM access_event WHERE action = 'page:viewed'")
    assert tuple(logged) == (chart.page_ids[1], chart.patient_id, house.cody.person_id)


async def test_the_words_of_a_text_page_are_text(house: House, sql: Sql, web: Web) -> None:
    chart = await make_chart(sql, house, text="IMPRESSION\nClear <lungs> & no effusion.\n")
    await pull_chart(house.cody)
    cody = await web("cody")

    answer = await cody.get(f"/pages/{chart.page_ids[0]}/text")

    assert "Clear &lt;lungs&gt; &amp; no effusion." in answer.text
    [logged] = await sql("SELECT id FROM access_event WHERE action = 'page:viewed'")
    assert logged["id"].hex[-12:] in answer.text
    assert (await cody.get(f"/pages/{chart.page_ids[0]}/image")).status_code == 200


async def test_the_words_of_a_page_come_with_their_places(house: House, sql: Sql, web: Web) -> None:
    chart = await make_chart(sql, house, with_pages=1, with_words=True)
    await pull_chart(house.cody)
    cody = await web("cody")

    answer = await cody.get(f"/pages/{chart.page_ids[1]}/layer")
    plain = await cody.get(f"/pages/{chart.page_ids[0]}/layer")

    assert answer.json() == {"text": lay_words("Page 1").text, "words": _words("Page 1")}
    assert "no-store" in answer.headers["cache-control"]
    assert plain.json()["words"] == []  # sealed before places were kept
    assert "Pneumonia, organism not found." in plain.json()["text"]
    looks = await sql("SELECT object_id FROM access_event WHERE action = 'page:viewed' ORDER BY id")
    assert [look["object_id"] for look in looks] == [chart.page_ids[1], chart.page_ids[0]]


async def test_a_thumbnail_is_too_small_to_read_and_a_look_like_any_other(house: House, sql: Sql, web: Web) -> None:
    chart = await make_chart(sql, house, with_pages=1)
    await pull_chart(house.cody)

    answer = await (await web("cody")).get(f"/pages/{chart.page_ids[1]}/thumbnail")

    small = Image.open(io.BytesIO(answer.content))
    assert small.width == THUMBNAIL_WIDTH
    assert "no-store" in answer.headers["cache-control"]
    [look] = await sql("SELECT canonical FROM access_event WHERE action = 'page:viewed'")
    assert json.loads(look["canonical"])["object"]["as"] == "thumbnail"


@pytest.mark.parametrize(
    ("name", "status"),
    [("clara", 200), ("stranger", 404), ("cora", 404), ("audrey", 404), ("mona", 403), ("connie", 403), (None, 303)],
)
async def test_who_may_look(house: House, sql: Sql, web: Web, name: str | None, status: int) -> None:
    chart = await make_chart(sql, house, with_pages=1)
    await pull_chart(house.cody)
    browser = await web(name)

    text, picture = chart.page_ids
    for page_id, kind in ((text, "text"), (text, "layer"), (picture, "image"), (picture, "thumbnail")):
        assert (await browser.get(f"/pages/{page_id}/{kind}")).status_code == status

    looks = await sql("SELECT outcome FROM access_event WHERE action = 'page:viewed'")
    assert len(looks) == (4 if status == 200 else 0)


@pytest.mark.parametrize(("name", "status"), [("cody", 403), ("audrey", 403), ("mona", 403), ("stranger", 404)])
async def test_nobody_but_the_client_has_a_way_to_the_original(
    house: House, sql: Sql, web: Web, name: str, status: int
) -> None:
    chart = await make_chart(sql, house)
    await pull_chart(house.cody)
    [document] = await sql("SELECT id FROM document WHERE chart_id = $1", chart.id)
    path = f"/documents/{document['id']}/original"

    assert (await (await web(name)).get(path)).status_code == status
    assert (await sql("SELECT count(*) FROM access_event WHERE action = 'document:downloaded'"))[0][0] == 0

    original = await (await web("clara")).get(path)
    assert original.status_code == 200
    assert original.headers["content-disposition"].startswith("attachment; filename=")
    assert original.headers["cache-control"] == "no-store"
    assert original.headers["x-content-type-options"] == "nosniff"
    [event] = await sql("SELECT actor_id, object_id FROM access_event WHERE action = 'document:downloaded'")
    assert tuple(event) == (house.clara.person_id, document["id"])


async def test_the_coder_of_record_may_look_again_and_a_coder_who_gave_it_back_may_not(
    house: House, sql: Sql, web: Web
) -> None:
    chart = await make_chart(sql, house, with_pages=1)
    await code_chart(house.cody)
    other = await make_chart(sql, house, with_pages=1)
    await pull_chart(house.cora)
    await sql("DELETE FROM assignment")

    assert (await (await web("cody")).get(f"/pages/{chart.page_ids[1]}/image")).status_code == 200
    assert (await (await web("cora")).get(f"/pages/{other.page_ids[1]}/image")).status_code == 404


async def test_there_is_no_page_of_that_id(house: House, web: Web) -> None:
    assert (await (await web("cody")).get(f"/pages/{new_id()}/image")).status_code == 404


def _words(title: str) -> list[list[int]]:
    return [[word.start, word.end, word.left, word.top, word.right, word.bottom] for word in lay_words(title).words]
