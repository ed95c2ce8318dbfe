"""One run: a floor full of people on a real server, crashes, a quiet drain, and the verdict."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic

import asyncpg

from portal.database import DB
from tests.concurrency.line.bosses import administer, expire, keep_house, kill_backends, manage, report
from tests.concurrency.line.calls import LOST
from tests.concurrency.line.checking import check
from tests.concurrency.line.floor import Floor, make_floor
from tests.concurrency.line.history import History
from tests.concurrency.line.people import Person, Stage_, feed


@dataclass(frozen=True)
class Plan:
    """How long and how hard. Stops feeding at `operations` answered calls or after `seconds`, whichever is first."""

    operations: int
    seconds: float
    coders: int = 9
    auditors: int = 6
    managers: int = 3
    charts: int = 160
    waiting: int = 60
    lease: timedelta = timedelta(milliseconds=400)
    kill_backend_every: float = 0.1
    pause: float = 0.05  # between two acts of a manager
    house_every: float = 0.3
    use_cases: float = 0.1
    report_every: float = 0.0
    seed: int = 1
    settings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Verdict:
    """What a run came to."""

    broken: dict[str, list[str]]
    history: History
    seconds: float
    entries: int

    def words(self) -> str:
        """The numbers, for people."""
        counts = "\n".join(f"  {name}: {n:,}" for name, n in sorted(self.history.counts.items()))
        return (
            f"{self.history.operations:,} operations in {self.seconds:.0f} s, {self.entries:,} entries drained,"
            f" broken: {self.broken}\n{counts}"
        )


@dataclass
class Run:
    """A floor at work on one database. `superuser` and `app` are the database's URLs."""

    plan: Plan
    superuser: str
    app: str

    async def prepare(self) -> None:
        """Make the floor, and the people."""
        connection = await asyncpg.connect(self.superuser)
        try:
            name = await connection.fetchval("SELECT current_database()")
            for setting, value in (("deadlock_timeout", "200ms"), ("log_error_verbosity", "default")):
                await connection.execute(f"ALTER DATABASE \"{name}\" SET {setting} = '{value}'")
            self.floor: Floor = await make_floor(
                connection, coders=self.plan.coders, auditors=self.plan.auditors, managers=self.plan.managers,
                charts=self.plan.charts, seed=self.plan.seed,
            )  # fmt: skip
        finally:
            await connection.close()
        self.stage = Stage_(
            self.floor, History(), self.app, dict(self.plan.settings), self.plan.lease, self.plan.seed,
            self.plan.use_cases, deque(self.floor.charts), {one.id: one for one in self.floor.charts},
        )  # fmt: skip
        self.people = [Person(self.stage, one) for one in self.floor.workers]

    async def go(self, *, beside: Callable[[Stage_], Awaitable[None]] | None = None) -> Verdict:
        """Work, crash, drain, judge. `beside` runs until the stage is draining."""
        plan, stage, history = self.plan, self.stage, self.stage.history
        await DB.open(self.app, size=8)
        try:
            async with asyncio.TaskGroup() as always:
                for person in self.people:
                    always.create_task(person.work())
                for number in range(2):
                    always.create_task(expire(stage, number))
                always.create_task(keep_house(stage, plan.house_every))
                if plan.report_every:
                    always.create_task(report(stage, plan.report_every))
                async with asyncio.TaskGroup() as storm:
                    feeding = storm.create_task(
                        feed(stage, waiting=plan.waiting, operations=plan.operations, seconds=plan.seconds)
                    )
                    for boss in self.floor.managers:
                        storm.create_task(manage(stage, boss, plan.pause))
                    storm.create_task(administer(stage, plan.pause * 4))
                    storm.create_task(kill_backends(stage, self.superuser, plan.kill_backend_every))
                    if beside is not None:
                        storm.create_task(_forward(beside, stage))
                    await feeding
                    stage.pausing = True
                await self._drain()
                stage.over = True
        finally:
            await DB.close()
        connection = await asyncpg.connect(self.superuser)
        try:
            broken = await check(connection, history, drained=True)
            for name, what in await self._overtaken(connection):
                broken.setdefault(name, []).append(what)
            entries = await connection.fetchval("SELECT count(*) FROM queue_entry")
        finally:
            await connection.close()
        return Verdict(broken, history, monotonic() - history.started, entries)

    async def _drain(self) -> None:
        """Everything is quiet but the people: all that waits must go, without anybody's help."""
        stage = self.stage
        while stage.at_work:  # noqa: ASYNC110 - many count it up and down
            await asyncio.sleep(0.01)
        connection = await asyncpg.connect(self.superuser)
        try:
            await connection.execute("SELECT renew_hints()")
            self.drained_from = await connection.fetchval("SELECT clock_timestamp()")
            await connection.execute(
                "CREATE TABLE chaos.at_rest AS SELECT id, head_id, rank FROM queue_entry"
                " WHERE state = 'waiting' AND preferred_person IS NULL AND stage = 'coding'"
            )
            stage.draining, stage.pausing = True, False
            moved_at, before = monotonic(), -1
            while True:
                left = await connection.fetchval("SELECT count(*) FROM queue_entry WHERE state IN ('waiting', 'held')")
                if not left:
                    return
                if left != before:
                    moved_at, before = monotonic(), left
                if monotonic() - moved_at > 10 + 5 * self.plan.lease.total_seconds():
                    return  # the check finds what is left
                await asyncio.sleep(0.1)
        finally:
            await connection.close()

    async def _overtaken(self, connection: asyncpg.Connection) -> list[tuple[str, str]]:
        """An entry that waits is passed by somebody who may take it only while others have it in hand."""
        everything = [one.id for one in self.floor.of_stage("coding") if one.does_all]
        rows = await connection.fetch(
            "SELECT r.id, count(*) AS times FROM chaos.at_rest r"
            " JOIN LATERAL (SELECT min(pulled_at) AS at FROM assignment_history h WHERE h.queue_entry_id = r.id"
            "   AND h.pulled_at > $1) mine ON true"
            " JOIN chaos.at_rest o ON o.rank > r.rank"
            " JOIN assignment_history p ON p.queue_entry_id = o.id AND p.how = 'list' AND p.pulled_at > $1"
            "   AND p.pulled_at < mine.at AND p.person_id = ANY ($2)"
            " GROUP BY r.id HAVING count(*) > $3 LIMIT 5",
            self.drained_from, everything, 3 * self.plan.coders,
        )  # fmt: skip
        return [("overtaken without bound", str(dict(row))) for row in rows]


async def _forward(beside: Callable[[Stage_], Awaitable[None]], stage: Stage_) -> None:
    try:
        await beside(stage)
    except LOST:
        stage.history.counts["unknown beside"] += 1
