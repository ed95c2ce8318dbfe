"""Background jobs: put in line inside the transaction that needs them, done by the worker, tried again on failure."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from functools import partial
from uuid import UUID

import asyncpg
from pgqueuer import PgQueuer
from pgqueuer.db import AsyncpgDriver
from pgqueuer.executors import DatabaseRetryEntrypointExecutor
from pgqueuer.models import Job
from pgqueuer.queries import Queries
from pgqueuer.types import QueueExecutionMode

from portal.database import DB

#: A job is a name and the id of what it is about; it reads everything else when it runs.
JobHandler = Callable[[UUID], Awaitable[None]]


class JobFailed(Exception):
    """What the job library may keep of a failure: the kind of error, never its text, which could name a patient."""


async def put_in_line(name: str, subject_id: UUID, *, priority: int = 0) -> None:
    """Put a job in line inside the current transaction: it exists if, and only if, that commits.

    A job for the same subject that still waits is not put in line twice. The higher priority comes first.
    """
    queries = Queries(AsyncpgDriver(DB.connection))
    await queries.enqueue(name, subject_id.bytes, priority, dedupe_key=f"{name}:{subject_id}", on_conflict="skip")


async def run_jobs(
    url: str, handlers: Mapping[str, JobHandler], *, until_empty: bool = False, stop: asyncio.Event | None = None
) -> None:
    """Do jobs from the database at `url` until `stop` is set, or until none is left.

    A handler that raises is tried again five times, each time after a longer pause; then the job is kept as failed,
    and `try_failed_again` puts it in line once more.
    """
    pool = await asyncpg.create_pool(
        url, min_size=1, max_size=4, server_settings={"role": "chartway_worker", "application_name": "chartway jobs"}
    )
    try:
        queue = PgQueuer.from_asyncpg_pool(pool)
        for name, handler in handlers.items():
            queue.entrypoint(name, executor_factory=_patient_executor, on_failure="hold", concurrency_limit=4)(
                partial(_do, handler)
            )
        watcher = asyncio.create_task(_shut_down_when(stop, queue)) if stop else None
        await queue.run(
            dequeue_timeout=timedelta(seconds=5),
            mode=QueueExecutionMode.drain if until_empty else QueueExecutionMode.continuous,
        )
        if watcher:
            watcher.cancel()
    finally:
        with suppress(TimeoutError):
            await asyncio.wait_for(pool.close(), 5)


async def try_failed_again(*, pause: timedelta, for_days: int = 3, at_most: int = 100) -> int:
    """Put jobs in line again that failed for good, `pause` after their last try; how many. For the worker.

    An outage of the store or the scanner outlasts five tries: what it left behind must not stay as it is for ever. A
    job of which another one waits already stays failed; what fails for three days is left to people.
    """
    queries = Queries(AsyncpgDriver(DB.connection))
    now, failed = await DB.value("SELECT clock_timestamp()"), await queries.list_failed_jobs(limit=at_most)
    ids = [job.id for job in failed if job.updated < now - pause and job.created > now - timedelta(days=for_days)]
    again = 0
    for job_id in ids:
        await DB.execute("SAVEPOINT one_job")
        try:
            await queries.requeue_jobs([job_id])
            again += 1
        except asyncpg.UniqueViolationError:
            await DB.execute("ROLLBACK TO SAVEPOINT one_job")
    return again


async def _do(handler: JobHandler, job: Job) -> None:
    try:
        await handler(UUID(bytes=job.payload or b""))
    except Exception as error:  # noqa: BLE001 - whatever it was, its text stays here
        raise JobFailed(type(error).__name__) from None


def _patient_executor(parameters: object) -> DatabaseRetryEntrypointExecutor:
    return DatabaseRetryEntrypointExecutor(parameters, max_attempts=5)  # type: ignore[arg-type]  # it is given its own parameters


async def _shut_down_when(stop: asyncio.Event, queue: PgQueuer) -> None:
    await stop.wait()
    queue.shutdown.set()
