"""Delivered charts whose documents can come to be due."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from storage.vault import VAULT
from tests.cast import NOW, House
from tests.factories import MadeChart, make_chart

YEARS_LATER = NOW + timedelta(days=7 * 366)


async def delivered_chart(sql: Any, house: House, *, at: datetime = NOW, **how: Any) -> MadeChart:
    """A chart of North, delivered at that time, with a text and a drawn page."""
    chart = await make_chart(sql, house, state="delivered", coder=house.cora, with_pages=1, **how)
    await sql("UPDATE chart SET delivered_at = $2, final_at = $2 WHERE id = $1", chart.id, at)
    return chart


async def blob_states(sql: Any, chart_id: UUID) -> set[str]:
    """The states of every blob of a chart's documents."""
    rows = await sql("SELECT DISTINCT b.state FROM blob b JOIN document d ON d.id = b.owner_id WHERE d.chart_id = $1",
                     chart_id)  # fmt: skip
    return {row["state"] for row in rows}


async def objects_of(sql: Any, chart_id: UUID) -> list[str]:
    """The keys of a chart's objects that are in the store."""
    from storage.objects import ObjectMissing

    there = []
    for row in await sql("SELECT b.store_key FROM blob b JOIN document d ON d.id = b.owner_id WHERE d.chart_id = $1",
                         chart_id):  # fmt: skip
        try:
            await VAULT.store.size(row["store_key"])
        except ObjectMissing:
            continue
        there.append(row["store_key"])
    return there
