"""A coder abroad is never offered a chart that may not be seen there, nor served a page of it."""

import asyncio
from contextvars import copy_context
from uuid import UUID

import pytest

from assignments.pulling import Outcome
from assignments.qualifying.countries import end_country_rule, find_effect, make_country_rule, set_country
from assignments.returning import take_back_strays
from assignments.rules import Stage
from portal.database import DB, acting_as
from portal.errors import Invalid
from portal.ids import new_id
from tests.auditing.quality.steps import Work, draw_chart, pull_audit
from tests.cast import NOW, House
from tests.conftest import Sql, Web
from tests.factories import MadeChart, make_chart, pull_chart, type_lines


async def _put_abroad(sql: Sql, person_id: UUID | None, country: str = "PH") -> None:
    await sql("UPDATE person SET country = $2 WHERE id = $1", person_id, country)


async def _doors(web: Web, name: str, chart: MadeChart) -> list[int]:
    """What the portal answers at every door to a chart's content: desk, page pictures, text; none writes to it."""
    browser, here = await web(name), f"/desk/charts/{chart.id}"
    pages = [
        await browser.get(f"/pages/{page_id}/{what}")
        for page_id, what in zip(chart.page_ids, ("text", "image"), strict=True)
    ]
    pages += [await browser.get(f"/pages/{page_id}/thumbnail") for page_id in chart.page_ids]
    answers = (await browser.get(here), *pages, await browser.get(f"{here}/release"))
    written = (
        await browser.post(f"{here}/keep", data={"fence": "1"}),
        await browser.post(f"{here}/lines", data={"op": "add", "entry": "I10", "fence": "1", "revision": "2"}),
        await browser.post(f"{here}/release", data={"fence": "1", "reason": "stopping"}),
        await browser.post(f"{here}/submit", data={"fence": "1", "request_id": str(new_id()),
                                                   "next_request_id": str(new_id())}),
    )  # fmt: skip
    assert all(answer.status_code >= 400 for answer in written)
    return [answer.status_code for answer in answers]


async def test_an_offer_never_crosses_the_rule(house: House, sql: Sql) -> None:
    await _put_abroad(sql, house.cody.person_id)
    await make_country_rule(house.mona, client_id=house.north.id, payer=None, countries=["US"], now=NOW)
    chart = await make_chart(sql, house)  # arrives under the rule
    elsewhere = await make_chart(sql, house, client=house.south)

    assert (await pull_chart(house.cody)).chart_id == elsewhere.id
    assert (await pull_chart(house.cora)).chart_id == chart.id


async def test_a_rule_of_one_payer_leaves_the_others(house: House, sql: Sql) -> None:
    await _put_abroad(sql, house.cora.person_id)
    guarded = await make_chart(sql, house, payer="Medicare")
    open_one = await make_chart(sql, house, payer="Aetna")
    await make_country_rule(house.mona, client_id=house.north.id, payer="MEDICARE", countries=["US"], now=NOW)

    assert (await pull_chart(house.cora)).chart_id == open_one.id
    assert (await pull_chart(house.cody)).chart_id == guarded.id


async def test_rules_without_a_common_country_leave_nobody(house: House, sql: Sql) -> None:
    chart = await make_chart(sql, house)
    for payer, countries in ((None, ["US"]), ("Medicare", ["PH"])):
        await make_country_rule(house.mona, client_id=house.north.id, payer=payer, countries=countries, now=NOW)
    for country in ("US", "PH"):
        await _put_abroad(sql, house.cora.person_id, country)
        assert (await pull_chart(house.cora)).outcome is not Outcome.PULLED
    rule = (await sql("SELECT id FROM country_rule WHERE payer IS NULL"))[0]["id"]
    await end_country_rule(house.mona, client_id=house.north.id, rule_id=rule, now=NOW)
    assert (await pull_chart(house.cora)).chart_id == chart.id


async def test_a_rule_made_while_they_hold_it_closes_every_door_at_once(house: House, sql: Sql, web: Web) -> None:
    chart = await make_chart(sql, house, with_pages=1)
    await _put_abroad(sql, house.cora.person_id)
    held = await pull_chart(house.cora)
    await type_lines(house.cora, chart.id, held.fence, Stage.CODING, ["J18.9"])
    cora = await web("cora")
    for path in (f"/desk/charts/{chart.id}", f"/pages/{chart.page_ids[0]}/text", f"/pages/{chart.page_ids[1]}/image"):
        assert (await cora.get(path)).status_code == 200, "the doors are the right ones"

    mona = await web("mona")
    rule = {"payer": "", "countries": "us"}
    shown = await mona.post(f"/clients/{house.north.id}/staffing/countries", data={**rule, "op": "show"})
    assert "0 charts wait" in shown.text
    assert "1 is in somebody’s hands" in " ".join(shown.text.split())
    assert "1 of 2 coders and 2 of 2 auditors may then take them" in " ".join(shown.text.split())
    assert not await sql("SELECT FROM country_rule"), "shown, not made"
    seen = {**rule, "op": "make", "seen_payer": "", "seen_countries": "US, PH"}
    changed = await mona.post(f"/clients/{house.north.id}/staffing/countries", data=seen)
    assert changed.status_code == 200, "another rule than the one whose effect was shown"
    assert not await sql("SELECT FROM country_rule")
    seen["seen_countries"] = "us"
    made = await mona.post(f"/clients/{house.north.id}/staffing/countries", data=seen)
    assert made.status_code == 303
    assert "1 chart was taken back" in (await mona.get(made.headers["location"])).text

    assert set(await _doors(web, "cora", chart)) == {404}
    assert (await pull_chart(house.cora)).chart_id is None
    [ended] = await sql("SELECT outcome, ended_by FROM assignment_history WHERE chart_id = $1", chart.id)
    assert (ended["outcome"], ended["ended_by"]) == ("revoked", house.mona.person_id)
    [draft] = await sql("SELECT revision, lines FROM coding_draft WHERE person_id = $1", house.cora.person_id)
    assert "J18.9" in draft["lines"], "drafts are kept"
    events = await sql("SELECT kind FROM chart_event WHERE chart_id = $1 ORDER BY happened_at, id", chart.id)
    assert [row["kind"] for row in events] == ["assigned", "returned"]
    assert await sql("SELECT FROM access_event WHERE action = 'assignment:revoked' AND patient_id = $1",
                     chart.patient_id)  # fmt: skip
    assert (await pull_chart(house.cody)).chart_id == chart.id


async def test_moving_abroad_closes_every_door_too(house: House, sql: Sql, web: Web) -> None:
    chart = await make_chart(sql, house, with_pages=1)
    await make_country_rule(house.mona, client_id=house.north.id, payer=None, countries=["US"], now=NOW)
    await pull_chart(house.cora)

    adam = await web("adam")
    answer = await adam.post(f"/people/{house.cora.person_id}/country", data={"country": "ph"})

    assert answer.status_code == 303
    assert "1 chart was taken back" in (await adam.get(answer.headers["location"])).text
    assert set(await _doors(web, "cora", chart)) == {404}
    assert (await pull_chart(house.cora)).chart_id is None
    assert (await pull_chart(house.cody)).chart_id == chart.id


async def test_a_coder_of_record_abroad_reads_it_no_longer(house: House, sql: Sql, web: Web) -> None:
    chart = await make_chart(sql, house, state="coded", coder=house.cora, with_pages=1)
    cora, picture = await web("cora"), f"/pages/{chart.page_ids[1]}/image"
    assert (await cora.get(picture)).status_code == 200
    await set_country(house.adam, person_id=house.cora.person_id, country="PH", now=NOW)
    assert (await cora.get(picture)).status_code == 200, "no rule, no wall"
    await make_country_rule(house.mona, client_id=house.north.id, payer=None, countries=["US"], now=NOW)
    assert (await cora.get(picture)).status_code == 404


async def test_auditors_abroad_are_under_the_same_rule(house: House, sql: Sql, work: Work, web: Web) -> None:
    drawn = await draw_chart(sql, house, work)
    await _put_abroad(sql, house.abel.person_id)
    assert (await pull_audit(house.abel)).chart_id == drawn.chart_id
    await make_country_rule(house.mona, client_id=house.north.id, payer=None, countries=["US"], now=NOW)
    abel = await web("abel")
    assert (await abel.get(f"/audits/{drawn.audit_id}")).status_code == 404
    assert (await pull_audit(house.abel)).chart_id is None
    assert (await pull_audit(house.audrey)).chart_id == drawn.chart_id


async def test_what_slipped_through_is_taken_back_by_the_worker(house: House, sql: Sql) -> None:
    chart = await make_chart(sql, house)
    await make_country_rule(house.mona, client_id=house.north.id, payer=None, countries=["US"], now=NOW)
    await pull_chart(house.cora)
    await _put_abroad(sql, house.cora.person_id)  # behind the portal's back

    assert await take_back_strays(now=NOW) == 1
    assert await take_back_strays(now=NOW) == 0
    assert (await pull_chart(house.cody)).chart_id == chart.id


async def test_what_is_kept_for_somebody_abroad_is_opened(house: House, sql: Sql) -> None:
    chart = await make_chart(sql, house)
    await sql("UPDATE queue_entry SET preferred_person = $1", house.cora.person_id)
    await set_country(house.adam, person_id=house.cora.person_id, country="PH", now=NOW)
    assert (await pull_chart(house.cody)).chart_id is None
    await make_country_rule(house.mona, client_id=house.north.id, payer=None, countries=["US"], now=NOW)
    assert (await pull_chart(house.cody)).chart_id == chart.id


async def test_a_chart_that_arrives_while_a_rule_is_made_is_under_it(house: House, sql: Sql) -> None:
    """The rule waits for the chart's transaction, and finds the chart."""
    made = await make_chart(sql, house)
    [row] = await sql("SELECT * FROM chart WHERE id = $1", made.id)

    async def make_rule() -> None:
        await make_country_rule(house.mona, client_id=house.north.id, payer=None, countries=["US"], now=NOW)

    outside = copy_context()  # of the transaction below
    columns = [row[name] for name in ("client_id", "encounter_id", "patient_id", "service_on")]
    async with acting_as(house.clara):
        await DB.execute(
            "INSERT INTO chart (id, client_id, number, encounter_id, service_line_id, patient_id, specialty, state,"
            " service_on, received_at, due_at)"
            " VALUES ($1, $2, 'NOR-9', $3, $6, $4, 'radiology', 'received', $5, $7, $7)",
            UUID(int=7), *columns, house.north.lines["emergency"], NOW,
        )  # fmt: skip
        rule = asyncio.create_task(make_rule(), context=outside)
        while not await sql("SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"):
            assert not rule.done()
            await asyncio.sleep(0.01)
    await rule
    rows = await sql("SELECT countries FROM chart")
    assert [one["countries"] for one in rows] == [["US"], ["US"]]


async def test_what_is_no_country_is_said(web: Web, house: House, sql: Sql) -> None:
    mona, here = await web("mona"), f"/clients/{house.north.id}/staffing/countries"
    for countries in ("", "UK", "USA", "U1", "us,,x"):
        answer = await mona.post(here, data={"countries": countries, "op": "make"})
        assert answer.status_code == 422
    assert not await sql("SELECT FROM country_rule")
    with pytest.raises(Invalid):
        await make_country_rule(house.mona, client_id=house.north.id, payer=None, countries=["UK"], now=NOW)
    async with acting_as(house.mona):
        effect = await find_effect(client_id=house.north.id, payer=None, countries=["US"])
    assert (effect.coders, effect.coders_left) == (2, 2)
