"""The deliveries of a client, and the report of one, line by line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from assignments.bulk.lines import unpack_values
from assignments.bulk.manifest import NAMES
from assignments.opening import open_fields
from assignments.rules import FOR_CLIENTS, ChartState
from auditing.access_log.actions import Action
from auditing.access_log.recording import record, record_patients
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import NotFound

#: What a reader is told of a line's state: a word and a tone.
STATES = {
    "draft": ("not sent yet", ""), "left_out": ("left out", ""), "waiting": ("waiting", "accent"),
    "taken": ("taken", "good"), "already": ("was here before", "warn"), "refused": ("refused", "bad"),
}  # fmt: skip

_IN_TROUBLE = frozenset({ChartState.CANCELLED, ChartState.POSSIBLE_DUPLICATE})


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """A delivery and how far it has come; the name is open only where it is shown."""

    id: UUID
    kind: str
    state: str
    refusal: str | None
    size: int  # bytes
    received_at: datetime
    finished_at: datetime | None
    sender: str
    time_zone: str
    name: str
    total: int
    waiting: int
    taken: int
    already: int
    refused: int
    left_out: int

    @property
    def is_decided(self) -> bool:
        """True if nothing of it changes any more by itself."""
        return self.state in ("done", "refused", "splitting")


@dataclass(frozen=True, slots=True)
class ReportLine:
    """What became of one line."""

    position: int
    name: str
    state: str
    refusal: str | None
    chart_id: UUID | None
    chart_number: str | None
    chart_state: ChartState | None
    pages: str

    @property
    def trouble(self) -> str:
        """What the sender must know of a chart that nobody codes, in words; empty if it goes its way."""
        return FOR_CLIENTS[self.chart_state] if self.chart_state in _IN_TROUBLE else ""


_ROWS = (
    "SELECT d.id, d.kind, d.state, d.refusal, d.size, d.received_at, d.finished_at, d.name_sealed, p.name AS sender,"
    " k.time_zone, count(l.id) AS total, count(*) FILTER (WHERE l.state IN ('waiting', 'draft')) AS waiting,"
    " count(*) FILTER (WHERE l.state = 'taken') AS taken, count(*) FILTER (WHERE l.state = 'already') AS already,"
    " count(*) FILTER (WHERE l.state = 'refused') AS refused, count(*) FILTER (WHERE l.state = 'left_out') AS left_out"
    " FROM delivery d JOIN client k ON k.id = d.client_id LEFT JOIN person p ON p.id = d.person_id"
    " LEFT JOIN delivery_line l ON l.delivery_id = d.id"
)


async def count_deliveries(person: Actor) -> int:
    """How many deliveries the person's client has sent."""
    async with acting_as(person):
        return int(await DB.value("SELECT count(*) FROM delivery"))


async def find_deliveries(person: Actor, *, limit: int, offset: int) -> Sequence[DeliveryRow]:
    """Deliveries, newest first, with their names; a name may be a patient's, so the look is recorded."""
    async with acting_as(person):
        rows = await DB.fetch(
            _ROWS + " GROUP BY d.id, p.name, k.time_zone ORDER BY d.received_at DESC, d.id DESC LIMIT $1 OFFSET $2",
            limit, offset,
        )  # fmt: skip
        names = await open_fields("delivery.name", {row["id"]: row["name_sealed"] for row in rows})
        await record(
            person, Action.DELIVERY_OPENED, object_type="list of deliveries", client_id=person.client_id,
            details={"count": len(rows)},
        )  # fmt: skip
    return [_row(row, names[row["id"]]) for row in rows]


async def get_progress(person: Actor, delivery_id: UUID) -> DeliveryRow:
    """How far a delivery has come, without its name: asked for again and again. NotFound for other clients."""
    async with acting_as(person):
        return _row(await _get(delivery_id), "")


async def get_report(
    person: Actor, delivery_id: UUID, *, limit: int = 5000, offset: int = 0
) -> tuple[DeliveryRow, list[ReportLine]]:
    """A delivery and what became of each line, refused ones first; each patient's look is recorded."""
    async with acting_as(person):
        row = await _get(delivery_id)
        lines = await DB.fetch(
            "SELECT l.id, l.position, l.name_sealed, l.state, l.refusal, l.chart_id, c.number, c.state AS chart_state,"
            " c.patient_id, l.first_page, l.last_page FROM delivery_line l LEFT JOIN chart c ON c.id = l.chart_id"
            " WHERE l.delivery_id = $1 ORDER BY l.state <> 'refused', l.position LIMIT $2 OFFSET $3",
            delivery_id, limit, offset,
        )  # fmt: skip
        names = await open_fields("delivery.name", {delivery_id: row["name_sealed"]})
        opened = await open_fields("delivery_line.name", {line["id"]: line["name_sealed"] for line in lines})
        await _record_look(person, delivery_id, lines)
    report = [
        ReportLine(
            line["position"], opened[line["id"]], line["state"], line["refusal"], line["chart_id"], line["number"],
            ChartState(line["chart_state"]) if line["chart_state"] else None,
            f"{line['first_page']}–{line['last_page']}" if line["first_page"] else "",
        )
        for line in lines
    ]  # fmt: skip
    return _row(row, names[delivery_id]), report


async def find_refused(person: Actor, delivery_id: UUID) -> list[list[str]]:
    """The refused lines as a manifest would have them, each followed by what was wrong."""
    async with acting_as(person):
        await _get(delivery_id)
        rows = await DB.fetch(
            "SELECT id, name_sealed, facts_sealed, refusal, NULL::uuid AS patient_id FROM delivery_line"
            " WHERE delivery_id = $1 AND state = 'refused' ORDER BY position",
            delivery_id,
        )
        names = await open_fields("delivery_line.name", {row["id"]: row["name_sealed"] for row in rows})
        facts = await open_fields(
            "delivery_line.facts", {row["id"]: row["facts_sealed"] for row in rows if row["facts_sealed"]}
        )
        await _record_look(person, delivery_id, rows)
    found = []
    for row in rows:
        values = {**dict.fromkeys(NAMES, ""), "file": names[row["id"]], **unpack_values(facts.get(row["id"]))}
        found.append([*(values[name] for name in NAMES), row["refusal"]])
    return found


async def _get(delivery_id: UUID) -> asyncpg.Record:
    row = await DB.fetch_one(_ROWS + " WHERE d.id = $1 GROUP BY d.id, p.name, k.time_zone", delivery_id)
    if row is None:
        raise NotFound
    return row


async def _record_look(person: Actor, delivery_id: UUID, rows: Sequence[asyncpg.Record]) -> None:
    assert person.client_id is not None
    await record(
        person, Action.DELIVERY_OPENED, object_type="delivery", object_id=delivery_id, client_id=person.client_id,
        details={"lines": len(rows)},
    )  # fmt: skip
    patients = {row["patient_id"] for row in rows if row["patient_id"]}
    if patients:
        await record_patients(
            person, Action.CHART_LISTED, patients=patients, client_id=person.client_id,
            details={"delivery": str(delivery_id)},
        )  # fmt: skip


def _row(row: asyncpg.Record, name: str) -> DeliveryRow:
    values = {key: value for key, value in row.items() if key != "name_sealed"}
    return DeliveryRow(**values | {"sender": row["sender"] or "", "name": name})
