"""Who is given which chart, how long it is theirs, and how it goes back."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
import rfc8785

from assignments.pulling import (
    SENTENCES,
    Outcome,
    get_hold,
    keep_assignment,
    pull,
    pull_next_chart,
    release_chart,
    return_expired,
)
from assignments.rules import LEASE, Stage
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Origin
from portal.database import acting_as
from portal.errors import Conflict, Invalid, NotPermitted
from portal.ids import new_id
from tests.cast import NOW, House
from tests.conftest import Sql
from tests.factories import make_chart, pull_chart


async def test_pulling_gives_the_chart_and_leaves_its_traces(house: House, sql: Sql) -> None:
    chart = await make_chart(sql, house)

    pulled = await pull_chart(house.cody)

    assert (pulled.outcome, pulled.chart_id, pulled.fence) == (Outcome.PULLED, chart.id, 1)
    hold = await get_hold(house.cody, chart_id=chart.id, stage=Stage.CODING)
    assert hold.entry_id == chart.entry_id
    assert LEASE - timedelta(minutes=1) < hold.left <= LEASE
    [event] = await sql("SELECT kind, from_state, to_state, actor_id FROM chart_event WHERE chart_id = $1", chart.id)
    assert tuple(event) == ("assigned", "ready", "assigned", house.cody.person_id)
    [logged] = await sql("SELECT * FROM access_event WHERE action = 'assignment:pulled'")
    assert (logged["object_id"], logged["patient_id"], logged["actor_id"]) == (
        chart.id, chart.patient_id, house.cody.person_id,
    )  # fmt: skip


async def test_the_earliest_due_comes_first_and_stat_before_it(house: House, sql: Sql) -> None:
    later = await make_chart(sql, house, promise_hours=48)
    sooner = await make_chart(sql, house, promise_hours=24)
    stat = await make_chart(sql, house, is_stat=True)

    order = []
    for _ in range(3):
        pulled = await pull_chart(house.cody)
        order.append(pulled.chart_id)
        await sql("UPDATE queue_entry SET state = 'done' WHERE chart_id = $1", pulled.chart_id)
        await sql("DELETE FROM assignment")
        await sql("UPDATE workload SET open_count = 0")

    assert order == [stat.id, sooner.id, later.id]


async def test_holding_one_means_no_second(house: House, sql: Sql) -> None:
    first = await make_chart(sql, house)
    await make_chart(sql, house, promise_hours=48)
    await pull_chart(house.cody)

    again = await pull_chart(house.cody)

    assert (again.outcome, again.chart_id) == (Outcome.HELD, first.id)


async def test_a_larger_cap_allows_a_second(house: House, sql: Sql) -> None:
    await make_chart(sql, house)
    await make_chart(sql, house)
    await sql("INSERT INTO workload (person_id, cap) VALUES ($1, 2)", house.cody.person_id)

    first, second, third = [await pull_chart(house.cody) for _ in range(3)]

    assert first.chart_id != second.chart_id
    assert third.outcome is Outcome.HELD


async def test_nobody_pulls_a_client_they_were_not_granted(house: House, sql: Sql) -> None:
    await make_chart(sql, house, client=house.south, specialty="emergency")

    assert (await pull_chart(house.cora)).outcome is Outcome.EMPTY
    assert (await pull_chart(house.outsider)).outcome is Outcome.PULLED


async def test_nobody_pulls_outside_their_specialties_or_above_their_level(house: House, sql: Sql) -> None:
    await make_chart(sql, house, specialty="emergency")
    await sql("DELETE FROM skill WHERE person_id = $1 AND specialty = 'emergency'", house.cody.person_id)
    await sql("UPDATE queue_entry SET level = 3")

    assert (await pull_chart(house.cody)).outcome is Outcome.EMPTY
    assert (await pull_chart(house.cora)).outcome is Outcome.EMPTY

    await sql("UPDATE skill SET level = 3 WHERE person_id = $1", house.cora.person_id)
    assert (await pull_chart(house.cora)).outcome is Outcome.PULLED


async def test_the_barred_are_passed_over(house: House, sql: Sql) -> None:
    chart = await make_chart(sql, house)
    await sql("UPDATE queue_entry SET barred = ARRAY[$1::uuid]", house.cody.person_id)

    assert (await pull_chart(house.cody)).outcome is Outcome.BARRED
    assert (await pull_chart(house.cora)).chart_id == chart.id


async def test_what_is_kept_for_somebody_comes_first_to_them_and_to_others_only_later(house: House, sql: Sql) -> None:
    kept = await make_chart(sql, house, promise_hours=72)
    other = await make_chart(sql, house)
    await sql(
        "UPDATE queue_entry SET preferred_person = $2, preferred_until = clock_timestamp() + interval '1 hour'"
        " WHERE chart_id = $1",
        kept.id, house.cora.person_id,
    )  # fmt: skip

    assert (await pull_chart(house.cora)).chart_id == kept.id
    assert (await pull_chart(house.cody)).chart_id == other.id

    await release_chart(house.cora, chart_id=kept.id, fence=1, reason="stopping", now=NOW)
    await sql("UPDATE workload SET cap = 2")
    waiting = await pull_chart(house.cody)
    assert waiting.outcome is Outcome.KEPT
    assert waiting.kept_until is not None
    await sql("UPDATE queue_entry SET preferred_until = clock_timestamp() - interval '1 second'")
    assert (await pull_chart(house.cody)).chart_id == kept.id


async def test_every_reason_for_an_empty_desk_has_its_sentence(house: House, sql: Sql) -> None:
    assert (await pull_chart(house.cody)).outcome is Outcome.EMPTY
    await sql("UPDATE workload SET paused_at = clock_timestamp()")
    assert (await pull_chart(house.cody)).outcome is Outcome.PAUSED
    await sql("DELETE FROM skill WHERE person_id = $1", house.cora.person_id)
    assert (await pull_chart(house.cora)).outcome is Outcome.NO_SKILL
    await sql("UPDATE client_grant SET revoked_at = clock_timestamp()")
    assert (await pull_chart(house.cora)).outcome is Outcome.NO_CLIENT
    assert (await pull(house.audrey, stage=Stage.CODING, request_id=new_id(), now=NOW)).outcome is Outcome.NOT_ALLOWED
    assert set(SENTENCES) == set(Outcome)
    assert all(sentence.endswith(".") for sentence in SENTENCES.values())


@pytest.mark.parametrize("name", ["mona", "clara", "connie", "adam"])
async def test_only_coders_and_auditors_pull(house: House, sql: Sql, name: str) -> None:
    await make_chart(sql, house)

    with pytest.raises(NotPermitted):
        await pull_chart(house.people[name])

    assert await sql("SELECT 1 FROM assignment") == []


async def test_the_same_request_again_gets_the_same_chart_and_never_another(house: House, sql: Sql) -> None:
    chart = await make_chart(sql, house)
    await make_chart(sql, house)
    request_id = new_id()
    first = await pull_next_chart(house.cody, request_id=request_id, now=NOW)

    again = await pull_next_chart(house.cody, request_id=request_id, now=NOW)
    await release_chart(house.cody, chart_id=chart.id, fence=1, reason="stopping", now=NOW)
    much_later = await pull_next_chart(house.cody, request_id=request_id, now=NOW)

    assert (first.outcome, again.outcome, much_later.outcome) == (Outcome.PULLED, Outcome.AGAIN, Outcome.SPENT)
    assert first.chart_id == again.chart_id == chart.id
    assert len(await sql("SELECT 1 FROM access_event WHERE action = 'assignment:pulled'")) == 1


async def test_giving_back_needs_a_reason_and_puts_the_chart_back_in_line(house: House, sql: Sql) -> None:
    chart = await make_chart(sql, house)
    pulled = await pull_chart(house.cody)
    release = {"chart_id": chart.id, "fence": pulled.fence, "now": NOW}

    with pytest.raises(Invalid):
        await release_chart(house.cody, reason="because", **release)
    await release_chart(house.cody, reason="stopping", **release)

    [row] = await sql("SELECT state FROM chart")
    assert row["state"] == "ready"
    [ended] = await sql("SELECT outcome, reason FROM assignment_history")
    assert tuple(ended) == ("released", "stopping")
    [logged] = await sql("SELECT outcome, patient_id FROM access_event WHERE action = 'assignment:released'")
    assert logged["patient_id"] == chart.patient_id
    with pytest.raises(Conflict):
        await release_chart(house.cody, reason="stopping", **release)
    assert (await pull_chart(house.cody)).fence == 2


async def test_whoever_may_not_do_a_chart_is_not_given_it_again(house: House, sql: Sql) -> None:
    chart = await make_chart(sql, house)
    pulled = await pull_chart(house.cody)

    await release_chart(house.cody, chart_id=chart.id, fence=pulled.fence, reason="know-the-patient", now=NOW)

    assert (await pull_chart(house.cody)).outcome is Outcome.BARRED
    assert (await pull_chart(house.cora)).chart_id == chart.id


async def test_a_correction_stays_in_correction_whoever_gives_it_back(house: House, sql: Sql) -> None:
    chart = await make_chart(sql, house, coder=house.cody)
    await sql("UPDATE chart SET state = 'correcting'")

    pulled = await pull_chart(house.cody)
    await release_chart(house.cody, chart_id=chart.id, fence=pulled.fence, reason="stopping", now=NOW)

    [row] = await sql("SELECT state FROM chart")
    assert row["state"] == "correcting"
    assert await sql("SELECT 1 FROM chart_event") == []


async def test_working_keeps_a_chart_and_somebody_else_cannot(house: House, sql: Sql) -> None:
    chart = await make_chart(sql, house)
    pulled = await pull_chart(house.cody)
    await sql("UPDATE assignment SET lease_until = clock_timestamp() + interval '1 minute'")

    await keep_assignment(house.cody, chart_id=chart.id, stage=Stage.CODING, fence=pulled.fence)

    assert (await get_hold(house.cody, chart_id=chart.id, stage=Stage.CODING)).left > timedelta(minutes=29)
    for actor, fence in ((house.cora, pulled.fence), (house.cody, pulled.fence + 1)):
        with pytest.raises(Conflict):
            await keep_assignment(actor, chart_id=chart.id, stage=Stage.CODING, fence=fence)
    with pytest.raises(Conflict):
        await get_hold(house.cora, chart_id=chart.id, stage=Stage.CODING)


async def test_what_nobody_kept_goes_back_in_line(house: House, sql: Sql) -> None:
    chart, kept = await make_chart(sql, house), await make_chart(sql, house, promise_hours=48)
    await pull_chart(house.cody)
    await pull_chart(house.cora)
    await sql(
        "UPDATE assignment SET lease_until = clock_timestamp() - interval '1 second' WHERE chart_id = $1", chart.id
    )

    assert await return_expired(now=NOW) == 1
    assert await return_expired(now=NOW) == 0

    states = {row["id"]: row["state"] for row in await sql("SELECT id, state FROM chart")}
    assert states == {chart.id: "ready", kept.id: "assigned"}
    [logged] = await sql("SELECT patient_id, actor_id FROM access_event WHERE action = 'assignment:expired'")
    assert tuple(logged) == (chart.patient_id, None)
    with pytest.raises(Conflict):
        await keep_assignment(house.cody, chart_id=chart.id, stage=Stage.CODING, fence=1)
    assert (await pull_chart(house.cody)).fence == 2


async def test_a_lease_that_ran_out_but_was_not_taken_back_still_holds(house: House, sql: Sql) -> None:
    chart = await make_chart(sql, house)
    pulled = await pull_chart(house.cody)
    await sql("UPDATE assignment SET lease_until = clock_timestamp() - interval '1 hour'")

    await keep_assignment(house.cody, chart_id=chart.id, stage=Stage.CODING, fence=pulled.fence)

    assert await return_expired(now=NOW) == 0


async def test_an_impostor_of_another_kind_is_refused_by_the_database_too(house: House, sql: Sql) -> None:
    await make_chart(sql, house)
    impostor = replace(house.audrey, kind=house.cody.kind)  # an auditor's id under the coders' role

    assert (await pull_chart(impostor)).outcome is Outcome.NOT_ALLOWED


async def test_the_database_writes_the_event_of_a_pull_as_we_would(house: House, sql: Sql) -> None:
    chart = await make_chart(sql, house)
    origin = Origin(ip="192.0.2.7", agent_hash="ab" * 32, request_id=new_id())
    cody = replace(house.cody, origin=origin, session_id=new_id(), assurance=2)
    await pull_chart(cody)
    hold = await get_hold(cody, chart_id=chart.id, stage=Stage.CODING)
    async with acting_as(cody):
        await record(
            cody, Action.ASSIGNMENT_PULLED, object_type="chart", object_id=chart.id, client_id=chart.client_id,
            patient_id=chart.patient_id, details={"stage": "coding", "fence": hold.fence},
        )  # fmt: skip

    theirs, ours = [
        json.loads(row["canonical"])
        for row in await sql("SELECT canonical FROM access_event WHERE action = 'assignment:pulled' ORDER BY id")
    ]

    for one in (theirs, ours):
        del one["id"], one["ts"]
    assert theirs == ours
    [stored] = await sql("SELECT canonical FROM access_event ORDER BY id LIMIT 1")
    assert rfc8785.dumps(json.loads(stored["canonical"])) == stored["canonical"]


async def test_a_chart_says_why_it_was_given_and_what_came_next(house: House, sql: Sql) -> None:
    first = await make_chart(sql, house, promise_hours=24)
    second = await make_chart(sql, house, promise_hours=48)
    await pull_chart(house.cody)

    [given] = await sql(
        "SELECT a.how, w.name, a.rank = e.rank AS as_ranked, a.next_entry_id FROM assignment a"
        " JOIN queue_entry e ON e.id = a.queue_entry_id JOIN worklist w ON w.id = a.worklist_id"
    )
    assert tuple(given) == ("list", "Everything else", True, second.entry_id)
    [routed] = await sql("SELECT kind, because FROM routing WHERE chart_id = $1", first.id)
    assert tuple(routed) == ("lined up", "every chart")
