"""Managers, the administrator, the portal's worker, and whoever pulls the plug."""

import asyncio
import random
from datetime import timedelta
from time import monotonic
from uuid import UUID

import asyncpg
from piccolo.engine.exceptions import TransactionError

from assignments.hastening import change_haste
from assignments.pulling import return_expired
from assignments.worklists.jobs import keep_the_line, renew_hints
from portal.actor import WORKER, Actor
from portal.errors import PortalError
from tests.concurrency.line.calls import LOST
from tests.concurrency.line.floor import START, Worker
from tests.concurrency.line.people import Stage_

SOME = (
    "SELECT array_agg(id) AS ids FROM (SELECT e.id FROM queue_entry e WHERE e.state IN ('waiting', 'held')"
    " AND e.stage = $1 ORDER BY md5(e.id::text || $2) LIMIT $3) t"
)


async def manage(stage: Stage_, boss: Actor, pause: float) -> None:
    """A manager who moves work, unlocks, pauses, grants and revokes, all day."""
    desk, pick = stage.desk(boss), random.Random(f"{stage.seed} {boss.name}")
    others = [one for one in stage.floor.workers if not one.does_all]
    mine = others[stage.floor.managers.index(boss) :: len(stage.floor.managers)]  # whose rights this one changes
    while not (stage.draining or stage.pausing):
        chance, whose = pick.random(), pick.choice(mine)
        if chance < 0.45:
            who: Worker | None = pick.choice(stage.floor.workers) if pick.random() < 0.8 else None
            row = await desk.ask(
                "look", SOME, who.stage if who else pick.choice(("coding", "audit")), str(pick.random()),
                pick.choice((1, 3, 8)),
            )  # fmt: skip
            if row and row["ids"]:
                until = None if who and pick.random() < 0.05 else timedelta(seconds=pick.choice((0.2, 1.0, 2.0)))
                await desk.ask("push", "SELECT chaos.push($1, $2, $3)", row["ids"], who and who.id, until)
        elif chance < 0.65:
            await _grant(stage, desk.ask, whose, pick)
        elif chance < 0.75:
            paused = [one for one in mine if stage.history.is_shut(one.id, ("paused",))]
            await _pause(stage, desk.ask, pick.choice(paused) if paused else whose)
        elif chance < 0.85:
            await desk.ask(
                "skill",
                "UPDATE skill SET level = $2 WHERE person_id = $1 RETURNING 1",
                whose.id,
                pick.choice((1, 2, 3)),
            )
        elif chance < 0.99:
            await _hasten(stage, boss, pick)
        else:
            await _rule(stage, boss, desk.ask, pick)
        await asyncio.sleep(pick.random() * pause * 2)
    await desk.close()


async def _grant(stage: Stage_, ask: object, whose: Worker, pick: random.Random) -> None:
    client = pick.choice(stage.floor.clients)
    history = stage.history
    change = "UPDATE client_grant SET revoked_at = $3 WHERE person_id = $1 AND client_id = $2 RETURNING 1"
    if history.is_shut(whose.id, ("client", client)):
        history.opens(whose.id, ("client", client))
        await ask("grant", change, whose.id, client, None)  # type: ignore[operator]
    else:
        await ask("grant", change, whose.id, client, START)  # type: ignore[operator]
        history.shuts(whose.id, ("client", client))


async def _pause(stage: Stage_, ask: object, whose: Worker) -> None:
    history = stage.history
    change = "UPDATE workload SET paused_at = $2 WHERE person_id = $1 RETURNING 1"
    if history.is_shut(whose.id, ("paused",)):
        history.opens(whose.id, ("paused",))
        await ask("pause", change, whose.id, None)  # type: ignore[operator]
    else:
        await ask("pause", change, whose.id, START)  # type: ignore[operator]
        history.shuts(whose.id, ("paused",))


async def _hasten(stage: Stage_, boss: Actor, pick: random.Random) -> None:
    chart = pick.choice(stage.floor.charts)
    try:
        await change_haste(boss, chart_id=chart.id, is_stat=pick.random() < 0.5, now=START)
        stage.history.counts["ok use case"] += 1
    except asyncpg.DeadlockDetectedError as error:
        stage.history.breaks("deadlock", f"haste: {error.detail}")
    except (*LOST, TransactionError, PortalError):
        stage.history.counts["unknown use case"] += 1


async def _rule(stage: Stage_, boss: Actor, ask: object, pick: random.Random) -> None:
    """A country rule for a client is made, or ended."""
    client, history = pick.choice(stage.floor.clients), stage.history
    abroad = [one for one in stage.floor.workers if one.country != "US"]
    if not abroad:
        return
    change = (
        "UPDATE country_rule SET ended_at = $2 WHERE client_id = $1 AND ended_at IS NULL RETURNING 1",
        "INSERT INTO country_rule (id, client_id, countries, made_at, made_by) SELECT $4, $1, '{US}', $2, $3"
        " WHERE NOT EXISTS (SELECT FROM country_rule WHERE id = $4) RETURNING 1",
    )
    if history.is_shut(abroad[0].id, ("country", client)):
        for one in abroad:
            history.opens(one.id, ("country", client))
        await ask("rule", change[0], client, START)  # type: ignore[operator]
    else:
        await ask("rule", change[1], client, START, boss.person_id, UUID(int=pick.getrandbits(128)))  # type: ignore[operator]
        for one in abroad:
            history.shuts(one.id, ("country", client))


async def administer(stage: Stage_, pause: float) -> None:
    """People are switched off, and what they hold is taken back; most of them come back."""
    admin, boss = stage.desk(stage.floor.administrator), stage.desk(stage.floor.managers[0])
    pick, history = random.Random(f"{stage.seed} admin"), stage.history
    others = [one for one in stage.floor.workers if not one.does_all]
    while not (stage.draining or stage.pausing):
        off = [one for one in others if history.is_shut(one.id, ("off",))]
        whose = pick.choice(off if len(off) > len(others) // 4 else others)
        change = "UPDATE person SET disabled_at = $2 WHERE id = $1 RETURNING 1"
        if history.is_shut(whose.id, ("off",)):
            history.opens(whose.id, ("off",))
            await admin.ask("switch on", change, whose.id, None)
        else:
            await admin.ask("switch off", change, whose.id, START)
            history.shuts(whose.id, ("off",))
            await boss.ask(
                "push", "SELECT chaos.push((SELECT coalesce(array_agg(queue_entry_id), '{}') FROM assignment"
                " WHERE person_id = $1), NULL, NULL)",
                whose.id,
            )  # fmt: skip
        await asyncio.sleep(pick.random() * pause * 2)
    await admin.close()
    await boss.close()


async def expire(stage: Stage_, number: int) -> None:
    """The worker that takes back what ran out: one through the use case, one in portions."""
    desk = stage.desk(WORKER)
    while not stage.over:
        if number % 2:
            await desk.ask("expire", "SELECT chaos.expire(10) AS n")
        else:
            await _by_the_worker(stage, lambda: return_expired(now=START, at_most=10))
        await asyncio.sleep(stage.lease.total_seconds() / 4)
    await desk.close()


async def keep_house(stage: Stage_, every: float) -> None:
    """The worker beside the line: hints, what was kept too long, what is late."""
    while not stage.over:
        await _by_the_worker(stage, renew_hints)
        await _by_the_worker(stage, lambda: keep_the_line(now=START))
        await asyncio.sleep(every)


async def _by_the_worker(stage: Stage_, use_case: object) -> None:
    try:
        await use_case()  # type: ignore[operator]
        stage.history.counts["ok use case"] += 1
    except asyncpg.DeadlockDetectedError as error:
        stage.history.breaks("deadlock", f"worker: {error.detail}")
    except (*LOST, TransactionError):
        stage.history.counts["unknown use case"] += 1


async def kill_backends(stage: Stage_, superuser: str, every: float) -> None:
    """Somebody who ends a connection at random, again and again."""
    connection = None
    while not (stage.draining or stage.pausing):
        await asyncio.sleep(every)
        try:
            connection = connection or await asyncpg.connect(superuser)
            stage.history.counts["killed backends"] += await connection.fetchval(
                "SELECT count(pg_terminate_backend(pid)) FROM (SELECT pid FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename = 'chartway_app'"
                " ORDER BY random() LIMIT 1) t"
            )
        except LOST:
            if connection is not None:
                connection.terminate()
            connection = None
    if connection is not None:
        connection.terminate()


async def report(stage: Stage_, every: float) -> None:
    """Say on stderr how far it is."""
    import sys

    while not stage.over:
        await asyncio.sleep(every)
        history, seconds = stage.history, monotonic() - stage.history.started
        print(
            f"{seconds:7.0f} s  {history.operations:>9,} operations  {history.operations / seconds:6.0f}/s "
            f" pulled {history.counts['answer pulled']:,}  lost {history.counts['keep lost']:,} "
            f" killed {history.counts['killed backends']:,}/{history.counts['killed servers']:,} "
            f" broken {({k: len(v) for k, v in history.broken.items()})}",
            file=sys.stderr, flush=True,
        )  # fmt: skip
