"""What the demo company leaves waiting for answers."""

from collections.abc import Awaitable, Callable

from portal.commands.demo.at_work import Company
from portal.commands.demo.waiting import leave_questions
from tests.cast import NOW, House
from tests.conftest import Sql
from tests.factories import make_chart


async def test_charts_wait_for_everybody_and_one_is_answered(
    house: House, sql: Sql, work: Callable[[], Awaitable[None]]
) -> None:
    for client in (house.north, house.south) * 3:
        await make_chart(sql, house, client=client)
    people = [house.cody, house.cora, house.outsider, house.cody, house.clara, house.stranger]
    company = Company(people={str(at): person for at, person in enumerate(people)})

    await leave_questions(company, NOW)
    await work()

    owners = {
        row["owner"]: row["outcome"] for row in await sql("SELECT owner, outcome FROM pend WHERE outcome IS NULL")
    }
    assert owners == {"client": None, "lead": None}
    states = sorted(row["state"] for row in await sql("SELECT state FROM chart"))
    assert states == ["not_codable", "pended", "pended", "ready", "ready", "ready"]
