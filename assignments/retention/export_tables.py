"""The tables of an export: the client's charts with who they are of, and the codings it was delivered."""

from collections.abc import AsyncIterator, Sequence
from uuid import UUID

import asyncpg

from assignments.opening import open_fields
from portal.actor import Actor
from portal.database import DB, acting_as

_BATCH = 200

CHART_COLUMNS = ("chart", "encounter", "patient", "mrn", "born_on", "sex", "patient_id", "service_on", "service_line",
                 "location", "provider", "payer", "state", "received_at", "delivered_at")  # fmt: skip
CODING_COLUMNS = ("chart", "version", "submitted_at", "release", "kind", "position", "system", "code", "modifiers",
                  "units", "pointers", "poa", "service_on", "rendering", "ndc", "ndc_unit", "ndc_quantity",
                  "minutes")  # fmt: skip


async def read_charts(client: Actor) -> AsyncIterator[Sequence[object]]:
    """Every chart that `client` sees, with its patient, in rows of CHART_COLUMNS."""
    after = UUID(int=0)
    while True:
        async with acting_as(client):
            rows = await DB.fetch(_CHARTS, after, _BATCH)
            numbers = await open_fields("encounter.number", {r["encounter_id"]: r["number_sealed"] for r in rows})
            names = await open_fields("patient_identity.name", {r["patient_id"]: r["name_sealed"] for r in rows})
            mrns = await open_fields("patient_identity.mrn", {r["patient_id"]: r["mrn_sealed"] for r in rows})
            births = await open_fields(
                "patient_identity.birth_on", {r["patient_id"]: r["birth_on_sealed"] for r in rows}
            )
            said = {r["patient_id"]: r["sex_sealed"] for r in rows if r["sex_sealed"]}
            sexes = await open_fields("patient_identity.sex", said)
        for r in rows:
            yield (r["number"], numbers[r["encounter_id"]], names[r["patient_id"]], mrns[r["patient_id"]],
                   births[r["patient_id"]], sexes.get(r["patient_id"]),
                   r["patient_id"], r["service_on"], r["line"], r["location"], r["provider"],
                   r["payer"], r["state"], r["received_at"], r["delivered_at"])  # fmt: skip
        if len(rows) < _BATCH:
            return
        after = rows[-1]["id"]


async def read_codings(client: Actor) -> AsyncIterator[Sequence[object]]:
    """Every line of every coding that `client` was delivered, in rows of CODING_COLUMNS."""
    after = UUID(int=0)
    while True:
        async with acting_as(client):
            codings = await DB.fetch(_CODINGS, after, _BATCH)
            lines = await DB.fetch(_CODE_LINES, [row["id"] for row in codings])
        of: dict[UUID, list[asyncpg.Record]] = {}
        for line in lines:
            of.setdefault(line["coding_id"], []).append(line)
        for coding in codings:
            for line in of.get(coding["id"], []):
                yield (coding["number"], coding["version"], coding["submitted_at"], coding["release"], line["kind"],
                       line["position"], line["system"], line["code"], " ".join(line["modifiers"]), line["units"],
                       " ".join(str(pointer) for pointer in line["pointers"]),
                       *(line[name] for name in _SAID))  # fmt: skip
        if len(codings) < _BATCH:
            return
        after = codings[-1]["id"]


_CHARTS = """
  SELECT c.id, c.number, c.encounter_id, c.patient_id, c.service_on, c.state, c.received_at, c.delivered_at,
         e.number_sealed, e.provider, e.payer, i.name_sealed, i.mrn_sealed, i.birth_on_sealed, i.sex_sealed,
         s.name AS line, l.name AS location
    FROM chart c JOIN encounter e ON e.id = c.encounter_id JOIN patient_identity i ON i.patient_id = c.patient_id
    JOIN service_line s ON s.id = c.service_line_id LEFT JOIN location l ON l.id = e.location_id
   WHERE c.id > $1 ORDER BY c.id LIMIT $2
"""
_CODINGS = """
  SELECT v.id, v.version, v.submitted_at, v.release, c.number FROM coding v JOIN chart c ON c.id = v.chart_id
   WHERE v.id > $1 AND v.role = 'coder' AND c.delivered_at IS NOT NULL ORDER BY v.id LIMIT $2
"""
#: What only some lines say.
_SAID = ("poa", "service_on", "rendering", "ndc", "ndc_unit", "ndc_quantity", "minutes")
_CODE_LINES = """
  SELECT coding_id, kind, position, system, code, modifiers, units, pointers, poa, service_on, rendering, ndc, ndc_unit,
         ndc_quantity, minutes FROM code_line
   WHERE coding_id = ANY ($1::uuid[]) ORDER BY coding_id, kind, position
"""
