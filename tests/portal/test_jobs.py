"""Jobs that failed for good get another go once what they need may be back."""

from datetime import timedelta

from portal.actor import WORKER
from portal.database import acting_as
from portal.ids import new_id
from portal.jobs import put_in_line, try_failed_again
from tests.conftest import Databases, Sql

PAUSE = timedelta(minutes=5)


async def try_again() -> int:
    """As the worker does it every minute."""
    async with acting_as(WORKER):
        return await try_failed_again(pause=PAUSE)


async def test_a_job_that_failed_waits_again_after_a_pause(database: Databases, sql: Sql) -> None:
    async with acting_as(WORKER):
        await put_in_line("something", new_id())
    await sql("UPDATE pgqueuer SET status = 'failed', attempts = 5, updated = now() - interval '4 minutes'")
    assert await try_again() == 0
    await sql("UPDATE pgqueuer SET updated = now() - interval '6 minutes'")

    assert await try_again() == 1

    [job] = await sql("SELECT status::text, attempts FROM pgqueuer")
    assert tuple(job) == ("queued", 0)
    assert await try_again() == 0


async def test_of_two_for_the_same_subject_one_waits(database: Databases, sql: Sql) -> None:
    subject = new_id()
    for _ in range(2):
        async with acting_as(WORKER):
            await put_in_line("something", subject)
        await sql("UPDATE pgqueuer SET status = 'failed', updated = now() - interval '6 minutes'")
    async with acting_as(WORKER):
        await put_in_line("something else", new_id())

    await try_again()

    waiting = await sql("SELECT entrypoint FROM pgqueuer WHERE status = 'queued' ORDER BY entrypoint")
    assert [row["entrypoint"] for row in waiting] == ["something", "something else"]


async def test_what_fails_for_days_is_left_to_people(database: Databases, sql: Sql) -> None:
    async with acting_as(WORKER):
        await put_in_line("something", new_id())
    await sql(
        "UPDATE pgqueuer SET status = 'failed', created = now() - interval '4 days', updated = now() - interval '1 day'"
    )
    assert await try_again() == 0
