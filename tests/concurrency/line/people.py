"""Coders and auditors at work: pull, keep, submit, give back, stall, click twice, write from an old tab."""

import asyncio
import random
from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic
from uuid import UUID

import asyncpg
from piccolo.engine.exceptions import TransactionError

from assignments.pulling import keep_assignment, origin_of, pull, release_chart
from assignments.rules import Stage
from portal.errors import PortalError
from portal.ids import new_id
from tests.concurrency.line.calls import LOST, Desk
from tests.concurrency.line.floor import START, Chart, Floor, Worker, some_rank
from tests.concurrency.line.history import Done, Given, History

PULL = "SELECT * FROM pull_next($1, $2, $3, $4::jsonb)"


@dataclass(slots=True)
class Stage_:  # noqa: N801 - beside the product's Stage
    """What everybody on the floor shares while the harness runs."""

    floor: Floor
    history: History
    url: str
    settings: dict[str, str]
    lease: timedelta
    seed: int
    use_cases: float  # the share of calls that goes through the product's Python
    finished: deque[Chart] = field(default_factory=deque)  # nothing of them is in line
    by_chart: dict[UUID, Chart] = field(default_factory=dict)
    coder_of: dict[UUID, UUID] = field(default_factory=dict)
    pausing: bool = False
    draining: bool = False
    over: bool = False
    at_work: int = 0

    def desk(self, actor: object) -> Desk:
        """A new connection for somebody."""
        return Desk(self.url, actor, self.history, self.settings)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Held:
    """What somebody believes to hold."""

    entry: UUID
    chart: UUID
    client: UUID
    fence: int
    since: float


class Person:
    """One coder or auditor, with two tabs and a memory of what they once held."""

    def __init__(self, stage: Stage_, worker: Worker) -> None:
        self.stage, self.worker, self.history = stage, worker, stage.history
        self.pick = random.Random(f"{stage.seed} {worker.actor.name}")
        self.tabs = stage.desk(worker.actor), stage.desk(worker.actor)
        self.held: dict[tuple[UUID, int], Held] = {}
        self.old: deque[Held] = deque(maxlen=20)

    async def work(self) -> None:
        """Work until it is over."""
        while not self.stage.over:
            if self.stage.pausing:
                await asyncio.sleep(0.01)
                continue
            self.stage.at_work += 1
            try:
                await self.step()
            except asyncpg.DeadlockDetectedError as error:
                self.history.breaks("deadlock", f"use case: {error.detail}")
            except (
                *LOST,
                TransactionError,
                PortalError,
            ):  # of a use case: what it answered is unknown, or it said why not
                self.history.counts["unknown use case"] += 1
            finally:
                self.stage.at_work -= 1
        for tab in self.tabs:
            await tab.close()

    async def step(self) -> None:
        """One thing that people do."""
        chance = self.pick.random()
        draining = self.stage.draining
        if not self.held or (len(self.held) < self.worker.cap and chance < 0.25):
            if not await self.pull() and not (draining and await self.look_at_the_desk()):
                await asyncio.sleep(self.pick.random() * (0.03 if self.worker.does_all else 0.1))
            return
        held = self.pick.choice(list(self.held.values()))
        if chance < 0.72 and not draining:
            await self.keep(held)
        elif chance < 0.9 or draining:
            await self.submit(held)
        elif chance < 0.94:
            await self.release(held, away=not self.worker.does_all and self.pick.random() < 0.1)
        elif chance < 0.97 and self.old:
            await self.write_from_an_old_tab(self.old[self.pick.randrange(len(self.old))])
        elif chance < 0.985:
            await asyncio.sleep(self.stage.lease.total_seconds() * self.pick.choice((0.3, 1.0, 1.3)))

    async def pull(self) -> bool:
        """Ask for the next one; half of the people go on with finish-and-next, some click twice."""
        request, mine = new_id(), self.worker
        shut = {what: number for (person, what), number in self.history.shut.items() if person == mine.id}
        if self.pick.random() < self.stage.use_cases:
            answer = await pull(mine.actor, stage=Stage(mine.stage), request_id=request, now=START)
            self.history.counts["ok use case"] += 1
            rows = [(answer.outcome.value, answer.entry_id, answer.chart_id, answer.client_id, answer.fence)]
        else:
            clicks = 2 if self.pick.random() < 0.06 else 1
            answers = await asyncio.gather(*(
                tab.ask("pull", PULL, mine.stage, request, self.stage.lease, origin_of(mine.actor, now=START))
                for tab in self.tabs[:clicks]
            ))  # fmt: skip
            rows = [
                (row["outcome"], row["entry_id"], row["held_chart"], row["held_client"], row["held_fence"])
                for row in answers
                if row is not None
            ]
        told = {(entry, fence) for outcome, entry, _, _, fence in rows if outcome in ("pulled", "again")}
        if len(told) > 1:
            self.history.breaks("one request, one assignment", (request, told))
        for outcome, entry, chart, client, fence in rows:
            self.history.counts[f"answer {outcome}"] += 1
            if outcome in ("pulled", "again"):
                self.history.tell(Given(mine.id, request, entry, fence))
            if outcome == "pulled":
                self._was_eligible(client, shut)
            if entry is not None and (entry, fence) not in self.held:
                self.held[entry, fence] = Held(entry, chart, client, fence, monotonic())
        return any(row[1] is not None for row in rows)

    async def look_at_the_desk(self) -> bool:
        """See what one holds without knowing it: the answer to that pull was lost, and its lease is long."""
        row = await self.tabs[0].ask(
            "look at the desk",
            "SELECT queue_entry_id AS entry, chart_id, client_id, fence FROM assignment"
            " WHERE person_id = acting_person() AND stage = $1 LIMIT 1",
            self.worker.stage,
        )  # fmt: skip
        if row is None:
            return False
        self.held[row["entry"], row["fence"]] = Held(
            row["entry"], row["chart_id"], row["client_id"], row["fence"], monotonic()
        )
        return True

    def _was_eligible(self, client: UUID, shut: dict[object, int]) -> None:
        """What was shut before the pull was asked for, and still is, must not have been given."""
        for what in (("client", client), ("country", client), ("off",), ("paused",)):
            number = shut.get(what, 0)
            if number and self.history.is_shut(self.worker.id, what) == number:
                self.history.breaks("eligible when pulled", (self.worker.actor.name, what, client))

    async def keep(self, held: Held) -> None:
        """The heartbeat of an open page."""
        overtaken = self._is_overtaken(held)
        if self.pick.random() < self.stage.use_cases:
            try:
                await keep_assignment(
                    self.worker.actor, chart_id=held.chart, stage=Stage(self.worker.stage), fence=held.fence
                )
            except PortalError:
                self._lose(held)
                return
            answer = "done"
        else:
            answer = await self._say(
                0, "keep", "SELECT chaos.keep($1, $2, $3, $4) AS said", held.chart, self.worker.stage, held.fence,
                self.stage.lease,
            )  # fmt: skip
        self._judge(held, answer, overtaken, "keep")

    async def submit(self, held: Held) -> None:
        """Submit, sometimes from two tabs at once."""
        request, overtaken = new_id(), self._is_overtaken(held)
        clicks = 2 if self.pick.random() < 0.06 else 1
        answers = await asyncio.gather(*(
            self._say(tab, "submit", "SELECT chaos.submit($1, $2, $3, $4) AS said", held.chart, self.worker.stage,
                      held.fence, request)
            for tab in range(clicks)
        ))  # fmt: skip
        if len(set(answers)) > 1 and "hidden" not in answers:
            self.history.breaks("two clicks, one answer", (held, answers))
        for answer in answers:
            self._judge(held, answer, overtaken, "submit")
        if "done" in answers:
            self.history.done.append(Done(self.worker.id, request, held.entry, held.fence))
            if self.worker.stage == "coding":
                self.stage.coder_of[held.chart] = self.worker.id
            self.stage.finished.append(self.stage.by_chart[held.chart])

    async def release(self, held: Held, *, away: bool) -> None:
        """Give it back."""
        overtaken = self._is_overtaken(held)
        if self.pick.random() < self.stage.use_cases:
            reason = "unreadable" if away else "stopping"
            stage = Stage(self.worker.stage)
            try:
                await release_chart(
                    self.worker.actor, chart_id=held.chart, fence=held.fence, reason=reason, now=START, stage=stage
                )
            except PortalError:
                self._lose(held)
                return
            answer = "done"
        else:
            answer = await self._say(
                0, "release", "SELECT chaos.release($1, $2, $3, $4) AS said", held.chart, self.worker.stage,
                held.fence, away,
            )  # fmt: skip
        # A release whose first answer was lost is told that it lost; only "done" says something.
        self._judge(held, answer, overtaken, "release")
        self._lose(held)

    async def write_from_an_old_tab(self, held: Held) -> None:
        """Send what a page that was left open long ago would send; with nothing before the last fence."""
        overtaken = self._is_overtaken(held)
        answer = await self._say(
            0, "old tab", "SELECT chaos.bare_end($1, $2, $3, $4) AS said", held.entry, held.chart, self.worker.stage,
            held.fence,
        )  # fmt: skip
        self._judge(held, answer, overtaken, "old tab")

    async def _say(self, tab: int, name: str, statement: str, *arguments: object) -> str:
        row = await self.tabs[tab].ask(name, statement, *arguments)
        assert row is not None
        said: str = row["said"]
        return said

    def _is_overtaken(self, held: Held) -> bool:
        return self.history.newest.get(held.entry, 0) > held.fence

    def _judge(self, held: Held, answer: str, overtaken: bool, name: str) -> None:
        self.history.counts[f"{name} {answer}"] += 1
        if answer == "done" and overtaken:
            # Somebody had been told of a higher fence before this was asked for.
            self.history.breaks("no write over a reassignment", (name, self.worker.actor.name, held))
        if answer == "lost" or name != "keep":
            self._lose(held)

    def _lose(self, held: Held) -> None:
        if self.held.pop((held.entry, held.fence), None) is not None:
            self.old.append(held)


async def feed(stage: Stage_, *, waiting: int, operations: int, seconds: float) -> None:
    """Line up new rounds so that about this many entries wait, until the operations are done or the time is over."""
    from portal.actor import WORKER

    desks, pick = [stage.desk(WORKER) for _ in range(3)], random.Random(f"{stage.seed} feed")
    auditors = [one.id for one in stage.floor.of_stage("audit") if not one.does_all]
    coders = [one.id for one in stage.floor.of_stage("coding") if not one.does_all]
    started = monotonic()
    while stage.history.operations < operations and monotonic() - started < seconds:
        row = await desks[0].ask("count", "SELECT count(*) AS n FROM queue_entry WHERE state = 'waiting'")
        assert row is not None
        rounds = []
        for _ in range(min(waiting - row["n"], len(stage.finished))):
            chart = stage.finished.popleft()
            coder = stage.coder_of.get(chart.id)
            audit = coder is not None and pick.random() < 0.4
            away = pick.choice(auditors if audit else coders) if pick.random() < 0.2 else None
            kept = coder if coder and not audit and pick.random() < 0.5 and coder != away else None
            rounds.append((
                chart.id, "audit" if audit else "coding", [away] if away else [], kept,
                timedelta(seconds=pick.choice((0.2, 1, 3))) if kept else None, pick.choice((1, 2)) if audit else 1,
                pick.choice((1, 1, 2, 3)), some_rank(pick),
            ))  # fmt: skip
        await asyncio.gather(*(_line_up(one, rounds[number :: len(desks)]) for number, one in enumerate(desks)))
        await asyncio.sleep(0.05)
    for one in desks:
        await one.close()


async def _line_up(desk: Desk, rounds: list[tuple[object, ...]]) -> None:
    for one in rounds:
        await desk.ask("line up", "SELECT count(*) FROM chaos.line_up($1, $2, $3, $4, $5, $6, $7, $8)", *one)
