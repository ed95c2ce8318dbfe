"""The demo company's agreements and schedule, made in a house of the tests."""

from portal.actor import Kind
from portal.clock import utc_now
from portal.commands.demo.at_work import Company
from portal.commands.demo.batches import NEVER_CAME, import_schedules, put_agreements_on_file
from portal.commands.demo.company import RADIOLOGY
from portal.commands.demo.notes import NOTES
from portal.database import acting_as
from portal.ids import new_id
from portal.tenancy.agreements import has_agreement
from tests.cast import House
from tests.conftest import Sql
from tests.factories import make_chart


async def test_what_was_expected_and_never_came_can_be_seen(house: House, sql: Sql) -> None:
    await sql("DELETE FROM agreement")
    await sql("UPDATE service_line SET retired_at = now() WHERE id = $1", house.north.lines["emergency"])
    for name in RADIOLOGY.locations:
        await sql("INSERT INTO location (id, client_id, name) VALUES ($1, $2, $3)", new_id(), house.north.id, name)
    people = {str(actor.person_id): actor for actor in (house.clara, house.connie, house.mona)}
    company = Company({RADIOLOGY.code: house.north.id}, people)
    assert company.of_kind(Kind.COMPLIANCE)

    await put_agreements_on_file(company, RADIOLOGY)
    async with acting_as(house.clara):
        assert await has_agreement(house.north.id, now=utc_now())
    own = [note for note in NOTES if note.client == RADIOLOGY.code]
    await make_chart(sql, house, service_on=min(note.seen_on for note in own))
    await import_schedules(company, NOTES)

    expected = await sql("SELECT not_coming_reason, encounter_id FROM expected_encounter")
    assert len(expected) == len(own) - 1 + len(NEVER_CAME)
    assert [row["not_coming_reason"] for row in expected].count("no-show") == 1
