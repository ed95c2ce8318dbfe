"""Steps of audits in tests: a drawn chart, pulled, reviewed, corrected; all through the product's use cases."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from assignments.coding.submitting import submit_coding
from assignments.pulling import Pulled, pull, pull_next_chart
from assignments.rules import Stage
from auditing.quality.reviewing import send_findings
from auditing.quality.worksheet import Worksheet, open_worksheet
from portal.actor import Actor
from portal.ids import new_id
from tests.cast import NOW, House
from tests.factories import code_chart, make_chart, type_lines

Sql = Callable[..., Awaitable[list[Any]]]
Work = Callable[[], Awaitable[None]]

CODER_LINES = ("E11.9", "I10", "G0463 A")
AUDITOR_LINES = ("E11.22", "I10", "N18.32", "G0463 A")


@dataclass(frozen=True)
class Drawn:
    """A chart that was coded and drawn."""

    chart_id: UUID
    audit_id: UUID
    client_id: UUID
    number: str


@dataclass(frozen=True)
class Held:
    """An audit that somebody has pulled and opened."""

    audit_id: UUID
    chart_id: UUID
    entry_id: UUID
    fence: int

    @property
    def hold(self) -> dict[str, Any]:
        """What every decision names."""
        return {"audit_id": self.audit_id, "entry_id": self.entry_id, "fence": self.fence}


async def draw_chart(
    sql: Sql, house: House, work: Work, *, coder: Actor | None = None, lines: Sequence[str] = CODER_LINES, **chart: Any
) -> Drawn:
    """Make a chart, code it, and let the worker decide; the plan of the cast draws every chart."""
    made = await make_chart(sql, house, **chart)
    assert await code_chart(coder or house.cody, diagnoses=lines, procedures=()) == made.id
    await work()
    [audit] = await sql("SELECT id FROM audit WHERE chart_id = $1", made.id)
    return Drawn(made.id, audit["id"], made.client_id, made.number)


async def take_audit(auditor: Actor, audit_id: UUID) -> Held:
    """Pull the auditor's next audit and open its worksheet."""
    pulled = await pull_audit(auditor)
    assert pulled.chart_id
    assert pulled.entry_id
    sheet = await open_worksheet(auditor, audit_id=audit_id)
    assert sheet.audit.chart_id == pulled.chart_id
    return Held(audit_id, pulled.chart_id, pulled.entry_id, pulled.fence)


async def pull_audit(auditor: Actor) -> Pulled:
    """Pull the auditor's next audit with a fresh request."""
    return await pull(auditor, stage=Stage.AUDIT, request_id=new_id(), now=NOW)


async def find_something(
    auditor: Actor, audit_id: UUID, *, lines: Sequence[str] = AUDITOR_LINES
) -> tuple[Held, Worksheet]:
    """Take an audit, type the auditor's lines, send the findings; returns the hold it had and the sheet as sent."""
    held = await take_audit(auditor, audit_id)
    await type_lines(auditor, held.chart_id, held.fence, Stage.AUDIT, lines)
    sheet = await open_worksheet(auditor, audit_id=audit_id)
    await send_findings(auditor, **held.hold, request_id=new_id(), now=NOW)
    return held, sheet


async def correct_chart(coder: Actor, *, lines: Sequence[str] = AUDITOR_LINES) -> UUID:
    """Pull what waits for a correction, type these lines, submit."""
    pulled = await pull_next_chart(coder, request_id=new_id(), now=NOW)
    assert pulled.chart_id
    await type_lines(coder, pulled.chart_id, pulled.fence, Stage.CODING, lines)
    await submit_coding(coder, chart_id=pulled.chart_id, fence=pulled.fence, request_id=new_id(), now=NOW)
    return pulled.chart_id
