"""A manager moves work: takes it back, keeps it for somebody, shares it out, opens it; automation goes on."""

import re
from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from assignments.drafting.editing import open_draft
from assignments.handing_over.moving import keep_for, open_to_all, unlock
from assignments.handing_over.selecting import find_selected
from assignments.obstacles import find_standings
from assignments.pulling import Outcome, get_hold
from assignments.rules import Stage
from portal.actor import Actor, Kind
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid
from portal.ids import new_id
from tests.cast import NOW, House, make_person
from tests.conftest import Databases, Sql, Web
from tests.factories import MadeChart, make_chart, pull_chart, type_lines

FOUR_HOURS = timedelta(hours=4)


async def _keep(
    house: House, charts: list[MadeChart], weights: Mapping[Actor, int], *, take_back: bool = False
) -> Mapping[UUID, UUID]:
    shares = await keep_for(
        house.mona, entry_ids=[one.entry_id for one in charts if one.entry_id],
        weights={one.person_id: weight for one, weight in weights.items() if one.person_id}, term=FOUR_HOURS,
        reason="balance", now=NOW, take_back=take_back,
    )  # fmt: skip
    return shares.kept


async def test_a_managers_unlock_gives_the_chart_back_to_the_line_and_keeps_the_draft(house: House, sql: Sql) -> None:
    chart = await make_chart(sql, house, text=None)
    held = await pull_chart(house.cody)
    await type_lines(house.cody, chart.id, held.fence, Stage.CODING, ["J18.9"])

    [taken] = await unlock(house.mona, entry_ids=[chart.entry_id or chart.id], reason="absent", now=NOW)

    assert (taken.entry.number, taken.holder) == (chart.number, "Cody")
    with pytest.raises(Conflict, match="no longer hold this chart"):
        await get_hold(house.cody, chart_id=chart.id, stage=Stage.CODING)
    [ended] = await sql("SELECT outcome, reason, ended_by FROM assignment_history")
    assert tuple(ended) == ("revoked", "They are away, or have stopped", house.mona.person_id)
    [moved] = await sql("SELECT from_state, to_state FROM chart_event ORDER BY recorded_at DESC LIMIT 1")
    assert tuple(moved) == ("assigned", "ready")
    [routed] = await sql("SELECT because, actor_id FROM routing WHERE kind = 'taken back'")
    assert tuple(routed) == ("They are away, or have stopped", house.mona.person_id)
    [logged] = await sql("SELECT object_id, patient_id FROM access_event WHERE action = 'assignment:revoked'")
    assert tuple(logged) == (chart.id, chart.patient_id)

    again = await pull_chart(house.cody)
    assert (again.chart_id, again.fence) == (chart.id, held.fence + 1)
    draft = await open_draft(house.cody, chart_id=chart.id, stage=Stage.CODING)
    assert [line.code for line in draft.lines.diagnoses] == ["J18.9"]


async def test_who_must_not_work_on_a_chart_never_gets_it_again(house: House, sql: Sql) -> None:
    chart = await make_chart(sql, house, text=None)
    await pull_chart(house.cody)

    await unlock(house.mona, entry_ids=[chart.entry_id or chart.id], reason="conflict", now=NOW)

    assert (await pull_chart(house.cody)).outcome is Outcome.BARRED
    assert (await pull_chart(house.cora)).chart_id == chart.id
    with pytest.raises(Conflict, match="Nobody holds it"):
        await unlock(house.mona, entry_ids=[(await make_chart(sql, house)).entry_id or chart.id], reason="absent",
                     now=NOW)  # fmt: skip


async def test_what_is_kept_for_somebody_is_their_next_and_comes_to_all_when_their_time_is_over(
    house: House, sql: Sql
) -> None:
    first, second = [await make_chart(sql, house, promise_hours=hours, text=None) for hours in (24, 48)]

    await _keep(house, [second], {house.cora: 1})

    assert (await pull_chart(house.cora)).chart_id == second.id
    assert (await pull_chart(house.cody)).chart_id == first.id
    [routed] = await sql("SELECT person_id, until, because FROM routing WHERE kind = 'kept'")
    assert (routed["person_id"], routed["because"]) == (house.cora.person_id, "To even out the load")
    [held] = await sql("SELECT how FROM assignment WHERE chart_id = $1", second.id)
    assert held["how"] == "kept"
    logged = await sql("SELECT patient_id FROM access_event WHERE action = 'assignment:routed'")
    assert [row["patient_id"] for row in logged] == [second.patient_id]

    third = await make_chart(sql, house, text=None)
    await _keep(house, [third], {house.cora: 1})
    await sql("UPDATE queue_entry SET preferred_until = now() - interval '1 second' WHERE id = $1", third.entry_id)
    await sql("UPDATE workload SET cap = 3")
    assert (await pull_chart(house.cody)).chart_id == third.id


async def test_opening_gives_it_to_everybody_at_once(house: House, sql: Sql) -> None:
    chart = await make_chart(sql, house, text=None)
    await _keep(house, [chart], {house.cora: 1})
    assert (await pull_chart(house.cody)).outcome is Outcome.KEPT

    await open_to_all(house.mona, entry_ids=[chart.entry_id or chart.id], reason="urgent", now=NOW)

    assert (await pull_chart(house.cody)).chart_id == chart.id
    with pytest.raises(Conflict, match="waits for one person alone"):
        await open_to_all(house.mona, entry_ids=[chart.entry_id or chart.id], reason="urgent", now=NOW)
    with pytest.raises(Invalid, match="Choose the reason"):
        await open_to_all(house.mona, entry_ids=[chart.entry_id or chart.id], reason="because", now=NOW)
    with pytest.raises(Invalid, match="at least one"):
        await open_to_all(house.mona, entry_ids=[], reason="urgent", now=NOW)


async def test_a_held_chart_moves_only_if_the_manager_says_so(house: House, sql: Sql) -> None:
    chart = await make_chart(sql, house, text=None)
    await pull_chart(house.cody)

    with pytest.raises(Conflict, match="Cody holds it"):
        await _keep(house, [chart], {house.cora: 1})
    kept = await _keep(house, [chart], {house.cora: 1}, take_back=True)

    assert list(kept.values()) == [house.cora.person_id]
    assert (await sql("SELECT state FROM chart"))[0]["state"] == "ready"
    assert (await pull_chart(house.cora)).chart_id == chart.id


async def test_a_selection_is_shared_by_weight_and_what_nobody_may_take_stays_and_is_named(
    house: House, sql: Sql
) -> None:
    north = [await make_chart(sql, house, text=None) for _ in range(6)]
    south = [await make_chart(sql, house, client=house.south, text=None) for _ in range(2)]
    weights = {person.person_id: weight for person, weight in ((house.cora, 2), (house.cody, 1)) if person.person_id}

    shares = await keep_for(
        house.mona, entry_ids=[one.entry_id for one in (*north, *south) if one.entry_id], weights=weights,
        term=FOUR_HOURS, reason="balance", now=NOW,
    )  # fmt: skip

    assert [shares.count(person) for person in weights] == [5, 3]  # South is not granted to Cora
    assert {shares.kept[one.entry_id] for one in south if one.entry_id} == {house.cody.person_id}

    only_cora = await keep_for(
        house.mona, entry_ids=[one.entry_id for one in (north[0], *south) if one.entry_id],
        weights=dict.fromkeys(list(weights)[:1], 1), term=FOUR_HOURS, reason="balance", now=NOW,
    )  # fmt: skip
    assert [one.number for one in only_cora.moved] == [north[0].number]
    assert {one.why for one in only_cora.stays} == {"Cora has not been granted South Emergency."}


#: What keeps Cora from North's radiology, how it is undone, and what the manager is told.
OBSTACLES = (
    ("UPDATE skill SET specialty = 'surgery' WHERE specialty = 'radiology'",
     "UPDATE skill SET specialty = 'radiology' WHERE specialty = 'surgery'", "does not have the specialty"),
    ("UPDATE queue_entry SET level = 3", "UPDATE queue_entry SET level = 1",
     "asks for a higher level in radiology than Cora has"),
    ("UPDATE client_grant SET revoked_at = now()", "UPDATE client_grant SET revoked_at = NULL",
     "has not been granted North Radiology"),
    ("UPDATE person SET country = 'IN'", "UPDATE person SET country = 'US'", "may not be seen from the country"),
    ("INSERT INTO requirement (id, names, made_at, made_by) SELECT gen_random_uuid(), '{CPC}', now(), id FROM person"
     " LIMIT 1", "UPDATE requirement SET ended_at = now()", "lacks a valid credential"),
    ("UPDATE person SET disabled_at = now()", "UPDATE person SET disabled_at = NULL", "can no longer sign in"),
    ("UPDATE person SET kind = 'auditor' WHERE kind = 'coder'",
     "UPDATE person SET kind = 'coder' WHERE name IN ('Cody', 'Cora')", "does not do this kind of work"),
    ("INSERT INTO workload (person_id, paused_at) SELECT id, now() FROM person WHERE kind = 'coder'",
     "DELETE FROM workload", "is paused"),
    ("UPDATE queue_entry SET barred = ARRAY(SELECT id FROM person)", "UPDATE queue_entry SET barred = '{}'",
     "had it in hand already"),
)  # fmt: skip


async def test_who_may_not_take_it_is_refused_with_the_reason(house: House, sql: Sql) -> None:
    await sql(
        "INSERT INTO country_rule (id, client_id, countries, made_at, made_by)"
        " VALUES (gen_random_uuid(), $1, '{US}', now(), $2)",
        house.north.id, house.mona.person_id,
    )  # fmt: skip
    chart = await make_chart(sql, house, text=None)
    for change, undo, says in OBSTACLES:
        await sql(change)
        with pytest.raises(Conflict, match=says):
            await _keep(house, [chart], {house.cora: 1})
        # The database, which decides, says the same; a pause is no matter of what somebody may take.
        async with acting_as(house.mona):
            may = await DB.value("SELECT may FROM may_take($1, $2)", house.cora.person_id, [chart.entry_id])
        assert may is ("paused" in says), says
        await sql(undo)
    await _keep(house, [chart], {house.cora: 1})


async def test_standings_agree_with_what_the_database_decides(house: House, sql: Sql, databases: Databases) -> None:
    connection = await asyncpg.connect(databases.superuser)
    for level in (1, 2):
        person = await make_person(
            connection, f"level{level}", Kind.CODER, specialties=("radiology",), granted=(house.north,)
        )
        await sql("UPDATE skill SET level = $1 WHERE person_id = $2", level, person.person_id)
    await connection.close()
    charts = [await make_chart(sql, house, text=None)]
    charts += [await make_chart(sql, house, client=house.south, specialty="emergency", text=None)]
    charts += [await make_chart(sql, house, text=None)]
    await sql("UPDATE queue_entry SET level = 2 WHERE id = $1", charts[-1].entry_id)
    entry_ids = [one.entry_id for one in charts if one.entry_id]

    async with acting_as(house.mona):
        selected = await find_selected(entry_ids)
        standings = await find_standings([one.work for one in selected])
        for one in selected:
            for standing in standings[one.work]:
                may = await DB.value("SELECT may FROM may_take($1, $2)", standing.person_id, [one.entry_id])
                assert may is (standing.obstacle is None), (one.number, standing)
    assert sum(len(found) for found in standings.values()) == 5 * 3


async def test_only_managers_move_work(house: House, sql: Sql) -> None:
    chart = await make_chart(sql, house, text=None)
    await pull_chart(house.cody)

    for actor in (house.cody, house.audrey, house.clara, house.connie):
        with pytest.raises((asyncpg.InsufficientPrivilegeError, Conflict)):
            await unlock(actor, entry_ids=[chart.entry_id or chart.id], reason="absent", now=NOW)
    assert len(await sql("SELECT 1 FROM assignment")) == 1


async def test_an_empty_desk_says_why_and_when_what_is_kept_comes_to_everybody(
    house: House, sql: Sql, web: Web
) -> None:
    chart = await make_chart(sql, house, text=None)
    cody = await web("cody")

    async def pull() -> str:
        answer = await cody.post("/desk/next", data={"request_id": str(new_id())})
        return (await cody.get(answer.headers["location"])).text

    await _keep(house, [chart], {house.cora: 1})
    kept = await pull()
    assert "kept for somebody else for now" in kept
    assert re.search(r"The first comes to everybody <span[^>]*>in 3 h 59 m<", kept)
    await open_to_all(house.mona, entry_ids=[chart.entry_id or chart.id], reason="urgent", now=NOW)
    await sql("UPDATE queue_entry SET barred = ARRAY[$1::uuid]", house.cody.person_id)
    assert "may not take a second time" in await pull()
    await sql("UPDATE queue_entry SET barred = '{}'")
    await sql("INSERT INTO requirement (id, names, made_at, made_by) SELECT gen_random_uuid(), '{CPC}', now(), $1",
              house.mona.person_id)  # fmt: skip
    assert "Something is missing or has run out" in await pull()
    assert (await cody.get("/desk?why=kept&until=nonsense")).status_code == 200
