"""Calls for the next chart that come at the same instant: the database answers them together, in one transaction."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from contextvars import Context
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from assignments.rules import LEASE, Stage
from portal.actor import NOBODY, Actor
from portal.database import DB, acting_as

#: So many calls are answered at once; those behind them wait for the next transaction.
MOST = 32
#: So many transactions run beside each other: one alone is no faster than one of the database's processes.
BESIDE = 2


@dataclass(frozen=True, slots=True, eq=False)
class _Call:
    person_id: UUID
    request_id: UUID
    origin: str
    answer: asyncio.Future[Mapping[str, Any] | None]


@dataclass(slots=True)
class _Line:
    """The calls for one stage that wait in this process. While transactions run, the next one gathers."""

    waiting: list[_Call] = field(default_factory=list)
    answering: set[asyncio.Task[None]] = field(default_factory=set)


_LINES = {stage: _Line() for stage in Stage}


async def call_for_next(actor: Actor, *, stage: Stage, request_id: UUID, origin: str) -> Mapping[str, Any] | None:
    """The database's answer to one pull, given after its transaction was committed.

    None if this call did not work out among the others, or would have kept them waiting; nothing was pulled then.
    Raises what the transaction raised, for everybody in it, with nothing pulled.
    """
    if DB.current_transaction.get() is not None:
        raise RuntimeError("a transaction is already open here; one use case is one transaction")
    if actor.person_id is None:
        raise TypeError("only a person pulls")
    line = _LINES[stage]
    call = _Call(actor.person_id, request_id, origin, asyncio.get_running_loop().create_future())
    line.waiting.append(call)
    if len(line.answering) < BESIDE:
        # It begins in the loop's next turn, when everybody who comes in this one stands in line; and in a context of
        # its own, so that whoever came first lends it nothing of theirs.
        task = asyncio.create_task(_answer(line, stage), context=Context())
        line.answering.add(task)
        task.add_done_callback(line.answering.discard)
    return await call.answer


async def _answer(line: _Line, stage: Stage) -> None:
    while line.waiting:
        batch = [call for call in line.waiting[:MOST] if not call.answer.done()]  # somebody may have gone meanwhile
        del line.waiting[:MOST]
        try:
            answers = await _pull(batch, stage)
        except asyncio.CancelledError:
            for call in batch:
                call.answer.cancel()
            raise
        except Exception as error:  # noqa: BLE001 - it goes to each of those who wait for the answer
            for call in batch:
                if not call.answer.done():
                    call.answer.set_exception(error)
        else:
            for call in batch:
                answer = answers[call.person_id, call.request_id].pop(0)
                if not call.answer.done():
                    call.answer.set_result(None if answer["outcome"] == "failed" else answer)


async def _pull(batch: list[_Call], stage: Stage) -> Mapping[tuple[UUID, UUID], list[Mapping[str, Any]]]:
    """Everybody's answers; as the bare application, since one transaction cannot be in the name of several people."""
    answers: defaultdict[tuple[UUID, UUID], list[Mapping[str, Any]]] = defaultdict(list)
    if not batch:
        return answers
    async with acting_as(NOBODY):
        rows = await DB.fetch(
            "SELECT person_id, request_id, (answer).* FROM pull_many($1, $2, $3, $4, $5::jsonb[])", stage.value,
            [call.person_id for call in batch], [call.request_id for call in batch], LEASE,
            [call.origin for call in batch],
        )  # fmt: skip
    for row in rows:
        answers[row["person_id"], row["request_id"]].append(dict(row))
    return answers
