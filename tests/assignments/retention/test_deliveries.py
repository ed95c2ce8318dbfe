"""What a delivery was sent as is destroyed a while after it is finished, or with its client; its charts stay."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from assignments.retention.deliveries import destroy_finished_deliveries
from assignments.retention.exporting import Export
from assignments.retention.holds import place_hold
from assignments.retention.leaving import close_client, purge_client
from assignments.retention.rules import DELIVERY_KEPT, Scope
from portal.actor import WORKER
from portal.errors import Conflict
from storage.deleting import delete_blobs
from storage.inventory import take_inventory
from storage.verifying import verify_documents
from tests.assignments.bulk.packing import deliver, line, pack
from tests.assignments.sending import pdf
from tests.cast import NOW, House
from tests.conftest import Sql

LATER = NOW + timedelta(days=900)


async def _states(sql: Sql, owner_id: UUID) -> dict[tuple[str, str], int]:
    rows = await sql("SELECT kind, state, count(*) AS n FROM blob WHERE owner_id = $1 GROUP BY 1, 2", owner_id)
    return {(row["kind"], row["state"]): row["n"] for row in rows}


async def _finish(sql: Sql, delivery_id: UUID) -> None:
    await sql("UPDATE delivery SET finished_at = $2 WHERE id = $1", delivery_id, NOW)


async def test_a_finished_delivery_goes_after_a_while_and_its_charts_stay(house: House, work: Any, sql: Sql) -> None:
    taken = await deliver(house.clara, pack([line(1), line(2)]))
    refused = await deliver(house.clara, b"no ZIP at all")
    to_split = await deliver(house.clara, pdf("a", "b")[1], kind="pdf")
    await work()
    for delivery_id in (taken, refused):
        await _finish(sql, delivery_id)
    documents = await sql("SELECT count(*) AS n FROM blob WHERE kind = 'original' AND state = 'stored'")
    assert documents[0]["n"] == 2
    assert await destroy_finished_deliveries(now=NOW + DELIVERY_KEPT) == 0
    assert (await verify_documents(WORKER, sample=None)).holds

    assert await destroy_finished_deliveries(now=NOW + DELIVERY_KEPT + timedelta(minutes=1)) == 2
    assert await destroy_finished_deliveries(now=LATER) == 0
    await delete_blobs(WORKER)

    assert await _states(sql, taken) == await _states(sql, refused) == {("delivery", "deleted"): 1}
    assert await _states(sql, to_split) == {("delivery", "stored"): 1, ("page", "stored"): 2}
    assert (await verify_documents(WORKER, sample=None)).holds
    assert await sql("SELECT count(*) AS n FROM blob WHERE kind = 'original' AND state = 'stored'") == documents
    events = await sql("SELECT object_id, client_id FROM access_event WHERE action = 'delivery:destroyed'")
    assert {(event["object_id"], event["client_id"]) for event in events} == {
        (taken, house.north.id), (refused, house.north.id)
    }  # fmt: skip


async def test_a_client_of_which_anything_is_held_keeps_its_deliveries(house: House, work: Any, sql: Sql) -> None:
    delivery_id = await deliver(house.clara, pack([line(1)]))
    await work()
    await _finish(sql, delivery_id)
    await place_hold(
        house.connie, client_id=house.north.id, scope=Scope.CLIENT, chart_number="", reason="Matter", now=NOW
    )
    assert await destroy_finished_deliveries(now=LATER) == 0
    await sql("UPDATE legal_hold SET lifted_at = now(), lifted_by = placed_by, lift_reason = 'done'")
    assert await destroy_finished_deliveries(now=LATER) == 1


async def test_nothing_is_left_of_a_client_that_is_purged(house: House, work: Any, sql: Sql) -> None:
    await deliver(house.clara, pack([line(1)]))
    theirs = await deliver(house.stranger, pdf("a")[1], kind="pdf")
    await deliver(house.clara, pdf("a", "b")[1], kind="pdf")  # and never split
    await work()
    waiting = await deliver(house.clara, pack([line(2)]))
    await sql("UPDATE chart SET state = 'cancelled' WHERE client_id = $1", house.north.id)
    await close_client(house.adam, client_id=house.north.id, now=LATER)
    made = Export(house.north.id, LATER, is_open=True)
    async for _ in made.pieces():
        pass
    with pytest.raises(Conflict, match="1 deliveries of this client are still being taken in"):
        await purge_client(client_id=house.north.id, now=LATER)
    await sql("UPDATE delivery SET state = 'done', finished_at = now() WHERE id = $1", waiting)

    done = await purge_client(client_id=house.north.id, now=LATER)

    assert done.documents == 1
    rows = await sql("SELECT state, count(*) AS n FROM blob WHERE client_id = $1 GROUP BY 1", house.north.id)
    assert {row["state"] for row in rows} == {"deleted"}
    found = await take_inventory(WORKER, client_id=house.north.id)
    assert (found.objects, found.without_object) == (0, ())
    assert await _states(sql, theirs) == {("delivery", "stored"): 1, ("page", "stored"): 1}
