"""Lists, lanes and what the worker does for the line, seen through what people are given."""

import json
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

import pytest

from assignments.lining_up import line_up
from assignments.pulling import Outcome, get_hold, pull, release_chart
from assignments.rules import LATE_STEP, Stage
from assignments.worklists.jobs import keep_the_line, renew_hints
from assignments.worklists.placing import sort_anew
from portal.actor import WORKER, Actor
from portal.database import acting_as
from portal.ids import new_id
from tests.cast import NOW, House
from tests.conftest import Sql
from tests.factories import make_chart, pull_chart


async def make_list(sql: Sql, name: str, position: int, rule: list[Any], *people: tuple[Any, ...], **more: Any) -> UUID:
    """A coding worklist; `people` are (actor, role, position, at a time)."""
    list_id = new_id()
    await sql(
        "INSERT INTO worklist (id, stage, name, position, rule, sort) VALUES ($1, $2, $3, $4, $5::jsonb, $6)",
        list_id, more.get("stage", "coding"), name, position, json.dumps(rule), more.get("sort", "promise"),
    )  # fmt: skip
    for actor, role, place, at_a_time in people:
        await sql(
            "INSERT INTO worklist_person VALUES ($1, $2, $3, $4, $5)", list_id, actor.person_id, role, place, at_a_time
        )
    return list_id


def about(field: str, operator: str, *values: str) -> list[list[dict[str, Any]]]:
    """A rule of one criterion."""
    return [[{"field": field, "operator": operator, "values": list(values)}]]


async def given(sql: Sql, coder: Actor) -> UUID | None:
    """What the coder is given next; it is finished at once."""
    pulled = await pull_chart(coder)
    if pulled.chart_id:
        await sql("DELETE FROM assignment WHERE chart_id = $1", pulled.chart_id)
        await sql("UPDATE queue_entry SET state = 'done' WHERE chart_id = $1", pulled.chart_id)
        await sql("UPDATE workload SET open_count = 0 WHERE person_id = $1", coder.person_id)
    found: UUID | None = pulled.chart_id
    return found


async def test_the_first_list_that_an_entry_meets_takes_it_and_says_so(house: House, sql: Sql) -> None:
    stat = await make_list(sql, "STAT", 1, about("stat", "is"))
    await make_list(sql, "Radiology", 2, about("specialty", "in", "radiology"))
    chart = await make_chart(sql, house, is_stat=True)
    [routed] = await sql("SELECT worklist_id, because FROM routing WHERE chart_id = $1", chart.id)
    assert (routed["worklist_id"], routed["because"]) == (stat, "STAT is")


async def test_primary_lists_come_in_their_order_and_backups_when_they_are_empty(house: House, sql: Sql) -> None:
    await make_list(sql, "Medicare", 1, about("payer", "in", "Medicare"), (house.cody, "primary", 2, None))
    await make_list(sql, "Aetna", 2, about("payer", "in", "Aetna"), (house.cody, "primary", 1, None))
    await make_list(sql, "Cigna", 3, about("payer", "in", "Cigna"), (house.cody, "backup", 1, None))
    cigna = await make_chart(sql, house, payer="Cigna", promise_hours=1)
    medicare = await make_chart(sql, house, payer="Medicare", promise_hours=20)
    aetna = await make_chart(sql, house, payer="Aetna", promise_hours=40)
    rest = await make_chart(sql, house, payer="Other", promise_hours=1)

    assert [await given(sql, house.cody) for _ in range(5)] == [aetna.id, medicare.id, cigna.id, rest.id, None]


async def test_a_list_has_its_charts_in_a_row_and_then_the_next_has_its_turn(house: House, sql: Sql) -> None:
    await make_list(sql, "Medicare", 1, about("payer", "in", "Medicare"), (house.cody, "primary", 1, 2))
    await make_list(sql, "Aetna", 2, about("payer", "in", "Aetna"), (house.cody, "primary", 2, None))
    medicare = [await make_chart(sql, house, payer="Medicare", promise_hours=20 + n) for n in range(4)]
    aetna = await make_chart(sql, house, payer="Aetna")

    order = [await given(sql, house.cody) for _ in range(5)]

    assert order == [medicare[0].id, medicare[1].id, aetna.id, medicare[2].id, medicare[3].id]


async def test_a_list_of_others_is_not_given_and_the_empty_desk_says_so(house: House, sql: Sql) -> None:
    await make_list(sql, "Cora's", 1, about("payer", "in", "Medicare"), (house.cora, "primary", 1, None))
    chart = await make_chart(sql, house)

    assert (await pull_chart(house.cody)).outcome is Outcome.ELSEWHERE
    assert (await pull_chart(house.cora)).chart_id == chart.id


async def test_a_list_without_people_is_everybodys(house: House, sql: Sql) -> None:
    await make_list(sql, "Medicare", 1, about("payer", "in", "Medicare"))
    chart = await make_chart(sql, house)
    assert (await pull_chart(house.cody)).chart_id == chart.id


async def test_a_changed_list_sorts_what_waits_anew(house: House, sql: Sql) -> None:
    soon = await make_chart(sql, house, promise_hours=24)
    old = await make_chart(sql, house, promise_hours=90, received_at=NOW - timedelta(days=2))
    await make_list(sql, "Oldest first", 1, [], sort="received")

    assert await sort_anew(WORKER, stage=Stage.CODING, now=NOW) == 2
    assert await sort_anew(WORKER, stage=Stage.CODING, now=NOW) == 0
    assert [await given(sql, house.cody) for _ in range(2)] == [old.id, soon.id]


@pytest.mark.parametrize(
    ("statement", "restored"),
    [
        ("UPDATE client_grant SET revoked_at = clock_timestamp()", "UPDATE client_grant SET revoked_at = NULL"),
        ("UPDATE skill SET specialty = 'pathology' WHERE specialty = 'radiology'",
         "UPDATE skill SET specialty = 'radiology' WHERE specialty = 'pathology'"),
        ("UPDATE person SET country = 'PH' WHERE kind = 'coder'", "UPDATE person SET country = 'US'"),
        ("UPDATE qualification SET revoked_at = clock_timestamp()", "UPDATE qualification SET revoked_at = NULL"),
        ("UPDATE qualification SET verified_at = NULL, verified_by = NULL",
         "UPDATE qualification SET verified_at = clock_timestamp(), verified_by = noted_by"),
        ("UPDATE qualification SET valid_until = current_date - 1", "UPDATE qualification SET valid_until = NULL"),
    ],
)  # fmt: skip
async def test_what_somebody_may_take_follows_every_change_at_once(
    house: House, sql: Sql, statement: str, restored: str
) -> None:
    await sql("DELETE FROM skill WHERE person_id = $1 AND specialty <> 'radiology'", house.cody.person_id)
    await sql(
        "INSERT INTO requirement VALUES ($1, $2, 'radiology', 'coding', '{CPC,CCS}', $3, $4)",
        new_id(), house.north.id, NOW, house.mona.person_id,
    )  # fmt: skip
    await sql(
        "INSERT INTO country_rule VALUES ($1, $2, 'medicare', '{US,CA}', $3, $4)",
        new_id(), house.north.id, NOW, house.mona.person_id,
    )  # fmt: skip
    await sql(
        "INSERT INTO qualification (id, person_id, kind, name, noted_at, noted_by, verified_at, verified_by)"
        " VALUES ($1, $2, 'credential', 'CCS', $3, $4, $3, $4)",
        new_id(), house.cody.person_id, NOW, house.mona.person_id,
    )  # fmt: skip
    first, second = await make_chart(sql, house), await make_chart(sql, house, promise_hours=30)
    assert await given(sql, house.cody) == first.id

    await sql(statement)
    assert (await pull_chart(house.cody)).chart_id is None

    await sql(restored)
    assert await given(sql, house.cody) == second.id


async def test_without_the_credential_the_desk_says_what_is_missing(house: House, sql: Sql) -> None:
    await sql(
        "INSERT INTO requirement VALUES ($1, NULL, NULL, NULL, '{HIPAA 2026}', $2, $3)",
        new_id(), NOW, house.mona.person_id,
    )  # fmt: skip
    await make_chart(sql, house)
    assert (await pull_chart(house.cody)).outcome is Outcome.UNQUALIFIED


async def test_what_runs_short_is_opened_to_everybody_who_may(house: House, sql: Sql) -> None:
    await make_list(sql, "Cora's", 1, about("payer", "in", "Medicare"), (house.cora, "primary", 1, None))
    await sql("UPDATE service_line SET widen_minutes = 60 WHERE id = $1", house.north.lines["radiology"])
    chart = await make_chart(sql, house, promise_hours=24)
    [due] = await sql("SELECT due_at FROM chart WHERE id = $1", chart.id)

    await keep_the_line(now=due["due_at"] - timedelta(minutes=61))
    assert (await pull_chart(house.cody)).outcome is Outcome.ELSEWHERE
    await keep_the_line(now=due["due_at"] - timedelta(minutes=59))
    assert (await pull_chart(house.cody)).chart_id == chart.id
    kinds = await sql("SELECT kind FROM routing WHERE chart_id = $1 ORDER BY happened_at, id", chart.id)
    assert {row["kind"] for row in kinds} == {"lined up", "widened"}


async def test_what_cannot_be_in_time_steps_back_once(house: House, sql: Sql) -> None:
    hopeless = await make_chart(sql, house, promise_hours=2)
    hopeful = await make_chart(sql, house, promise_hours=20)
    [before] = await sql("SELECT rank, due_at FROM queue_entry WHERE chart_id = $1", hopeless.id)

    for _ in range(2):
        await keep_the_line(now=before["due_at"])

    [after] = await sql("SELECT rank FROM queue_entry WHERE chart_id = $1", hopeless.id)
    assert after["rank"] == before["rank"] + LATE_STEP
    assert [await given(sql, house.cody) for _ in range(2)] == [hopeful.id, hopeless.id]


async def test_what_was_kept_too_long_is_opened_by_the_worker(house: House, sql: Sql) -> None:
    chart = await make_chart(sql, house)
    await sql(
        "UPDATE queue_entry SET preferred_person = $1, preferred_until = clock_timestamp() - interval '1 second'",
        house.cora.person_id,
    )
    assert await keep_the_line(now=NOW) == 1
    [entry] = await sql("SELECT preferred_person FROM queue_entry WHERE chart_id = $1", chart.id)
    assert entry["preferred_person"] is None


async def test_a_hint_never_hides_what_waits(house: House, sql: Sql) -> None:
    later = await make_chart(sql, house, promise_hours=48)
    await renew_hints()
    sooner = await make_chart(sql, house, promise_hours=24)
    assert await given(sql, house.cody) == sooner.id
    await sql("UPDATE queue_head SET rank_from = 'infinity'")  # as wrong as it can be
    assert await given(sql, house.cody) == later.id


async def test_the_hint_of_a_lane_is_renewed_where_something_was_taken_and_of_every_lane_in_its_turn(
    house: House, sql: Sql
) -> None:
    charts = [await make_chart(sql, house, promise_hours=hours) for hours in (24, 48)]
    taken, left = [(await sql("SELECT * FROM queue_entry WHERE chart_id = $1", chart.id))[0] for chart in charts]
    assert taken["lane_id"] == left["lane_id"]

    async def hint() -> datetime:
        [lane] = await sql("SELECT rank_from FROM lane WHERE id = $1", left["lane_id"])
        return cast("datetime", lane["rank_from"])

    await sql("SELECT renew_hints(1)")  # each turn is every lane's
    assert await hint() == taken["rank"]
    assert (await pull_chart(house.cody)).chart_id == charts[0].id
    await sql("SELECT renew_hints(2000000000)")  # no turn of this lane's for sixty years
    assert await hint() == left["rank"]

    await sql("UPDATE assignment SET pulled_at = pulled_at - interval '1 minute'")
    await sql("UPDATE lane SET rank_from = '-infinity'")
    await sql("SELECT renew_hints(2000000000)")
    assert await hint() != left["rank"]
    await sql("SELECT renew_hints(1)")
    assert await hint() == left["rank"]


async def test_nobody_sits_on_two_seats_of_one_round(house: House, sql: Sql) -> None:
    chart = await make_chart(sql, house, state="coded", coder=house.cora)
    async with acting_as(WORKER):
        await line_up(WORKER, chart_id=chart.id, stage=Stage.AUDIT, now=NOW, seats=2, barred=[house.cora.person_id])
    await sql("INSERT INTO workload (person_id, cap) VALUES ($1, 2), ($2, 2)",
              house.audrey.person_id, house.abel.person_id)  # fmt: skip

    first = await pull(house.audrey, stage=Stage.AUDIT, request_id=new_id(), now=NOW)
    assert first.outcome is Outcome.PULLED
    assert (await pull(house.audrey, stage=Stage.AUDIT, request_id=new_id(), now=NOW)).outcome is Outcome.BARRED
    second = await pull(house.abel, stage=Stage.AUDIT, request_id=new_id(), now=NOW)
    assert (second.outcome, second.chart_id) == (Outcome.PULLED, chart.id)
    assert second.entry_id != first.entry_id


async def test_a_release_for_a_reason_that_bars_opens_what_was_kept_for_them_alone(house: House, sql: Sql) -> None:
    chart = await make_chart(sql, house)
    await sql("UPDATE queue_entry SET preferred_person = $1", house.cody.person_id)  # for ever
    pulled = await pull_chart(house.cody)
    assert (await get_hold(house.cody, chart_id=chart.id, stage=Stage.CODING)).fence == pulled.fence
    await release_chart(house.cody, chart_id=chart.id, fence=pulled.fence, reason="know-the-patient", now=NOW)
    assert (await pull_chart(house.cora)).chart_id == chart.id
