"""What becomes of a coded chart: drawn by its ticket, or final; and opening the plan that decides it."""

import asyncio
from decimal import Decimal
from hashlib import sha256
from uuid import UUID

import asyncpg
import pytest

from auditing.quality.sampling import open_plan
from auditing.quality.tickets import is_drawn, ticket
from portal.errors import Conflict, NotFound
from portal.ids import new_id
from tests.auditing.quality.steps import Work, draw_chart, pull_audit
from tests.cast import NOW, House
from tests.conftest import Sql
from tests.factories import code_chart, make_chart


async def state_of(sql: Sql, chart_id: UUID) -> str:
    [row] = await sql("SELECT state FROM chart WHERE id = $1", chart_id)
    return str(row["state"])


async def test_a_drawn_chart_waits_for_an_auditor_who_is_not_its_coder(house: House, sql: Sql, work: Work) -> None:
    drawn = await draw_chart(sql, house, work)

    assert await state_of(sql, drawn.chart_id) == "coded"
    [audit] = await sql("SELECT * FROM audit WHERE id = $1", drawn.audit_id)
    assert (audit["state"], audit["type"], audit["number"]) == ("in_line", "pre-bill", 1)
    assert (audit["coder_id"], audit["auditor_id"]) == (house.cody.person_id, None)
    [entry] = await sql("SELECT * FROM queue_entry WHERE chart_id = $1 AND stage = 'audit'", drawn.chart_id)
    assert (entry["state"], entry["barred"]) == ("waiting", [house.cody.person_id])
    [event] = await sql("SELECT * FROM access_event WHERE action = 'audit:drawn'")
    assert (event["object_id"], event["actor_id"]) == (drawn.chart_id, None)


async def test_the_ticket_can_be_recomputed_from_the_seed(house: House, sql: Sql, work: Work) -> None:
    drawn = await draw_chart(sql, house, work)

    [draw] = await sql("SELECT d.*, s.seed, p.commitment FROM draw d JOIN sample_plan p ON p.id = d.plan_id"
                       " JOIN sample_seed s ON s.plan_id = p.id")  # fmt: skip
    assert draw["chart_id"] == drawn.chart_id
    assert draw["ticket"] == ticket(draw["seed"].hex(), drawn.chart_id)
    assert draw["commitment"] == sha256(draw["seed"]).digest()


async def test_a_chart_that_is_not_drawn_is_final_and_delivered(house: House, sql: Sql, work: Work) -> None:
    await open_plan(house.mona, client_id=house.north.id, percent=Decimal(0), now=NOW)
    made = await make_chart(sql, house)
    await code_chart(house.cody)
    await work()

    [draw] = await sql("SELECT * FROM draw WHERE chart_id = $1", made.id)
    assert draw["is_drawn"] is False
    assert await sql("SELECT 1 FROM audit WHERE chart_id = $1", made.id) == []
    [chart] = await sql("SELECT * FROM chart WHERE id = $1", made.id)
    assert (chart["state"], chart["final_at"]) == ("delivered", NOW)


async def test_a_client_without_a_plan_has_nothing_audited(house: House, sql: Sql, work: Work) -> None:
    await sql("UPDATE sample_plan SET closed_at = $1", NOW)
    made = await make_chart(sql, house)
    await code_chart(house.cody)
    await work()

    assert await sql("SELECT 1 FROM draw") == []
    assert await state_of(sql, made.id) == "delivered"


async def test_what_is_drawn_is_what_the_seed_says(house: House, sql: Sql, work: Work) -> None:
    await open_plan(house.mona, client_id=house.north.id, percent=Decimal(50), now=NOW)
    made = [await make_chart(sql, house, text=None) for _ in range(6)]
    for _ in made:
        await code_chart(house.cody)
    await work()

    [seed] = await sql("SELECT s.seed FROM sample_seed s JOIN sample_plan p ON p.id = s.plan_id"
                       " WHERE p.client_id = $1 AND p.closed_at IS NULL", house.north.id)  # fmt: skip
    expected = {one.id for one in made if is_drawn(ticket(seed["seed"].hex(), one.id), Decimal(50))}
    assert {row["chart_id"] for row in await sql("SELECT chart_id FROM audit")} == expected
    assert {one.id for one in made if await state_of(sql, one.id) == "coded"} == expected


async def test_handing_out_twice_draws_once(house: House, sql: Sql, work: Work) -> None:
    from assignments.events import hand_out
    from auditing.quality.reactions import SUBSCRIPTIONS

    drawn = await draw_chart(sql, house, work)
    [event] = await sql("SELECT id FROM chart_event WHERE chart_id = $1 AND kind = 'coded'", drawn.chart_id)

    await asyncio.gather(*(hand_out(event["id"], SUBSCRIPTIONS) for _ in range(4)))

    assert len(await sql("SELECT 1 FROM draw")) == len(await sql("SELECT 1 FROM audit")) == 1


async def test_a_coder_is_never_given_an_audit_and_a_person_never_their_own_chart(
    house: House, sql: Sql, work: Work
) -> None:
    drawn = await draw_chart(sql, house, work)

    assert (await pull_audit(house.cody)).outcome == "not_allowed"
    # A coder who has become an auditor keeps away from what they coded.
    await sql("UPDATE person SET kind = 'auditor' WHERE id = $1", house.cody.person_id)
    assert (await pull_audit(house.cody)).outcome == "barred"
    assert (await pull_audit(house.audrey)).chart_id == drawn.chart_id


async def test_the_database_refuses_an_auditor_who_is_the_coder(house: House, sql: Sql, work: Work) -> None:
    drawn = await draw_chart(sql, house, work)

    with pytest.raises(asyncpg.CheckViolationError):
        await sql("UPDATE audit SET auditor_id = coder_id WHERE id = $1", drawn.audit_id)
    with pytest.raises(asyncpg.CheckViolationError):
        await sql("UPDATE chart SET auditor_of_record = coder_of_record WHERE id = $1", drawn.chart_id)


# Plans ------------------------------------------------------------------------------------------------------------


async def test_a_new_plan_closes_the_old_one_and_commits_to_its_seed(house: House, sql: Sql) -> None:
    plan_id = await open_plan(house.mona, client_id=house.north.id, percent=Decimal("12.50"), now=NOW)

    [plan] = await sql("SELECT p.*, s.seed FROM sample_plan p JOIN sample_seed s ON s.plan_id = p.id WHERE p.id = $1",
                       plan_id)  # fmt: skip
    assert (plan["percent"], plan["opened_by"], plan["closed_at"]) == (Decimal("12.50"), house.mona.person_id, None)
    assert plan["commitment"] == sha256(plan["seed"]).digest()
    [old] = await sql("SELECT closed_at FROM sample_plan WHERE id = $1", house.north.plan_id)
    assert old["closed_at"] == NOW
    [event] = await sql("SELECT * FROM access_event WHERE action = 'plan:opened'")
    assert (event["object_id"], event["actor_id"]) == (plan_id, house.mona.person_id)


async def test_the_same_share_again_keeps_the_plan_and_its_seed(house: House, sql: Sql) -> None:
    first = await open_plan(house.mona, client_id=house.north.id, percent=Decimal(20), now=NOW)
    again = await open_plan(house.mona, client_id=house.north.id, percent=Decimal("20.00"), now=NOW)

    assert first == again
    assert len(await sql("SELECT 1 FROM sample_plan WHERE client_id = $1", house.north.id)) == 2


async def test_two_managers_at_once_leave_one_open_plan(house: House, sql: Sql) -> None:
    results = await asyncio.gather(
        *(open_plan(house.mona, client_id=house.north.id, percent=Decimal(n), now=NOW) for n in (5, 15, 25)),
        return_exceptions=True,
    )

    assert any(isinstance(result, UUID) for result in results)
    assert all(isinstance(result, UUID | Conflict) for result in results)
    assert len(await sql("SELECT 1 FROM sample_plan WHERE client_id = $1 AND closed_at IS NULL", house.north.id)) == 1


async def test_nobody_but_a_manager_opens_a_plan_and_nobody_reads_a_seed(house: House) -> None:
    from portal.database import DB, acting_as

    with pytest.raises(NotFound):
        await open_plan(house.mona, client_id=new_id(), percent=Decimal(5), now=NOW)
    for actor in (house.clara, house.cody, house.audrey, house.connie, house.adam):
        with pytest.raises((asyncpg.InsufficientPrivilegeError, NotFound)):
            await open_plan(actor, client_id=house.north.id, percent=Decimal(5), now=NOW)
    for actor in (house.clara, house.cody, house.audrey, house.mona, house.connie, house.adam):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with acting_as(actor):
                await DB.fetch("SELECT seed FROM sample_seed")
