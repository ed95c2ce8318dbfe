"""The coder's desk through the web, mostly as a browser without JavaScript would use it."""

import html
import re
from uuid import UUID

import httpx
import pytest

from portal.ids import new_id
from tests.cast import NOW, Browser, House
from tests.conftest import Sql, Web
from tests.factories import MadeChart, code_chart, make_chart, pull_chart

FRAGMENT = {"hx-request": "true"}


def state_of(page: str) -> dict[str, str]:
    """The hidden fields of the line editor."""
    names = "fence|revision|request_id|next_request_id"
    return dict(re.findall(rf'name="({names})" form="lines-form" value="([^"]*)"', page))


def codes(page: str) -> list[str]:
    return re.findall(r'<td class="code">([^<]+)</td>', page)


async def open_desk(cody: Browser, chart: MadeChart) -> str:
    answer = await cody.get(f"/desk/charts/{chart.id}")
    assert answer.status_code == 200, answer.text
    return answer.text


async def do(cody: Browser, chart: MadeChart, op: str, *, plain: bool = True, **fields: str) -> httpx.Response:
    """One operation with the state of a freshly opened desk."""
    state = state_of(await open_desk(cody, chart))
    headers = {} if plain else FRAGMENT
    return await cody.post(f"/desk/charts/{chart.id}/lines", data={**state, "op": op, **fields}, headers=headers)


async def test_from_the_start_page_to_the_chart(house: House, sql: Sql, web: Web) -> None:
    chart = await make_chart(sql, house, with_pages=2, is_stat=True)
    cody = await web("cody")
    home = await cody.get("/desk")
    [request_id] = re.findall(r'name="request_id" value="([^"]+)"', home.text)

    pulled = await cody.post("/desk/next", data={"request_id": request_id})
    again = await cody.post("/desk/next", data={"request_id": request_id})

    assert pulled.status_code == again.status_code == 303
    assert pulled.headers["location"] == again.headers["location"] == f"/desk/charts/{chart.id}"
    desk = await open_desk(cody, chart)
    for fact in (chart.number, "North Radiology", "Dr. A. Provider", "Medicare", "2026-09-10", "STAT", "FY2026"):
        assert fact in desk
    [words] = set(re.findall(r"/pages/[0-9a-f-]{36}/text", desk))
    assert "Cough and fever for three days." in (await cody.get(words)).text
    assert desk.count('/image"') == 3
    assert "Pat Ient" not in desk
    assert "Go on with" in (await cody.get("/desk")).text


async def test_opening_is_in_the_access_log(house: House, sql: Sql, web: Web) -> None:
    chart = await make_chart(sql, house)
    await pull_chart(house.cody)
    await open_desk(await web("cody"), chart)

    [logged] = await sql("SELECT patient_id FROM access_event WHERE action = 'chart:opened'")
    assert logged["patient_id"] == chart.patient_id


async def test_lines_are_typed_changed_and_submitted_without_javascript(house: House, sql: Sql, web: Web) -> None:
    chart = await make_chart(sql, house)
    following = await make_chart(sql, house, promise_hours=48)
    await pull_chart(house.cody)
    cody = await web("cody")

    for entry in ("J18.9", "i10", "71046-26 AB"):
        assert (await do(cody, chart, "add", entry=entry)).status_code == 303
    assert (await do(cody, chart, "up d2 I10")).status_code == 303
    assert (await do(cody, chart, "save", m1="tc", u1="2", p1="BA")).status_code == 303
    desk = await open_desk(cody, chart)
    assert codes(desk) == ["I10", "J18.9", "71046"]
    assert [re.search(rf'id="{name}1"[^>]* value="([^"]*)"', desk)[1] for name in "mup"] == ["TC", "2", "BA"]  # type: ignore[index]
    assert (await do(cody, chart, "undo")).status_code == 303

    submitted = await cody.post(f"/desk/charts/{chart.id}/submit", data=state_of(await open_desk(cody, chart)))

    assert submitted.headers["location"] == f"/desk/charts/{following.id}"
    assert f"{chart.number} is submitted." in await open_desk(cody, following)
    [row] = await sql("SELECT modifiers, units, pointers FROM code_line WHERE kind = 'procedure'")
    assert tuple(row) == (["26"], 1, [2, 1])
    assert (await cody.get(f"/desk/charts/{chart.id}")).status_code == 409


async def test_words_give_a_list_to_choose_from(house: House, sql: Sql, web: Web) -> None:
    chart = await make_chart(sql, house)
    await pull_chart(house.cody)
    cody = await web("cody")

    refused = await do(cody, chart, "add", entry="chest pain")
    taken = await do(cody, chart, "take R07.9", entry="chest pain")

    assert refused.status_code == 422
    assert "is not a code. Choose from the list" in html.unescape(refused.text)
    assert 'value="take R07.9"' in refused.text
    assert 'value="chest pain"' in refused.text
    assert taken.status_code == 303
    assert codes(await open_desk(cody, chart)) == ["R07.9"]


async def test_a_code_is_replaced_in_two_steps(house: House, sql: Sql, web: Web) -> None:
    chart = await make_chart(sql, house)
    await pull_chart(house.cody)
    cody = await web("cody")
    await do(cody, chart, "add", entry="E11.9")

    editing = await do(cody, chart, "edit d1 E11.9")
    assert 'value="d1 E11.9" data-replaces' in editing.text
    await do(cody, chart, "add", entry="E11.22", replaces="d1 E11.9")

    assert codes(await open_desk(cody, chart)) == ["E11.22"]


async def test_a_fragment_has_the_lines_their_checks_and_what_was_done(house: House, sql: Sql, web: Web) -> None:
    chart = await make_chart(sql, house)
    await pull_chart(house.cody)
    cody = await web("cody")
    await do(cody, chart, "add", entry="I10")

    answer = await do(cody, chart, "add", plain=False, entry="I10")

    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert codes(answer.text) == ["I10", "I10"]
    assert "I10 is there already, as A." in answer.text
    assert 'id="said" hx-swap-oob="innerHTML">Added B: I10' in answer.text


async def test_a_field_that_cannot_be_read_stays_as_typed_with_its_reason(house: House, sql: Sql, web: Web) -> None:
    chart = await make_chart(sql, house)
    await pull_chart(house.cody)
    cody = await web("cody")
    for entry in ("I10", "99213 A"):
        await do(cody, chart, "add", entry=entry)

    answer = await do(cody, chart, "save", plain=False, m1="255", u1="1", p1="A")

    assert answer.status_code == 422
    assert 'value="255"' in answer.text
    assert "A modifier has 2 letters or digits" in answer.text


async def test_an_old_tab_gets_the_lines_as_they_are_and_keeps_what_was_typed(house: House, sql: Sql, web: Web) -> None:
    chart = await make_chart(sql, house)
    await pull_chart(house.cody)
    cody = await web("cody")
    old = state_of(await open_desk(cody, chart))
    await do(cody, chart, "add", entry="J18.9")

    for headers in (FRAGMENT, {}):
        answer = await cody.post(
            f"/desk/charts/{chart.id}/lines", data={**old, "op": "add", "entry": "I10"}, headers=headers
        )
        assert answer.status_code == 409
        assert codes(answer.text) == ["J18.9"]
        assert "changed in another tab" in answer.text
    assert 'id="entry" name="entry" form="lines-form" class="mono" type="text" value="I10"' in answer.text


async def test_errors_and_unfinished_typing_block_the_submission(house: House, sql: Sql, web: Web) -> None:
    chart = await make_chart(sql, house)
    await pull_chart(house.cody)
    cody = await web("cody")
    await do(cody, chart, "add", entry="I10")
    state = state_of(await open_desk(cody, chart))

    unfinished = await cody.post(f"/desk/charts/{chart.id}/submit", data={**state, "entry": "J18"})
    await do(cody, chart, "add", entry="I10")
    state = state_of(await open_desk(cody, chart))
    wrong = await cody.post(f"/desk/charts/{chart.id}/submit", data=state)

    assert unfinished.status_code == wrong.status_code == 422
    assert "“J18” is typed, but not added." in unfinished.text
    assert "Not submitted. I10 is there already, as A. Remove one of them." in wrong.text
    assert await sql("SELECT 1 FROM coding") == []


async def test_a_second_click_on_submit_lands_on_the_same_next_chart(house: House, sql: Sql, web: Web) -> None:
    chart = await make_chart(sql, house)
    following = await make_chart(sql, house, promise_hours=48)
    await pull_chart(house.cody)
    cody = await web("cody")
    for entry in ("I10", "99213 A"):
        await do(cody, chart, "add", entry=entry)
    state = state_of(await open_desk(cody, chart))

    answers = [await cody.post(f"/desk/charts/{chart.id}/submit", data=state) for _ in range(2)]

    assert {answer.headers["location"] for answer in answers} == {f"/desk/charts/{following.id}"}
    assert len(await sql("SELECT 1 FROM coding")) == 1


async def test_the_last_chart_leads_to_an_explained_empty_desk(house: House, sql: Sql, web: Web) -> None:
    chart = await make_chart(sql, house)
    await pull_chart(house.cody)
    cody = await web("cody")
    for entry in ("I10", "99213 A"):
        await do(cody, chart, "add", entry=entry)

    submitted = await cody.post(f"/desk/charts/{chart.id}/submit", data=state_of(await open_desk(cody, chart)))
    home = await cody.get(submitted.headers["location"])

    assert "Nothing waits in your specialties at your clients right now." in home.text
    assert "You are in line for emergency, radiology at North Radiology, South Emergency." in home.text
    assert f"{chart.number} is submitted." in home.text
    assert re.search(r'Submitted today</span>\s*<span class="stat-value">1<', home.text)


async def test_giving_back_by_the_page_without_javascript(house: House, sql: Sql, web: Web) -> None:
    chart = await make_chart(sql, house)
    await pull_chart(house.cody)
    cody = await web("cody")
    form = await cody.get(f"/desk/charts/{chart.id}/release")
    assert "It is not my specialty" in form.text

    without = await cody.post(f"/desk/charts/{chart.id}/release", data={"fence": "1"})
    released = await cody.post(f"/desk/charts/{chart.id}/release", data={"fence": "1", "reason": "stopping"})

    assert without.status_code == 422
    assert released.headers["location"] == "/desk"
    assert "back in line" in (await cody.get("/desk")).text
    [row] = await sql("SELECT state FROM chart")
    assert row["state"] == "ready"


async def test_the_heartbeat_keeps_the_chart_and_tells_when_it_is_lost(house: House, sql: Sql, web: Web) -> None:
    chart = await make_chart(sql, house)
    await pull_chart(house.cody)
    cody = await web("cody")
    beat = {"fence": "1", "page": "2"}

    kept = await cody.post(f"/desk/charts/{chart.id}/keep", data=beat, headers=FRAGMENT)
    await sql("DELETE FROM assignment")
    lost = await cody.post(f"/desk/charts/{chart.id}/keep", data=beat, headers=FRAGMENT)

    assert "lease 30 min" in kept.text
    assert lost.status_code == 409
    assert "You no longer hold this chart" in lost.text


@pytest.mark.parametrize("path", ["", "/release"])
async def test_other_coders_find_nothing_there(house: House, sql: Sql, web: Web, path: str) -> None:
    chart = await make_chart(sql, house)
    await pull_chart(house.cody)

    for name in ("cora", "outsider"):
        assert (await (await web(name)).get(f"/desk/charts/{chart.id}{path}")).status_code == 404


@pytest.mark.parametrize("name", ["clara", "stranger", "audrey", "mona", "connie", "adam"])
async def test_the_desk_is_for_coders(house: House, sql: Sql, web: Web, name: str) -> None:
    chart = await make_chart(sql, house)
    browser = await web(name)

    assert (await browser.get("/desk")).status_code == 403
    assert (await browser.post("/desk/next", data={"request_id": str(new_id())})).status_code == 403
    for verb in ("lines", "keep", "submit", "release"):
        assert (await browser.post(f"/desk/charts/{chart.id}/{verb}", data={})).status_code == 403


@pytest.mark.parametrize("name", ["cody", "cora"])
async def test_findings_stand_beside_the_lines_of_a_correction(house: House, sql: Sql, web: Web, name: str) -> None:
    """Also for somebody who corrects it because its coder of record did not come in time."""
    chart = await make_chart(sql, house)
    await code_chart(house.cody, diagnoses=["E11.9"], procedures=["99213 A"])
    await send_back(sql, house, chart)
    await pull_chart(house.people[name])

    desk = await open_desk(await web(name), chart)

    assert codes(desk) == ["E11.9", "99213"]  # the draft begins with what was submitted
    assert "1 finding" in desk
    assert "E11.22" in desk
    assert "Specificity" in desk
    assert "ICD-10-CM I.B.2" in desk
    assert "version 1" in desk
    assert "Sent back once more." not in desk


async def send_back(sql: Sql, house: House, chart: MadeChart) -> None:
    """Rows as quality leaves them when it sends a chart back with one finding."""
    from assignments.lining_up import line_up
    from assignments.rules import Stage
    from portal.actor import WORKER
    from portal.database import acting_as

    draw_id, audit_id = new_id(), new_id()
    [coding] = await sql("SELECT id FROM coding WHERE chart_id = $1", chart.id)
    await sql(
        "INSERT INTO draw (id, client_id, chart_id, plan_id, ticket, is_drawn, decided_at)"
        " VALUES ($1, $2, $3, $4, 'ticket', true, now())",
        draw_id, chart.client_id, chart.id, house.north.plan_id,
    )  # fmt: skip
    await sql(
        "INSERT INTO audit (id, client_id, chart_id, number, type, draw_id, coding_id, coder_id, auditor_id, state,"
        " drawn_at) VALUES ($1, $2, $3, 1, 'pre-bill', $4, $5, $6, $7, 'findings', now())",
        audit_id, chart.client_id, chart.id, draw_id, coding["id"], house.cody.person_id, house.audrey.person_id,
    )  # fmt: skip
    await sql(
        "INSERT INTO finding (id, client_id, chart_id, audit_id, position, change, error_type, severity, direction,"
        " coder_line, auditor_line, citation) VALUES ($1, $2, $3, $4, 1, 'revised', 'specificity', 'major', 'under',"
        " $5::jsonb, $6::jsonb, 'ICD-10-CM I.B.2')",
        new_id(), chart.client_id, chart.id, audit_id,
        '{"system": "ICD-10-CM", "code": "E11.9", "modifiers": [], "units": 1, "points_to": [], "at": 1}',
        '{"system": "ICD-10-CM", "code": "E11.22", "modifiers": [], "units": 1, "points_to": [], "at": 1}',
    )  # fmt: skip
    await sql(
        "UPDATE chart SET state = 'correcting', auditor_of_record = $2 WHERE id = $1", chart.id, house.audrey.person_id
    )
    async with acting_as(WORKER):
        await line_up(WORKER, chart_id=chart.id, stage=Stage.CODING, now=NOW)


async def test_what_is_typed_reaches_the_page_as_text(house: House, sql: Sql, web: Web) -> None:
    chart = await make_chart(sql, house, text="<script>alert(1)</script>", provider="<b>Dr. X</b>")
    await pull_chart(house.cody)
    cody = await web("cody")

    refused = await do(cody, chart, "add", entry='"><img src=x>')

    assert "<script>alert" not in refused.text
    assert "<img src=x>" not in refused.text
    assert "<b>Dr. X</b>" not in refused.text


async def test_the_chart_has_no_page_under_a_made_up_id(house: House, web: Web) -> None:
    assert (await (await web("cody")).get(f"/desk/charts/{UUID(int=7)}")).status_code == 404


async def test_pictures_and_lists_that_load_meanwhile_leave_the_message_to_the_page(
    house: House, sql: Sql, web: Web
) -> None:
    chart = await make_chart(sql, house, with_pages=1)
    await pull_chart(house.cody)
    cody = await web("cody")
    await do(cody, chart, "add", entry="I10")  # leaves its message for the next page

    picture = await cody.get(f"/pages/{chart.page_ids[1]}/image", headers={"sec-fetch-dest": "image"})
    hits = await cody.post("/codes/search", data={"on": "2026-09-10", "entry": "cough"}, headers=FRAGMENT)

    assert picture.status_code == hits.status_code == 200
    assert "Added A: I10" in await open_desk(cody, chart)
    assert "Added A: I10" not in await open_desk(cody, chart)
