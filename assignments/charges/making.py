"""Make a charge export: each delivered chart once, and again only as a correction."""

import hashlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from assignments.charges.mapping import find_mapping, to_charge, write_file
from assignments.charges.rules import totals_of
from assignments.results.finding import ClientFacts, Result, Which, find_results, get_client_facts
from auditing.access_log.actions import Action
from auditing.access_log.recording import record, record_patients
from portal.actor import WORKER, Actor, Kind
from portal.clock import utc_now
from portal.database import DB, acting_as
from portal.errors import Conflict, NotFound
from portal.ids import new_id
from storage.blobs import confirm_blob, write_blob

#: Every patient of a file is opened and recorded in one transaction; what is beyond it goes into the next file.
MOST_CHARTS = 5000
_LARGEST = 64 << 20  # bytes
_NO_MAPPING = "Say first how your charges are to be written: choose the columns and save them."
_NOTHING_NEW = "Every delivered chart stands in an export already. New ones come with the next delivery."
_NOTHING_CHANGED = "No chart of this export has changed since it was sent. To send all of it again, choose the whole."


@dataclass(frozen=True, slots=True)
class _Plan:
    client: ClientFacts
    mapping_id: UUID
    content: bytes
    results: Sequence[Result]
    corrects_id: UUID | None


async def make_export(person: Actor, *, now: datetime) -> UUID:
    """Write every delivered chart of the client that stands in no export yet into a new one; returns its id.

    Raises Conflict if there is none, if nobody has said how it is to be written, or if somebody was faster.
    """
    async with acting_as(person):
        client = await get_client_facts(person.client_id)
        rows = await DB.fetch(_NOT_EXPORTED, MOST_CHARTS)
        if not rows:
            raise Conflict(_NOTHING_NEW)
        plan = await _plan(client, [row["chart_id"] for row in rows], None)
    return await _seal_and_keep(person, plan, now)


async def correct_export(person: Actor, *, export_id: UUID, is_whole: bool, now: datetime) -> UUID:
    """Send the charts of an export again as its correction: those whose codes changed since they went out, or all.

    Raises NotFound for an export that is not the client's, Conflict if nothing changed.
    """
    async with acting_as(person):
        client = await get_client_facts(person.client_id)
        original = await DB.value("SELECT coalesce(corrects_id, id) FROM charge_export WHERE id = $1", export_id)
        if original is None:
            raise NotFound
        rows = await DB.fetch(_OF_EXPORT, original)
        wanted = [row["chart_id"] for row in rows if is_whole or row["sent_id"] != row["coding_id"]]
        if not wanted:
            raise Conflict(_NOTHING_CHANGED)
        plan = await _plan(client, wanted, UUID(bytes=original.bytes))
    return await _seal_and_keep(person, plan, now)


async def count_waiting() -> int:
    """How many delivered charts of whoever acts stand in no export yet, inside the current transaction."""
    return int(await DB.value(_WAITING))


async def make_daily_exports() -> int:
    """Make today's export, by the client's calendar, of each client that wants one each day; how many. The worker's."""
    async with acting_as(WORKER):
        rows = await DB.fetch(_DAILY)
    made = 0
    for row in rows:
        today = utc_now().astimezone(ZoneInfo(row["time_zone"])).date()
        if row["last_at"] and row["last_at"].astimezone(ZoneInfo(row["time_zone"])).date() >= today:
            continue
        # It reads as the client would: what another client owns cannot get in.
        client = Actor(Kind.CLIENT, client_id=row["id"], name="worker")
        try:
            await make_export(client, now=utc_now())
            made += 1
        except Conflict:
            continue  # nothing new today
    return made


async def _plan(client: ClientFacts, chart_ids: Sequence[UUID], corrects_id: UUID | None) -> _Plan:
    mapping = await find_mapping(client.id)
    if mapping.id is None:
        raise Conflict(_NO_MAPPING)
    results = await find_results(Which(chart_ids=chart_ids), client.time_zone, limit=MOST_CHARTS)
    content = write_file(mapping.columns, [to_charge(one, client.time_zone) for one in results])
    return _Plan(client, mapping.id, content, results, corrects_id)


async def _seal_and_keep(person: Actor, plan: _Plan, now: datetime) -> UUID:
    export_id = new_id()
    blob = await write_blob(
        person, _once(plan.content), client_id=plan.client.id, owner_id=export_id, kind="export", most=_LARGEST
    )
    totals = totals_of([to_charge(one, plan.client.time_zone) for one in plan.results])
    try:
        async with acting_as(person):
            # Of two who make one at once the second waits here, and then finds its charts taken.
            await DB.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"charges of {plan.client.id}")
            number = await DB.value(
                "SELECT 1 + coalesce(max(number), 0) FROM charge_export WHERE client_id = $1", plan.client.id
            )
            await DB.execute(
                "INSERT INTO charge_export (id, client_id, number, is_original, corrects_id, mapping_id, blob_id,"
                " made_at, made_by, chart_count, line_count, unit_total, hash_total, byte_count, sha256)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
                export_id, plan.client.id, number, plan.corrects_id is None, plan.corrects_id, plan.mapping_id, blob.id,
                now, person.person_id, totals.charts, totals.lines, totals.units, totals.hash, len(plan.content),
                hashlib.sha256(plan.content).digest(),
            )  # fmt: skip
            await DB.execute(
                "INSERT INTO charge_export_chart (export_id, client_id, chart_id, is_original, coding_id, delivery,"
                " lines, units) SELECT $1, $2, one.chart, $3, one.coding, one.delivery, one.lines, one.units"
                " FROM unnest($4::uuid[], $5::uuid[], $6::int[], $7::int[], $8::int[])"
                " AS one (chart, coding, delivery, lines, units)",
                export_id, plan.client.id, plan.corrects_id is None, [one.chart_id for one in plan.results],
                [one.coding_id for one in plan.results], [one.delivery for one in plan.results],
                [len(one.procedures) for one in plan.results], [one.units for one in plan.results],
            )  # fmt: skip
            await confirm_blob(blob)
            await record(
                person, Action.EXPORT_MADE, object_type="charge export", object_id=export_id, client_id=plan.client.id,
                details={"number": number, "charts": totals.charts},
            )  # fmt: skip
            await record_patients(
                person, Action.CODING_EXPORTED, patients={one.patient_id for one in plan.results},
                client_id=plan.client.id, details={"export": str(export_id)},
            )  # fmt: skip
    except asyncpg.UniqueViolationError:
        raise Conflict("Somebody made an export of these charts just now. Reload the page to see it.") from None
    return export_id


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content


_NOT_EXPORTED = """
  SELECT DISTINCT d.chart_id FROM delivered_version d
   WHERE NOT EXISTS (SELECT FROM charge_export_chart x WHERE x.chart_id = d.chart_id AND x.is_original)
   ORDER BY d.chart_id LIMIT $1
"""
_WAITING = """
  SELECT count(DISTINCT d.chart_id) FROM delivered_version d
   WHERE NOT EXISTS (SELECT FROM charge_export_chart x WHERE x.chart_id = d.chart_id AND x.is_original)
"""
#: The charts of an original export: what was sent of each last, and what is delivered now.
_OF_EXPORT = """
  SELECT x.chart_id,
         (SELECT s.coding_id FROM charge_export_chart s JOIN charge_export e ON e.id = s.export_id
           WHERE s.chart_id = x.chart_id ORDER BY e.number DESC LIMIT 1) AS sent_id,
         (SELECT d.coding_id FROM delivered_version d WHERE d.chart_id = x.chart_id
           ORDER BY d.version DESC LIMIT 1) AS coding_id
    FROM charge_export_chart x WHERE x.export_id = $1
"""
_DAILY = """
  SELECT k.id, k.time_zone, (SELECT max(x.made_at) FROM charge_export x WHERE x.client_id = k.id AND x.is_original)
         AS last_at
    FROM client k JOIN LATERAL (SELECT m.is_daily FROM export_mapping m WHERE m.client_id = k.id
                                 ORDER BY m.version DESC LIMIT 1) m ON m.is_daily
   WHERE k.closed_at IS NULL
"""
