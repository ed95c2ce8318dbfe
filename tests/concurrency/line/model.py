"""The line as it should be, in plain Python, and a state machine that holds the database to it, one call at a time."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from assignments.pulling import origin_of
from auditing.access_log.actions import Action
from portal.ids import new_id
from tests.concurrency.line.floor import START, Floor, Worker

LEASE = timedelta(minutes=30)
#: A floor small enough to meet itself again and again.
CODERS, AUDITORS, CHARTS = 4, 3, 8


@dataclass
class Entry:
    """A place in line, as the model has it."""

    id: UUID
    chart: UUID
    client: UUID
    specialty: str
    stage: str
    round: int
    seat: int
    seats: int
    level: int
    rank: datetime
    fence: int
    barred: set[UUID]
    state: str = "waiting"
    preferred: UUID | None = None
    is_over: bool = False  # the time for which it was kept
    holder: UUID | None = None
    submitted_by: set[UUID] = field(default_factory=set)
    given_back_by: set[UUID] = field(default_factory=set)


@dataclass
class Somebody:
    """What decides what a person may take."""

    worker: Worker
    clients: set[UUID]
    levels: dict[str, int]
    is_off: bool = False
    is_paused: bool = False


@dataclass
class Told:
    """A pull that gave something, to be asked and written again later."""

    person: UUID
    request: UUID
    entry: Entry
    fence: int
    submission: UUID | None = None


@dataclass
class Bench:
    """Where a machine runs: a connection as superuser, the floor, and what is wrong with this database on purpose."""

    loop: asyncio.AbstractEventLoop
    connection: asyncpg.Connection
    floor: Floor
    people: Sequence[tuple[UUID, frozenset[UUID], tuple[tuple[str, int], ...]]]
    specialties: dict[UUID, str]
    sabotage: Sequence[str] = ()

    def run(self, what: Coroutine[Any, Any, Any]) -> Any:
        """Wait for it."""
        return self.loop.run_until_complete(what)


def machine_on(bench: Bench) -> type[RuleBasedStateMachine]:
    """The state machine, for one database. Each example is one transaction that is rolled back."""

    numbers = st.integers(0, 10_000)

    class Line(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.entries: list[Entry] = []
            self.told: list[Told] = []
            self.ranks = 0
            self.abroad: set[UUID] = set()  # clients whose charts stay in the US
            self.pulls = 0
            self.people = {
                person: Somebody(worker, set(clients), dict(levels))
                for worker in bench.floor.workers
                for person, clients, levels in bench.people
                if person == worker.id
            }
            self.rounds: dict[tuple[UUID, str], tuple[int, int]] = {}

        @initialize()
        def begin(self) -> None:
            bench.run(bench.connection.execute("BEGIN; SET CONSTRAINTS ALL IMMEDIATE"))
            for statement in bench.sabotage:
                bench.run(bench.connection.execute(statement))

        def teardown(self) -> None:
            bench.run(bench.connection.execute("ROLLBACK"))

        # -- Asking -------------------------------------------------------------------------------------------------

        def ask(self, statement: str, *arguments: Any, role: str = "", person: UUID | None = None) -> list[Any]:
            async def asked() -> list[Any]:
                if not role:
                    plain: list[Any] = await bench.connection.fetch(statement, *arguments)
                    return plain
                await bench.connection.execute(
                    f"SET LOCAL ROLE {role}; SELECT set_config('chartway.person', '{person or ''}', true)"
                )
                rows: list[Any] = await bench.connection.fetch(statement, *arguments)
                await bench.connection.execute("SET LOCAL ROLE NONE")
                return rows

            rows: list[Any] = bench.run(asked())
            return rows

        def as_(self, person: UUID, statement: str, *arguments: Any) -> Any:
            kind = self.people[person].worker.actor.kind.value
            return self.ask(statement, *arguments, role=f"chartway_{kind}", person=person)[0][0]

        # -- The model ----------------------------------------------------------------------------------------------

        def may(self, person: UUID, one: Entry) -> bool:
            who = self.people[person]
            return (
                who.worker.stage == one.stage and not who.is_off and one.client in who.clients
                and who.levels.get(one.specialty, 0) >= one.level
                and (one.client not in self.abroad or who.worker.country == "US") and person not in one.barred
            )  # fmt: skip

        def seated(self, person: UUID, one: Entry) -> bool:
            return any(
                other is not one and (other.chart, other.stage, other.round) == (one.chart, one.stage, one.round)
                and (other.holder == person or person in other.submitted_by)
                for other in self.entries
            )  # fmt: skip

        def next_for(self, person: UUID) -> Entry | None:
            waiting = [one for one in self.entries if one.state == "waiting"]
            for among in (
                [one for one in waiting if one.preferred == person],
                [one for one in waiting if one.preferred is None],
                [one for one in waiting if one.preferred not in (None, person) and one.is_over],
            ):
                for one in sorted(among, key=lambda one: one.rank):
                    if not self.may(person, one):
                        continue
                    if one.seats > 1 and self.seated(person, one):
                        one.barred.add(person)
                        continue
                    return one
            return None

        def held_by(self, person: UUID) -> list[Entry]:
            return [one for one in self.entries if one.holder == person]

        def end(self, one: Entry, state: str) -> None:
            one.state, one.holder = state, None

        # -- Rules --------------------------------------------------------------------------------------------------

        @rule(n=numbers, seats=st.sampled_from((1, 1, 2)), audit=st.booleans(), level=st.sampled_from((1, 1, 2, 3)),
              bar=st.sampled_from((0, 0, 1)), keep=st.sampled_from((0, 0, 1)))  # fmt: skip
        def line_up(self, n: int, seats: int, audit: bool, level: int, bar: int, keep: int) -> None:
            chart = bench.floor.charts[n % CHARTS]
            if any(one.chart == chart.id and one.state in ("waiting", "held") for one in self.entries):
                return
            stage, everybody = ("audit" if audit else "coding"), list(self.people.values())
            fitting = [one.worker.id for one in everybody if one.worker.stage == stage]
            barred = [fitting[n % len(fitting)]] if bar else []
            kept = fitting[(n + 1) % len(fitting)] if keep else None
            seats = seats if audit else 1
            # Each comes before all that was lined up earlier, so that forgetting the hint is seen at once.
            self.ranks += 1
            rank = START - timedelta(minutes=self.ranks * 10 if n % 3 else -self.ranks * 10)
            ids = [row[0] for row in self.ask(
                "SELECT * FROM chaos.line_up($1, $2, $3, $4, '1 hour', $5, $6, $7)", chart.id, stage, barred, kept,
                seats, level, rank, role="chartway_worker",
            )]  # fmt: skip
            turn, fence = self.rounds.get((chart.id, stage), (0, 0))
            assert len(ids) == seats
            for seat, entry in enumerate(ids, start=1):
                self.entries.append(Entry(
                    entry, chart.id, chart.client, bench.specialties[chart.id], stage, turn + 1, seat, seats, level,
                    rank + timedelta(seconds=seat - 1), fence, set(barred), preferred=kept,
                ))  # fmt: skip
                if seat > 1:  # the model knows no ties
                    self.ask("UPDATE queue_entry SET rank = $2 WHERE id = $1", entry, self.entries[-1].rank)
            self.rounds[chart.id, stage] = (turn + 1, fence)

        @rule(n=numbers)
        def pull(self, n: int) -> None:
            self._pull(list(self.people)[n % len(self.people)], new_id())

        @precondition(lambda self: self.told)
        @rule(n=numbers)
        def pull_again_with_an_old_request(self, n: int) -> None:
            told = self.told[n % len(self.told)]
            self._pull(told.person, told.request, told)

        def _pull(self, person: UUID, request: UUID, before: Told | None = None) -> Told | None:
            who = self.people[person]
            mine = self.held_by(person)
            row = self.ask(
                "SELECT * FROM pull_next($1, $2, $3, $4::jsonb)", who.worker.stage, request, LEASE,
                origin_of(who.worker.actor, now=START), role=f"chartway_{who.worker.actor.kind.value}", person=person,
            )[0]  # fmt: skip
            if who.is_off:
                assert row["outcome"] == "not_allowed"
            elif before and before.entry.holder == person and before.entry.fence == before.fence:
                assert (row["outcome"], row["entry_id"]) == ("again", before.entry.id)
            elif before or len(mine) >= who.worker.cap:
                assert row["outcome"] == ("held" if mine else "spent"), row
            elif who.is_paused:
                assert row["outcome"] == "paused"
            else:
                wanted = self.next_for(person)
                if wanted is None:
                    assert row["entry_id"] is None, row
                    return None
                assert (row["outcome"], row["entry_id"]) == ("pulled", wanted.id), (dict(row), wanted)
                wanted.state, wanted.holder = "held", person
                wanted.fence = 1 + max(
                    one.fence for one in self.entries
                    if (one.chart, one.stage, one.round) == (wanted.chart, wanted.stage, wanted.round)
                )  # fmt: skip
                self.pulls += 1
                turn, fence = self.rounds[wanted.chart, wanted.stage]
                self.rounds[wanted.chart, wanted.stage] = (turn, max(fence, wanted.fence))
                assert row["held_fence"] == wanted.fence
                self.told.append(Told(person, request, wanted, wanted.fence))
                return self.told[-1]
            return None

        @precondition(lambda self: self.told)
        @rule(n=numbers, how=st.sampled_from(("keep", "submit", "submit", "release", "away", "bare")))
        def write(self, n: int, how: str) -> None:
            self._write(self.told[n % len(self.told)], how)

        def _write(self, told: Told, how: str) -> None:
            one, stage = told.entry, told.entry.stage
            theirs = one.holder == told.person and one.fence == told.fence
            hidden = one.client in self.abroad and self.people[told.person].worker.country != "US"
            if how == "keep":
                said = self.as_(told.person, "SELECT chaos.keep($1, $2, $3, $4)", one.chart, stage, told.fence, LEASE)
                assert said == ("done" if theirs else "lost")
            elif how == "submit":
                request = told.submission or new_id()
                said = self.as_(
                    told.person, "SELECT chaos.submit($1, $2, $3, $4)", one.chart, stage, told.fence, request
                )
                if theirs and hidden and stage == "coding":
                    assert said == "hidden"
                elif theirs:
                    assert said == "done"
                    told.submission = request
                    one.submitted_by.add(told.person)
                    self.end(one, "done")
                else:
                    assert said == ("done" if told.submission else "lost"), (said, told)
            elif how == "bare":
                said = self.as_(
                    told.person, "SELECT chaos.bare_end($1, $2, $3, $4)", one.id, one.chart, stage, told.fence
                )
                assert said == ("done" if theirs else "lost"), (said, told)
                if theirs:
                    self.end(one, "waiting")
                    if hidden and stage == "coding":
                        self.ask("UPDATE chart SET state = 'ready' WHERE id = $1", one.chart)
            else:
                away = how == "away"
                said = self.as_(told.person, "SELECT chaos.release($1, $2, $3, $4)", one.chart, stage, told.fence, away)
                if theirs and hidden and stage == "coding":
                    assert said == "hidden"
                    return
                assert said == ("done" if theirs else "lost"), (said, told)
                if theirs:
                    self.end(one, "waiting")
                    if away:
                        one.barred.add(told.person)
                        one.preferred = None if one.preferred == told.person else one.preferred

        @precondition(lambda self: any(one.holder for one in self.entries))
        @rule(n=numbers)
        def expire(self, n: int) -> None:
            held = [one for one in self.entries if one.holder]
            self._expire(held[n % len(held)])

        def _expire(self, one: Entry) -> None:
            self.ask("UPDATE assignment SET lease_until = clock_timestamp() - interval '1 second'"
                     " WHERE queue_entry_id = $1", one.id)  # fmt: skip
            assert self.ask("SELECT chaos.expire(10)", role="chartway_worker")[0][0] == 1
            self.end(one, "waiting")

        @precondition(lambda self: any(one.holder for one in self.entries))
        @rule(n=numbers, how=st.sampled_from(("submit", "release", "bare", "keep")))
        def expire_pull_again_and_write_from_the_old_tab(self, n: int, how: str) -> None:
            held = [one for one in self.entries if one.holder]
            one = held[n % len(held)]
            old = next(told for told in reversed(self.told) if told.entry is one and told.fence == one.fence)
            self._expire(one)
            self._pull(old.person, new_id())
            self._write(old, how)

        @rule(n=numbers, how=st.sampled_from(("bare", "bare", "submit", "release", "keep")))
        def stall_lose_and_get_the_same_again(self, n: int, how: str) -> None:
            """The same person with the same chart under another fence, and the page of before still open."""
            free = [
                who for who in self.people.values()
                if who.worker.stage == "coding" and who.worker.does_all and not (who.is_off or who.is_paused)
                and len(self.held_by(who.worker.id)) < who.worker.cap
            ]  # fmt: skip
            before = len(self.entries)
            self.line_up(n=n, seats=1, audit=False, level=1, bar=0, keep=0)
            if not free or len(self.entries) == before:
                return
            who = free[n % len(free)].worker.id
            told = self._pull(who, new_id())
            if told is None:
                return
            self._expire(told.entry)
            self._pull(who, new_id())
            self._write(told, how)

        @precondition(lambda self: self.entries)
        @rule(n=numbers, m=numbers)
        def push(self, n: int, m: int) -> None:
            who = list(self.people)[m % len(self.people)]
            chosen = {self.entries[(n * k) % len(self.entries)].id for k in (1, 2, 3)}
            theirs = [one for one in self.entries if one.id in chosen]
            self.ask(
                "SELECT chaos.push($1, $2, interval '1 hour')", list(chosen), who, role="chartway_manager",
                person=bench.floor.managers[0].person_id,
            )  # fmt: skip
            allowed = [one for one in theirs if self.may(who, one)]
            for one in theirs:
                if one.holder:
                    self.end(one, "waiting")
            for one in allowed:
                if one.state == "waiting":
                    one.preferred, one.is_over = who, False

        @precondition(lambda self: any(one.preferred for one in self.entries))
        @rule(n=numbers)
        def kept_long_enough(self, n: int) -> None:
            """One at a time, so that the model needs no order among them."""
            if any(one.is_over for one in self.entries):
                return
            kept = [one for one in self.entries if one.preferred and one.state == "waiting"]
            if kept:
                kept[n % len(kept)].is_over = True
                self.ask("UPDATE queue_entry SET preferred_until = clock_timestamp() - interval '1 second'"
                         " WHERE id = $1", kept[n % len(kept)].id)  # fmt: skip

        @rule(n=numbers, m=numbers)
        def grant_or_revoke(self, n: int, m: int) -> None:
            who = list(self.people.values())[n % len(self.people)]
            self._grant_or_revoke(who, bench.floor.clients[m % len(bench.floor.clients)])

        def _grant_or_revoke(self, who: Somebody, client: UUID) -> None:
            revoke = client in who.clients
            changed = self.ask(
                "UPDATE client_grant SET revoked_at = $3 WHERE person_id = $1 AND client_id = $2 RETURNING 1",
                who.worker.id, client, START if revoke else None, role="chartway_manager",
                person=bench.floor.managers[0].person_id,
            )  # fmt: skip
            if changed:
                who.clients ^= {client}

        @rule(n=numbers, change=st.sampled_from(("off", "paused", "level")))
        def change_somebody(self, n: int, change: str) -> None:
            if n % 3:  # most of the time people work
                return
            who = list(self.people.values())[n % len(self.people)]
            if change == "off":
                who.is_off = not who.is_off
                self.ask("UPDATE person SET disabled_at = $2 WHERE id = $1", who.worker.id,
                         START if who.is_off else None, role="chartway_administrator",
                         person=bench.floor.administrator.person_id)  # fmt: skip
            elif change == "paused":
                self._pause(who)
            else:
                specialty = sorted(who.levels)[n % len(who.levels)]
                who.levels[specialty] = 1 + n // 3 % 3
                self.ask("UPDATE skill SET level = $3 WHERE person_id = $1 AND specialty = $2", who.worker.id,
                         specialty, who.levels[specialty], role="chartway_manager")  # fmt: skip

        def _pause(self, who: Somebody) -> None:
            who.is_paused = not who.is_paused
            self.ask("UPDATE workload SET paused_at = $2 WHERE person_id = $1", who.worker.id,
                     START if who.is_paused else None, role="chartway_manager")  # fmt: skip

        @rule(n=numbers, twist=st.sampled_from(("cap", "kept", "seats", "revoked", "abroad", "paused", "level")))
        def something_comes_for_somebody_and_then(self, n: int, twist: str) -> None:
            """What chance seldom brings about: somebody may take what comes first, and then may not."""
            fitting = [
                who for who in self.people.values()
                if not (who.is_off or who.is_paused) and len(self.held_by(who.worker.id)) < who.worker.cap
                and (twist != "seats" or (who.worker.stage == "audit" and who.worker.cap > 1))
                and (twist != "abroad" or who.worker.country != "US")
            ]  # fmt: skip
            if not fitting:
                return
            who = fitting[n % len(fitting)]
            person = who.worker.id
            for _ in range(who.worker.cap if twist == "cap" else 1):
                one = self._line_up_first_for(who, seats=2 if twist == "seats" else 1, is_too_hard=twist == "level")
                if one is None:
                    return
                if twist == "kept":
                    self.ask("UPDATE queue_entry SET preferred_person = $2 WHERE id = $1", one.id, person)
                    one.preferred = person
                if twist == "paused":
                    self._pause(who)
                told = self._pull(person, new_id())
            if twist == "kept" and told:
                self._write(told, "away")
            elif twist in ("revoked", "abroad") and told:
                self._expire(told.entry)
                if twist == "revoked":
                    self._grant_or_revoke(who, told.entry.client)
                elif told.entry.client not in self.abroad:
                    self._country_rule(told.entry.client)
            self._pull(person, new_id())
            if twist == "paused":
                self._pause(who)

        def _line_up_first_for(self, who: Somebody, *, seats: int, is_too_hard: bool) -> Entry | None:
            """The last of what is lined up anew, before everything else in line; None if every chart is in line."""
            audit, before = who.worker.stage == "audit", len(self.entries)
            for at, chart in enumerate(bench.floor.charts[:CHARTS]):
                if (
                    chart.client in who.clients and who.levels.get(bench.specialties[chart.id], 0) >= 1
                    and (chart.client not in self.abroad or who.worker.country == "US")
                ):  # fmt: skip
                    n = next(n for n in (at, at + CHARTS) if n % 3)
                    level = who.levels[bench.specialties[chart.id]] + 1 if is_too_hard else 1
                    self.line_up(n=n, seats=seats, audit=audit, level=level, bar=0, keep=0)
                    if len(self.entries) > before:
                        return self.entries[-1]
            return None

        @rule(n=numbers)
        def country_rule(self, n: int) -> None:
            if n % 3:  # most of the time people work
                return
            self._country_rule(bench.floor.clients[n % len(bench.floor.clients)])

        def _country_rule(self, client: UUID) -> None:
            manager = bench.floor.managers[0].person_id
            if client in self.abroad:
                self.ask("UPDATE country_rule SET ended_at = $2 WHERE client_id = $1 AND ended_at IS NULL", client,
                         START, role="chartway_manager", person=manager)  # fmt: skip
            else:
                self.ask("INSERT INTO country_rule (id, client_id, countries, made_at, made_by)"
                         " VALUES ($1, $2, '{US}', $3, $4)", new_id(), client, START, manager,
                         role="chartway_manager", person=manager)  # fmt: skip
            self.abroad ^= {client}

        @rule()
        def renew_hints(self) -> None:
            self.ask("SELECT renew_hints()", role="chartway_worker")

        # -- What always holds --------------------------------------------------------------------------------------

        @invariant()
        def the_database_agrees(self) -> None:
            rows = {row["id"]: row for row in self.ask(
                "SELECT e.id, e.state, e.fence, e.preferred_person, e.barred, a.person_id, a.fence AS held_fence,"
                " (SELECT count(*) FROM assignment_history h WHERE h.queue_entry_id = e.id) AS ended"
                " FROM queue_entry e LEFT JOIN assignment a ON a.queue_entry_id = e.id"
            )}  # fmt: skip
            assert len(rows) == len(self.entries)
            for one in self.entries:
                row = rows[one.id]
                assert (row["state"], row["fence"], row["person_id"]) == (one.state, one.fence, one.holder), one
                assert set(row["barred"]) == one.barred, one
                assert row["preferred_person"] == one.preferred, one
            [counted] = self.ask(
                "SELECT (SELECT count(*) FROM access_event WHERE action = $1) AS events,"
                " array_agg(person_id) AS people, array_agg(open_count) AS counts FROM workload",
                Action.ASSIGNMENT_PULLED.value,
            )
            for person, count in zip(counted["people"], counted["counts"], strict=True):
                assert count == len(self.held_by(person)), self.people[person]
            assert counted["events"] == self.pulls

    return Line


def run_machine(bench: Bench, *, examples: int, steps: int, shrink: bool = True) -> None:
    """Run the machine; raises what it finds."""
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        machine_on(bench),
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, derandomize=True, database=None,
            suppress_health_check=list(HealthCheck), print_blob=False,
            phases=[Phase.generate, Phase.shrink] if shrink else [Phase.generate],
        ),
    )  # fmt: skip


async def set_the_bench(
    connection: asyncpg.Connection, make: Callable[..., Coroutine[Any, Any, Floor]], loop: asyncio.AbstractEventLoop
) -> Bench:
    """Make the floor of a machine, and read it back."""
    floor = await make(connection, coders=CODERS, auditors=AUDITORS, managers=1, charts=CHARTS, seed=5)
    grants = await connection.fetch("SELECT person_id, array_agg(client_id) AS clients FROM client_grant GROUP BY 1")
    skills = await connection.fetch(
        "SELECT person_id, array_agg(specialty || ' ' || level) AS levels FROM skill GROUP BY 1"
    )
    levels = {
        row["person_id"]: tuple((name.split()[0], int(name.split()[1])) for name in row["levels"]) for row in skills
    }
    people = [(row["person_id"], frozenset(row["clients"]), levels[row["person_id"]]) for row in grants]
    charts = await connection.fetch("SELECT id, specialty FROM chart")
    return Bench(loop, connection, floor, people, {row["id"]: row["specialty"] for row in charts})
