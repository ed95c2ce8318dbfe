"""Pends for tests: a chart that cora holds, set aside."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from assignments.pends.opening import Asked, pend_chart
from assignments.pends.rules import Owner
from portal.actor import Actor
from tests.cast import NOW, House
from tests.factories import MadeChart, make_chart, pull_chart

MISSING, UNSIGNED, UNCLEAR_DAY = (UUID(int=(0x7000 << 64) + (0x8000 << 48) + n) for n in (1, 3, 4))
LEFT, NO_NOTE = (UUID(int=(0x7000 << 64) + (0x8000 << 48) + n) for n in (0x11, 0x14))
ASKED_AT = NOW + timedelta(minutes=20)


@dataclass(frozen=True)
class Pended:
    """A chart that waits, and its pend."""

    chart: MadeChart
    pend_id: UUID
    fence: int


async def make_pend(
    sql: Any, house: House, *, coder: Actor | None = None, owner: Owner = Owner.CLIENT, note: str = "Where is page 2?",
    now: datetime = ASKED_AT, reason: UUID = MISSING,
) -> Pended:  # fmt: skip
    """A chart of North that cora pulled and set aside."""
    coder = coder or house.cora
    chart = await make_chart(sql, house, with_pages=1)
    pulled = await pull_chart(coder)
    assert pulled.chart_id == chart.id
    asked = () if owner is not Owner.CLIENT else (Asked(reason, note),)
    pend_id = await pend_chart(coder, chart_id=chart.id, fence=pulled.fence, owner=owner, asked=asked, now=now)
    return Pended(chart, pend_id, pulled.fence)
