"""Documents go when their years are over and a grace period has passed; what is held stays, whoever asks."""

from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from assignments.retention.holds import UnderHold, ensure_not_held, lift_hold, place_hold
from assignments.retention.purging import keep_retention, propose_purges, purge_proposed
from assignments.retention.rules import GRACE, Basis, Scope
from assignments.retention.ruling import set_retention
from portal.actor import WORKER
from portal.clock import set_back_to
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid, NotFound
from portal.ids import new_id
from storage.deleting import delete_blobs, destroy_blobs
from tests.assignments.retention.keeping import YEARS_LATER, blob_states, delivered_chart, objects_of
from tests.cast import NOW, House
from tests.conftest import Sql, Web
from tests.factories import make_chart


async def _keep(house: House, years: int = 6, basis: Basis = Basis.DELIVERY) -> None:
    await set_retention(house.connie, client_id=house.north.id, years=years, basis=basis, floor=1)


async def _hold(house: House, scope: Scope, number: str = "") -> Any:
    return await place_hold(
        house.connie, client_id=house.north.id, scope=scope, chart_number=number, reason="Matter 12", now=NOW
    )


async def test_what_is_due_is_proposed_and_purged_only_after_the_grace_period(house: House, sql: Sql) -> None:
    due = await delivered_chart(sql, house)
    young = await delivered_chart(sql, house, at=YEARS_LATER - timedelta(days=300))
    open_chart = await make_chart(sql, house)
    await _keep(house)
    assert await propose_purges(now=YEARS_LATER) == 2
    assert await propose_purges(now=YEARS_LATER) == 0, "once only"
    assert await purge_proposed(now=YEARS_LATER + GRACE - timedelta(seconds=1)) == 0
    assert await blob_states(sql, due.id) == {"stored"}
    assert await purge_proposed(now=YEARS_LATER + GRACE) == 1
    assert await blob_states(sql, due.id) == {"deleted"}
    assert await objects_of(sql, due.id) == []
    for chart in (young, open_chart):
        assert await blob_states(sql, chart.id) == {"stored"}
        assert await objects_of(sql, chart.id)
    [run] = await sql("SELECT * FROM purge_run")
    assert (run["proposed_count"], run["document_count"], run["object_count"]) == (2, 2, 5)
    assert run["byte_count"] > 0
    blobs = await sql("SELECT wrapped_key, content_mac, sealed_size FROM blob WHERE state = 'deleted'")
    assert {(row["wrapped_key"], row["content_mac"]) for row in blobs} == {(None, None)}
    assert all(row["sealed_size"] for row in blobs)
    assert len(await sql("SELECT FROM access_event WHERE action = 'document:purged' AND patient_id IS NOT NULL")) == 2
    assert await sql("SELECT FROM chart WHERE id = $1", due.id), "the chart itself stays"


async def test_without_a_rule_nothing_is_ever_due(house: House, sql: Sql) -> None:
    await delivered_chart(sql, house)
    assert await propose_purges(now=YEARS_LATER + timedelta(days=36500)) == 0


async def test_years_after_closing_begin_when_the_client_is_closed(house: House, sql: Sql) -> None:
    chart = await delivered_chart(sql, house)
    await sql("UPDATE chart SET state = 'not_codable' WHERE id = $1", chart.id)
    await _keep(house, basis=Basis.CLOSING)
    assert await propose_purges(now=YEARS_LATER) == 0
    await sql("UPDATE client SET closed_at = $1 WHERE id = $2", NOW, house.north.id)
    assert await propose_purges(now=YEARS_LATER) == 2


async def test_a_longer_rule_takes_back_what_was_proposed(house: House, sql: Sql) -> None:
    chart = await delivered_chart(sql, house)
    await _keep(house)
    await propose_purges(now=YEARS_LATER)
    await _keep(house, years=20)
    await purge_proposed(now=YEARS_LATER + GRACE)
    assert await blob_states(sql, chart.id) == {"stored"}
    assert [row["document_count"] for row in await sql("SELECT document_count FROM purge_run")] == [0]
    [event] = await sql(
        "SELECT canonical FROM access_event WHERE action = 'retention:changed' ORDER BY recorded_at DESC LIMIT 1"
    )
    assert b'"years_before":6' in event["canonical"]
    assert b'"years":20' in event["canonical"]


@pytest.mark.parametrize("scope", list(Scope))
async def test_what_is_held_is_not_purged_until_the_hold_is_lifted(house: House, sql: Sql, scope: Scope) -> None:
    held = await delivered_chart(sql, house)
    same_patient = await delivered_chart(sql, house, patient_id=held.patient_id)
    free = await delivered_chart(sql, house)
    await _keep(house)
    await propose_purges(now=YEARS_LATER)
    hold_id = await _hold(house, scope, held.number.lower())
    await purge_proposed(now=YEARS_LATER + GRACE)
    kept = {Scope.CHART: {held.id}, Scope.PATIENT: {held.id, same_patient.id},
            Scope.CLIENT: {held.id, same_patient.id, free.id}}[scope]  # fmt: skip
    for chart in (held, same_patient, free):
        assert await blob_states(sql, chart.id) == ({"stored"} if chart.id in kept else {"deleted"})
    assert await propose_purges(now=YEARS_LATER + GRACE) == 0, "what is held is not proposed"
    await lift_hold(house.connie, hold_id=hold_id, reason="Settled", now=NOW)
    assert await propose_purges(now=YEARS_LATER + GRACE) == 2 * len(kept)


async def test_the_database_itself_refuses_to_destroy_what_is_held(house: House, sql: Sql) -> None:
    chart = await delivered_chart(sql, house)
    [document] = await sql("SELECT id FROM document WHERE chart_id = $1 LIMIT 1", chart.id)
    await _hold(house, Scope.CHART, chart.number)
    with pytest.raises(asyncpg.ObjectInUseError):
        async with acting_as(WORKER):
            await destroy_blobs([document["id"]])
    for statement in (
        "UPDATE blob SET state = 'deleting'", "UPDATE blob SET state = 'deleted'", "UPDATE blob SET state = 'sweeping'",
        "DELETE FROM blob", "UPDATE client_key SET state = 'destroyed', wrapped = NULL", "DELETE FROM client_key",
    ):  # fmt: skip
        with pytest.raises(asyncpg.ObjectInUseError):
            await sql(statement + " WHERE client_id = $1", house.north.id)
    assert await blob_states(sql, chart.id) == {"stored"}
    # An old key that seals nothing any more may go: a rotation is no destruction.
    await sql(
        "INSERT INTO client_key (id, client_id, version, provider_key, wrapped, state, active_until)"
        " SELECT $1, client_id, 2, provider_key, wrapped, 'decrypt_only', now() FROM client_key WHERE client_id = $2",
        new_id(), house.north.id,
    )  # fmt: skip
    await sql("UPDATE client_key SET state = 'destroyed', wrapped = NULL WHERE version = 2")


async def test_whoever_destroys_can_ask_first(house: House, sql: Sql) -> None:
    chart = await delivered_chart(sql, house)
    for actor in (WORKER, house.adam, house.connie, house.mona):
        async with acting_as(actor):
            await ensure_not_held(house.north.id)
    await _hold(house, Scope.CHART, chart.number)
    for actor in (WORKER, house.adam, house.connie, house.mona):
        with pytest.raises(UnderHold):
            async with acting_as(actor):
                await ensure_not_held(house.north.id)
        async with acting_as(actor):
            await ensure_not_held(house.south.id)


async def test_a_hold_is_lifted_once_and_never_changed(house: House, sql: Sql) -> None:
    hold_id = await _hold(house, Scope.CLIENT)
    await lift_hold(house.connie, hold_id=hold_id, reason="Settled", now=NOW)
    with pytest.raises(Conflict):
        await lift_hold(house.connie, hold_id=hold_id, reason="Again", now=NOW)
    with pytest.raises(NotFound):
        await lift_hold(house.connie, hold_id=new_id(), reason="None", now=NOW)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with acting_as(house.connie):
            await DB.execute("UPDATE legal_hold SET reason = 'Another'")
    with pytest.raises(Invalid):
        await _hold(house, Scope.CHART, "NOR-9999")
    for action in ("hold:placed", "hold:lifted"):
        assert await sql("SELECT FROM access_event WHERE action = $1", action)


async def test_objects_left_behind_by_a_kill_are_removed_by_the_next_round(house: House, sql: Sql) -> None:
    chart = await delivered_chart(sql, house)
    async with acting_as(WORKER):
        await destroy_blobs([row["id"] for row in await DB.fetch("SELECT id FROM document")])
    assert await objects_of(sql, chart.id), "killed before the store was asked"
    with set_back_to(NOW):
        await keep_retention()
    assert await blob_states(sql, chart.id) == {"deleted"}
    assert await objects_of(sql, chart.id) == []
    assert await delete_blobs(WORKER) == 0


async def test_the_page_sets_rules_and_places_and_lifts_holds(house: House, web: Web, sql: Sql) -> None:
    chart = await delivered_chart(sql, house)
    connie = await web("connie")
    north = str(house.north.id)
    answer = await connie.post("/retention/rules", data={"client": north, "years": "2", "basis": "delivery"})
    assert answer.status_code == 422
    assert "6 to 50" in answer.text
    assert 'value="2"' in answer.text, "nothing typed is lost"
    answer = await connie.post("/retention/rules", data={"client": north, "years": "7", "basis": "delivery"})
    assert answer.status_code == 303
    hold = {"held": north, "scope": "patient", "chart": "NOR-1", "reason": "Case 4711"}
    assert "no chart of that number" in (await connie.post("/retention/holds", data=hold)).text
    assert (await connie.post("/retention/holds", data={**hold, "chart": chart.number})).status_code == 303
    shown = (await connie.get("/retention")).text
    assert "7 years after" in shown
    assert "Case 4711" in shown
    mona = await web("mona")
    assert "Case 4711" in (await mona.get(f"/floor/charts/{chart.id}")).text
    assert "1 legal hold" in (await mona.get(f"/clients/{north}")).text
    [row] = await sql("SELECT id FROM legal_hold")
    answer = await connie.post(f"/retention/holds/{row['id']}/lift", data={"lift_reason": "x" * 501})
    assert answer.status_code == 422
    assert f'href="#f-lift-{row["id"]}"' in answer.text
    assert "x" * 501 in answer.text
    answer = await connie.post(f"/retention/holds/{row['id']}/lift", data={"lift_reason": "Closed"})
    assert answer.status_code == 303
    assert "Case 4711" not in (await mona.get(f"/floor/charts/{chart.id}")).text
    answer = await connie.post(f"/retention/holds/{row['id']}/lift", data={"lift_reason": "Closed"})
    assert answer.status_code == 409


async def test_the_client_reads_that_a_document_was_destroyed(house: House, web: Web, sql: Sql) -> None:
    chart = await delivered_chart(sql, house)
    await _keep(house)
    await propose_purges(now=YEARS_LATER)
    await purge_proposed(now=YEARS_LATER + GRACE)
    shown = (await (await web("clara")).get(f"/charts/{chart.id}")).text
    assert "destroyed" in shown
    assert "/original" not in shown
