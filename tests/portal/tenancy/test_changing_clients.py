"""Locations and service lines: added, retired, never another client's."""

import pytest

from portal.errors import Conflict, NotFound
from portal.ids import new_id
from portal.tenancy.clients import open_location, retire_service_line
from tests.cast import NOW, House
from tests.conftest import Sql


async def test_a_location_is_added_and_recorded(house: House, sql: Sql) -> None:
    location_id = await open_location(house.mona, client_id=house.north.id, name="  North Annex ")

    [row] = await sql("SELECT client_id, name FROM location WHERE id = $1", location_id)
    assert tuple(row) == (house.north.id, "North Annex")
    [event] = await sql("SELECT actor_id, client_id FROM access_event WHERE action = 'client:changed'")
    assert tuple(event) == (house.mona.person_id, house.north.id)


async def test_a_locations_name_is_taken_once(house: House, sql: Sql) -> None:
    await open_location(house.mona, client_id=house.north.id, name="Annex")
    with pytest.raises(Conflict, match="different name"):
        await open_location(house.mona, client_id=house.north.id, name="Annex")
    await open_location(house.mona, client_id=house.south.id, name="Annex")
    assert len(await sql("SELECT FROM location WHERE name = 'Annex'")) == 2


async def test_an_unknown_client_gets_no_location(house: House) -> None:
    with pytest.raises(NotFound):
        await open_location(house.mona, client_id=new_id(), name="Annex")


async def test_a_service_line_is_retired_once(house: House, sql: Sql) -> None:
    line = house.north.lines["emergency"]
    for _ in range(2):
        await retire_service_line(house.mona, client_id=house.north.id, service_line_id=line, now=NOW)

    [row] = await sql("SELECT retired_at FROM service_line WHERE id = $1", line)
    assert row["retired_at"] == NOW
    assert len(await sql("SELECT FROM access_event WHERE object_id = $1", line)) == 1


async def test_another_clients_service_line_is_not_found(house: House, sql: Sql) -> None:
    with pytest.raises(NotFound):
        await retire_service_line(
            house.mona, client_id=house.north.id, service_line_id=house.south.lines["emergency"], now=NOW
        )
    assert not await sql("SELECT FROM service_line WHERE retired_at IS NOT NULL")
