"""Bookmarks: a page or some words, kept for oneself alone, while one has the chart."""

import pytest

from assignments.bookmarks.keeping import keep_bookmark, open_bookmarks
from assignments.drafting.rules import Pin
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid, NotFound
from portal.ids import new_id
from tests.assignments.desk.test_desk import FRAGMENT
from tests.cast import NOW, House
from tests.conftest import Sql, Web
from tests.factories import NOTE, make_chart, pull_chart


async def test_pages_and_places_are_kept_for_oneself(house: House, web: Web, sql: Sql) -> None:
    chart = await make_chart(sql, house, with_pages=2)
    pulled = await pull_chart(house.cody)
    cody, desk = await web("cody"), f"/desk/charts/{chart.id}"
    first, second = str(chart.page_ids[0]), str(chart.page_ids[1])
    asked = {"fence": str(pulled.fence), "request_id": str(new_id()), "page": second, "words": ""}
    with_words = {**asked, "request_id": str(new_id()), "words": "which lobe? ", "pin_page": first, "pin_start": "3",
                  "pin_end": "9"}  # fmt: skip

    for _ in range(2):  # the same button twice is one bookmark
        assert (await cody.post(f"{desk}/bookmarks", data=asked)).headers["location"] == desk
    shown = (await cody.post(f"{desk}/bookmarks", data=with_words, headers=FRAGMENT)).text
    assert shown.index("#page=1&amp;at=3-9") < shown.index('"#page=2"')
    assert "p1 which lobe?" in (await cody.get(desk)).text
    [kept] = await sql("SELECT * FROM bookmark WHERE words_sealed IS NOT NULL")
    assert b"lobe" not in bytes(kept["words_sealed"])

    nowhere = {"pin_page": first, "pin_start": "0", "pin_end": "99999"}
    for wrong in ({"page": str(new_id())}, {"words": "x" * 301}, nowhere):
        again = {**asked, "request_id": str(new_id()), **wrong}
        answer = await cody.post(f"{desk}/bookmarks", data=again, headers=FRAGMENT)
        assert answer.status_code == 422, wrong
    async with acting_as(house.cora):
        assert await DB.value("SELECT count(*) FROM bookmark") == 0
    for other in (house.cora, house.audrey):
        with pytest.raises((NotFound, Conflict)):
            await open_bookmarks(other, chart_id=chart.id)
    with pytest.raises(Conflict):
        await keep_bookmark(
            house.cody, chart_id=chart.id, fence=pulled.fence + 1, request_id=new_id(), page_id=chart.page_ids[0],
            words="", now=NOW,
        )  # fmt: skip
    with pytest.raises(Invalid):
        await keep_bookmark(
            house.cody, chart_id=chart.id, fence=pulled.fence, request_id=new_id(), page_id=chart.page_ids[0],
            words="", pin=Pin(new_id(), 0, len(NOTE)), now=NOW,
        )  # fmt: skip

    await cody.post(f"{desk}/bookmarks/removed", data={"fence": asked["fence"], "bookmark": asked["request_id"]})
    assert [one.words for one in (await open_bookmarks(house.cody, chart_id=chart.id)).kept] == ["which lobe?"]
