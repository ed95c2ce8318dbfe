"""A plan for a shift: looked at, applied as what is kept for people, refused when it is old, and opened again."""

import re

from assignments.pulling import Outcome
from portal.clock import utc_now
from tests.cast import House
from tests.conftest import Sql, Web
from tests.factories import make_chart, pull_chart


async def test_a_plan_is_looked_at_applied_and_taken_back(house: House, sql: Sql, web: Web) -> None:
    charts = [await make_chart(sql, house, text=None, received_at=utc_now()) for _ in range(6)]
    for coder in (house.cody, house.cora):
        await pull_chart(coder)  # on duty
    mona = await web("mona")
    form = {"stage": "coding", "hours": "8", "person": [str(house.cody.person_id), str(house.cora.person_id)]}

    looked = (await mona.post("/floor/plan", data=form | {"step": "look"})).text
    assert "of 4 that wait for everybody" in looked
    hidden = dict(re.findall(r'<input type="hidden" name="(planned|made_at|state|waiting)" value="([^"]*)"', looked))
    assert len(hidden["planned"].split()) == 4
    assert await sql("SELECT 1 FROM queue_entry WHERE preferred_person IS NOT NULL") == [], "a look changes nothing"

    apply = form | hidden | {"step": "apply"}
    old = await mona.post("/floor/plan", data=apply | {"made_at": str(int(hidden["made_at"]) - 1000)})
    assert (old.status_code, "older than 15 minutes" in old.text) == (422, True)
    other = await mona.post("/floor/plan", data=apply | {"person": [str(house.cody.person_id)]})
    assert (other.status_code, "The line has changed since" in other.text) == (422, True)
    done = await mona.post("/floor/plan", data=apply)
    assert done.status_code == 303

    kept = await sql("SELECT preferred_person, preferred_until FROM queue_entry WHERE preferred_person IS NOT NULL")
    assert [row["preferred_person"] in (house.cody.person_id, house.cora.person_id) for row in kept] == [True] * 4
    assert len({row["preferred_until"] for row in kept}) == 1
    assert len(await sql("SELECT 1 FROM routing WHERE kind = 'kept' AND because LIKE 'Shift plan of %'")) == 4
    assert await sql("SELECT 1 FROM assignment OFFSET 2") == [], "never as leases"
    again = await mona.post("/floor/plan", data=apply)
    assert (again.status_code, "Make the plan again" in again.text) == (422, True)

    page = (await mona.get("/floor/plan")).text
    label = re.search(r'name="label" value="([^"]+)"', page)
    assert label
    assert (await mona.post("/floor/plan/open", data={"label": label[1]})).status_code == 303
    assert await sql("SELECT 1 FROM queue_entry WHERE preferred_person IS NOT NULL") == []
    await sql("UPDATE workload SET cap = 3")
    assert (await pull_chart(house.cora)).outcome is Outcome.PULLED
    assert len(charts) == 6


async def test_without_anybody_on_duty_there_is_nothing_to_plan(web: Web) -> None:
    mona = await web("mona")
    assert "Nobody is on duty" in (await mona.get("/floor/plan")).text
    nobody = await mona.post("/floor/plan", data={"stage": "coding", "hours": "8", "step": "look"})
    assert (nobody.status_code, "Choose at least one person" in nobody.text) == (422, True)
