"""Find earlier charts that a new one may be a duplicate of: by number and visit as it is made, by file once read."""

from collections.abc import Iterable
from uuid import UUID

from assignments.duplicates.rules import Rule, loose_number
from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB
from portal.ids import new_id
from storage.client_keys import ClientKey
from storage.sealed_fields import index_of


async def note_visit(person: Actor, key: ClientKey, *, chart_id: UUID, encounter_number: str) -> None:
    """Compare a chart that is just being made with the client's earlier ones, inside the current transaction.

    One encounter sent for two service lines is two charts and no duplicate.
    """
    chart = await DB.fetch_one(
        "SELECT c.encounter_id, c.patient_id, c.service_line_id, c.service_on, e.provider"
        " FROM chart c JOIN encounter e ON e.id = c.encounter_id WHERE c.id = $1",
        chart_id,
    )
    assert chart is not None
    others: list[tuple[UUID, Rule]] = []
    if loose := loose_number(encounter_number):
        index = index_of(key, "loose encounter", loose)
        await DB.execute(
            "INSERT INTO loose_number (encounter_id, client_id, number_index) VALUES ($1, $2, $3)"
            " ON CONFLICT DO NOTHING",
            chart["encounter_id"], key.client_id, index,
        )  # fmt: skip
        rows = await DB.fetch(
            _SAME_NUMBER, key.client_id, index, chart["encounter_id"], chart["service_line_id"],
            chart["patient_id"], chart["service_on"],
        )  # fmt: skip
        others += [(row["id"], Rule.SAME_NUMBER) for row in rows]
    rows = await DB.fetch(
        _SAME_VISIT, key.client_id, chart["patient_id"], chart["encounter_id"], chart["service_line_id"],
        chart["service_on"], chart["provider"],
    )  # fmt: skip
    others += [(row["id"], Rule.SAME_VISIT) for row in rows]
    await write_matches(person, key.client_id, chart_id, others)


async def note_files(worker: Actor, *, document_id: UUID) -> None:
    """Compare a document with the client's earlier ones by its content, inside the worker's current transaction."""
    rows = await DB.fetch(_SAME_FILE, document_id)
    if rows:
        others = [(row["other_id"], Rule.SAME_FILE) for row in rows]
        await write_matches(worker, rows[0]["client_id"], rows[0]["chart_id"], others)


async def write_matches(
    actor: Actor, client_id: UUID, chart_id: UUID, others: Iterable[tuple[UUID, Rule]], similarity: float | None = None
) -> None:
    """Keep what was found of a chart, each pair and rule once, with an access event for what is new."""
    for other_id, rule in others:
        is_new = await DB.execute(
            "INSERT INTO duplicate_match (id, client_id, chart_id, other_chart_id, rule, similarity)"
            " VALUES ($1, $2, $3, $4, $5, round($6::float8::numeric, 3))"
            " ON CONFLICT (chart_id, other_chart_id, rule) DO NOTHING",
            new_id(), client_id, chart_id, other_id, rule.value, similarity,
        )  # fmt: skip
        if is_new:
            await record(
                actor, Action.DUPLICATE_FOUND, object_type="chart", object_id=chart_id, client_id=client_id,
                patient_id=await DB.value("SELECT patient_id FROM chart WHERE id = $1", chart_id),
                details={"other": str(other_id), "rule": rule.value},
            )  # fmt: skip


_SAME_NUMBER = """
  SELECT c.id FROM loose_number n JOIN encounter e ON e.id = n.encounter_id
    JOIN chart c ON c.client_id = n.client_id AND c.encounter_id = e.id
   WHERE n.client_id = $1 AND n.number_index = $2 AND n.encounter_id <> $3 AND c.service_line_id = $4
     AND c.state <> 'cancelled' AND (c.patient_id = $5 OR c.service_on = $6)
"""
_SAME_VISIT = """
  SELECT c.id FROM encounter e JOIN chart c ON c.client_id = e.client_id AND c.encounter_id = e.id
   WHERE e.client_id = $1 AND e.patient_id = $2 AND e.id <> $3 AND c.service_line_id = $4 AND c.service_on = $5
     AND lower(e.provider) = lower($6) AND c.state <> 'cancelled'
"""
#: The earlier of two equal files is the one that is there already. A chart of the same encounter is another service
#: line, for which the same papers are sent rightly.
_SAME_FILE = """
  SELECT DISTINCT c.client_id, c.id AS chart_id, oc.id AS other_id
    FROM document d JOIN chart c ON c.id = d.chart_id JOIN blob b ON b.id = d.original_blob_id
    JOIN blob ob ON ob.client_id = b.client_id AND ob.content_mac = b.content_mac AND ob.kind = 'original'
                AND ob.state = 'stored' AND ob.id <> b.id
    JOIN document od ON od.client_id = ob.client_id AND od.id = ob.owner_id AND od.original_blob_id = ob.id
    JOIN chart oc ON oc.id = od.chart_id
   WHERE d.id = $1 AND (od.received_at, od.id) < (d.received_at, d.id) AND oc.id <> c.id
     AND oc.encounter_id <> c.encounter_id AND oc.state <> 'cancelled'
"""
