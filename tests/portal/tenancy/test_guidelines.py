"""A client's coding guidelines: versions, who writes them, and where coders see them."""

import pytest

from portal.errors import NotFound
from portal.tenancy.guidelines import write_guideline
from tests.cast import NOW, House
from tests.conftest import Sql, Web
from tests.factories import make_chart


async def _write(house: House, body: str) -> int:
    line_id = house.north.lines["radiology"]
    return await write_guideline(house.mona, client_id=house.north.id, service_line_id=line_id, body=body, now=NOW)


async def test_a_change_is_another_version_and_the_same_words_are_none(house: House, sql: Sql) -> None:
    assert await _write(house, "Bill globally.\n\n  Code incidental findings of the impression. ") == 1
    assert await _write(house, "Bill globally.\nCode incidental findings of the impression.") == 1
    assert await _write(house, "Bill the professional component.") == 2

    rows = await sql("SELECT version, body FROM guideline ORDER BY version")
    assert [row["body"] for row in rows] == [
        "Bill globally.\nCode incidental findings of the impression.",
        "Bill the professional component.",
    ]
    events = await sql("SELECT actor_id FROM access_event WHERE action = 'client:changed'")
    assert [row["actor_id"] for row in events] == [house.mona.person_id] * 2


async def test_a_service_line_of_another_client_is_not_found(house: House) -> None:
    with pytest.raises(NotFound):
        await write_guideline(
            house.mona, client_id=house.south.id, service_line_id=house.north.lines["radiology"], body="x", now=NOW
        )


async def test_a_manager_writes_on_the_clients_page_and_the_coder_reads_beside_the_chart(
    house: House, web: Web, sql: Sql
) -> None:
    mona, cody = await web("mona"), await web("cody")
    place = f"/clients/{house.north.id}"
    way = f"{place}/service-lines/{house.north.lines['radiology']}/guideline"
    answer = await mona.post(way, data={"guideline": "Count <contrast> in millilitres."})
    assert answer.status_code == 303
    assert "Count &lt;contrast&gt; in millilitres." in (await mona.get(place)).text

    chart = await make_chart(sql, house)
    await cody.post("/desk/next", data={"request_id": "00000000-0000-4000-8000-000000000001"})
    desk = (await cody.get(f"/desk/charts/{chart.id}")).text
    assert "Count &lt;contrast&gt; in millilitres." in desk
    assert "version 1" in desk


async def test_only_managers_write(house: House, web: Web) -> None:
    way = f"/clients/{house.north.id}/service-lines/{house.north.lines['radiology']}/guideline"
    for name in ("cody", "clara", "connie"):
        assert (await (await web(name)).post(way, data={"guideline": "x"})).status_code == 403
