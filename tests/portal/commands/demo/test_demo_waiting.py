"""What the demo company leaves waiting for answers."""

from collections.abc import Awaitable, Callable

from portal.commands.demo.asking import ask_a_provider
from portal.commands.demo.at_work import Company
from portal.commands.demo.company import CARDIOLOGY, ENDOSCOPY
from portal.commands.demo.pushed import push_sets
from portal.commands.demo.waiting import leave_questions
from tests.cast import NOW, House
from tests.conftest import Sql
from tests.factories import make_chart


async def test_charts_wait_for_everybody_and_one_is_answered(
    house: House, sql: Sql, work: Callable[[], Awaitable[None]]
) -> None:
    for client in (house.north, house.south) * 3:
        await make_chart(sql, house, client=client)
    people = [house.cody, house.cora, house.outsider, house.cody, house.clara, house.stranger, house.mona]
    company = Company(
        people={str(at): person for at, person in enumerate(people)},
        clients={ENDOSCOPY.code: house.north.id, CARDIOLOGY.code: house.south.id},
    )

    await leave_questions(company, NOW)
    await work()

    owners = {
        row["owner"]: row["outcome"] for row in await sql("SELECT owner, outcome FROM pend WHERE outcome IS NULL")
    }
    assert owners == {"client": None, "lead": None}
    states = sorted(row["state"] for row in await sql("SELECT state FROM chart"))
    assert states == ["not_codable", "pended", "pended", "ready", "ready", "ready"]

    await ask_a_provider(company, NOW, is_answered=False)
    await push_sets(company, NOW)
    assert [row["state"] for row in await sql("SELECT state FROM provider_query")] == ["open"]
    assert len(await sql("SELECT FROM code_set WHERE owner_id IS NULL")) == 2
