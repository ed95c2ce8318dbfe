"""Batches through the web: from the first chart to closing, and every number on the way."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import date, timedelta

import pytest

from assignments.batches.encounters import Which, count_encounters
from assignments.batches.moving import close_batch
from assignments.rules import ChartState
from portal.database import acting_as
from portal.errors import Conflict
from portal.ids import new_id
from tests.assignments.batches.steps import count, keep, line, numbers, schedule
from tests.assignments.sending import SERVED_ON, send_chart
from tests.cast import NOW, House
from tests.conftest import Sql, Web
from tests.factories import make_chart

Work = Callable[[], Awaitable[None]]


async def test_charts_of_one_place_and_day_are_one_batch(web: Web, sql: Sql, house: House) -> None:
    clara = await web("clara")
    for number in ("A1", "A2"):
        await send_chart(clara, house.north, encounter_number=number)
    await send_chart(clara, house.north, encounter_number="A3", service_on=SERVED_ON - timedelta(days=1))

    batches = await sql("SELECT id, location_id, service_on, state FROM batch ORDER BY service_on")

    assert [(row["location_id"], row["service_on"], row["state"]) for row in batches] == [
        (house.north.location_id, SERVED_ON - timedelta(days=1), "open"),
        (house.north.location_id, SERVED_ON, "open"),
    ]
    assert await count(sql, "chart WHERE batch_id = $1", batches[1]["id"]) == 2
    page = await clara.get(f"/batches/{batches[1]['id']}")
    assert numbers(page.text) == {
        "expected": 2, "coded": 0, "in work": 2, "pended": 0, "not billable": 0, "missing": 0,
    }  # fmt: skip
    assert "A1" in page.text
    assert "Testperson, Wilhelmina" in page.text


async def test_a_batch_is_released_closed_and_opened_again(web: Web, sql: Sql, house: House) -> None:
    clara = await web("clara")
    chart = await make_chart(sql, house)
    await keep(clara, schedule(line("E-1")))
    [batch] = await sql("SELECT id FROM batch")
    here = f"/batches/{batch['id']}"

    unconfirmed = await clara.post(f"{here}/release")
    assert (unconfirmed.status_code, "1 expected encounter has no documents" in unconfirmed.text) == (409, True)
    assert (await clara.post(f"{here}/release", data={"missing": "4", "confirmed": "1"})).status_code == 409
    assert (await clara.post(f"{here}/close")).status_code == 409
    assert (await clara.post(f"{here}/release", data={"missing": "1", "confirmed": "1"})).status_code == 303
    assert (await clara.post(f"{here}/release", data={"missing": "1", "confirmed": "1"})).status_code == 303  # calm
    early = await clara.post(f"{here}/close")
    assert (early.status_code, "1 chart is still in work" in early.text) == (409, True)
    await sql(
        "UPDATE chart SET state = 'delivered', coder_of_record = $2 WHERE id = $1", chart.id, house.cody.person_id
    )
    assert (await clara.post(f"{here}/close")).status_code == 303
    assert (await clara.post(f"{here}/reopen", data={"reason": "boredom"})).status_code == 422
    assert (await clara.post(f"{here}/reopen", data={"reason": "schedule-changed"})).status_code == 303

    history = await sql("SELECT kind, reason, missing, actor_id FROM batch_event ORDER BY recorded_at")
    clara_id = house.clara.person_id
    assert [tuple(row) for row in history] == [
        ("released", None, 1, clara_id), ("closed", None, None, clara_id),
        ("reopened", "schedule-changed", None, clara_id),
    ]  # fmt: skip
    assert await count(sql, "access_event WHERE action = 'batch:moved'") == 3
    assert "Released with 1 missing" in (await clara.get(here)).text


async def test_a_late_chart_opens_a_closed_batch(web: Web, sql: Sql, house: House) -> None:
    mona = await web("mona")
    chart = await make_chart(sql, house, state="delivered", coder=house.cody)
    [batch] = await sql("SELECT id FROM batch")
    assert (await mona.post(f"/batches/{batch['id']}/release")).status_code == 303
    assert (await mona.post(f"/batches/{batch['id']}/close")).status_code == 303

    await make_chart(sql, house, state="cancelled")
    assert (await sql("SELECT state FROM batch"))[0]["state"] == "closed"  # nothing to do on that one
    await make_chart(sql, house)
    assert (await sql("SELECT state FROM batch"))[0]["state"] == "open"
    assert [tuple(row) for row in await sql("SELECT kind, reason FROM batch_event ORDER BY recorded_at")][-1] == (
        "reopened", "late-chart",
    )  # fmt: skip

    await sql("UPDATE chart SET state = 'delivered', coder_of_record = $1", house.cody.person_id)
    await mona.post(f"/batches/{batch['id']}/release")
    await mona.post(f"/batches/{batch['id']}/close")
    await sql("UPDATE chart SET state = 'ready' WHERE id = $1", chart.id)  # a chart that comes back does the same
    assert (await sql("SELECT state FROM batch"))[0]["state"] == "open"


async def test_closing_and_a_chart_that_comes_at_that_moment(house: House, sql: Sql) -> None:
    """Whichever is first, no closed batch is left with an open chart."""
    for round_ in range(6):
        day = date(2026, 9, 1) + timedelta(days=round_)
        await make_chart(sql, house, state="delivered", coder=house.cody, service_on=day)
        released = "UPDATE batch SET state = 'released', released_at = now(), missing_at_release = 0"
        await sql(f"{released} WHERE service_on = $1", day)
        [batch] = await sql("SELECT id FROM batch WHERE service_on = $1", day)
        closed = await asyncio.gather(
            close_batch(house.clara, batch_id=batch["id"], now=NOW), make_chart(sql, house, service_on=day),
            return_exceptions=True,
        )  # fmt: skip
        assert isinstance(closed[0], Conflict) or closed[0] is None
        assert not isinstance(closed[1], BaseException)
        both = "batch b JOIN chart c ON c.batch_id = b.id WHERE b.id = $1 AND b.state = 'closed' AND c.state = 'ready'"
        assert await count(sql, both, batch["id"]) == 0


async def test_a_manager_sees_counts_and_no_patient(web: Web, sql: Sql, house: House) -> None:
    clara, mona = await web("clara"), await web("mona")
    await send_chart(clara, house.north)
    await keep(clara, schedule(line("E-9", SERVED_ON.isoformat(), patient="Secret, Person", mrn="M-SECRET")))
    [batch] = await sql("SELECT id FROM batch")

    for path in ("/batches", f"/batches/{batch['id']}", "/batches.csv", f"/batches/{batch['id']}/encounters.csv"):
        shown = await mona.get(path)
        assert shown.status_code == 200, path
        for secret in ("Secret, Person", "M-SECRET", "E-9", "Testperson", "ACC-1", "MRN-77"):
            assert secret not in shown.text, (path, secret)
    assert numbers((await mona.get(f"/batches/{batch['id']}")).text)["missing"] == 1
    assert (await mona.get("/encounters")).status_code == 403
    released = await mona.post(f"/batches/{batch['id']}/release", data={"missing": "1", "confirmed": "1"})
    assert released.status_code == 303


async def test_another_client_sees_nothing_of_it(web: Web, sql: Sql, house: House) -> None:
    stranger = await web("stranger")
    await make_chart(sql, house)
    [batch] = await sql("SELECT id FROM batch")
    for verb in ("release", "close", "reopen"):
        answer = await stranger.post(f"/batches/{batch['id']}/{verb}", data={"reason": "late-chart"})
        assert answer.status_code == 404
    assert (await stranger.get(f"/batches/{batch['id']}")).status_code == 404
    assert "No batch yet" in (await stranger.get("/batches")).text
    assert (await sql("SELECT state FROM batch"))[0]["state"] == "open"


async def test_the_list_filters_sorts_and_pages(web: Web, sql: Sql, house: House) -> None:
    clara = await web("clara")
    for day in range(1, 4):
        await make_chart(sql, house, service_on=date(2026, 9, day))
    await keep(clara, schedule(line("E-1", "2026-09-02"), line("E-2", "2026-09-02")))
    all_days = (await clara.get("/batches")).text
    assert all_days.index("2026-09-03") < all_days.index("2026-09-02") < all_days.index("2026-09-01")
    worst = (await clara.get("/batches?sort=missing")).text
    assert worst.index("2026-09-02") < worst.index("2026-09-03")
    some = (await clara.get("/batches.csv?from=2026-09-02&to=2026-09-02")).text.splitlines()
    assert len(some) == 2
    assert some[1].split(",")[4:10] == ["3", "0", "1", "0", "0", "2"]
    assert "No batch fits" in (await clara.get("/batches?state=closed")).text
    assert "No batch fits" in (await clara.get(f"/batches?location={new_id()}")).text


@pytest.mark.parametrize("seed", range(4))
async def test_every_encounter_is_accounted_for_in_random_states(web: Web, sql: Sql, house: House, seed: int) -> None:
    """What the pages count is what a plain walk over schedule and charts finds."""
    chance = random.Random(seed)
    clara = await web("clara")
    made = [
        await make_chart(
            sql, house, specialty=chance.choice(["radiology", "emergency"]), state=state.value, coder=house.cody,
            service_on=date(2026, 9, chance.randint(1, 3)),
        )
        for state in chance.choices(list(ChartState), k=14) if state is not ChartState.READY
    ]  # fmt: skip
    # Some of the charts stand on the schedule, of which some are on another day there; some lines have no chart.
    rows = {row["id"]: row for row in await sql(
        "SELECT c.id, c.state, s.name FROM chart c JOIN service_line s ON s.id = c.service_line_id")}  # fmt: skip
    scheduled = chance.sample(made, len(made) // 2)
    lines = [
        line(f"ENC-{one.id.hex[-8:]}", f"2026-09-0{chance.randint(1, 3)}", what=rows[one.id]["name"])
        for one in scheduled
    ] + [line(f"GHOST-{n}", f"2026-09-0{chance.randint(1, 3)}") for n in range(5)]  # fmt: skip
    await keep(clara, schedule(*lines))
    await sql(
        "UPDATE expected_encounter SET not_coming_reason = 'no-show', not_coming_at = now(), not_coming_by = $1"
        " WHERE id IN (SELECT id FROM expected_encounter ORDER BY id LIMIT 4)",
        house.clara.person_id,
    )

    expected = await count(sql, "expected_encounter")
    gone = await count(
        sql, "expected_encounter x WHERE x.not_coming_reason IS NOT NULL AND NOT EXISTS (SELECT FROM chart c"
        " WHERE c.encounter_id = x.encounter_id AND c.service_line_id = x.service_line_id AND c.state <> 'cancelled')",
    )  # fmt: skip
    unscheduled = len(made) - len(scheduled)
    encounters = (await clara.get("/encounters")).text
    assert 'href="/batches" aria-current="page"' in encounters, "the menu says where one is"
    shown = numbers(encounters)

    assert expected == len(lines)
    assert shown["expected"] == expected - gone + unscheduled
    assert shown["expected"] == sum(value for name, value in shown.items() if name != "expected")
    assert shown["coded"] == sum(
        1 for one in made if rows[one.id]["state"] in ("coded", "correcting", "final", "delivered")
    )
    async with acting_as(house.mona):
        whole = await count_encounters(Which(client_id=house.north.id))
        days = [
            await count_encounters(Which(first_on=date(2026, 9, day), last_on=date(2026, 9, day))) for day in (1, 2, 3)
        ]
    assert whole == days[0] + days[1] + days[2]
    for name in ("coded", "in-work", "pended", "not-billable", "missing", "not-coming", "unscheduled"):
        listed = (await clara.get(f"/encounters.csv?show={name}")).text.splitlines()[1:]
        assert len(listed) == getattr(whole, name.replace("-", "_")), name
