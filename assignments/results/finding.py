"""The delivered codes of a client's charts, each as it was delivered last; nothing before the release point."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from assignments.charts_for_clients.codes import FinalLine, final_lines, what_changed
from assignments.opening import open_fields
from assignments.rules import ChartState
from portal.database import DB
from portal.errors import NotFound


@dataclass(frozen=True, slots=True)
class Which:
    """Which charts are asked for: one, a batch, a day of deliveries at the client, or these; exactly one of them."""

    chart_id: UUID | None = None
    batch_id: UUID | None = None
    day: date | None = None
    chart_ids: Sequence[UUID] | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """One chart as it was delivered last. It names the patient: it is the client's own."""

    chart_id: UUID
    patient_id: UUID
    number: str
    encounter_number: str
    patient_name: str
    mrn: str
    born_on: str
    sex: str  # empty if nobody has said it
    service_line: str
    location: str
    provider: str
    payer: str
    service_on: date
    delivered_at: datetime
    delivery: int  # which delivery this is
    coding_id: UUID
    release: str
    is_reopened: bool  # it is being coded again; what stands here holds until the next delivery
    diagnoses: Sequence[FinalLine]
    procedures: Sequence[FinalLine]
    changes: Sequence[str]  # since version 1; none for version 1 itself
    claim: Mapping[str, str | date | None]  # what stands once for the whole claim, such as its place of service

    @property
    def units(self) -> int:
        """All units of its procedures."""
        return sum(line.units for line in self.procedures)


@dataclass(frozen=True, slots=True)
class Day:
    """A day on which something was delivered, and how much."""

    day: date
    charts: int


@dataclass(frozen=True, slots=True)
class ClientFacts:
    """Whose results these are."""

    id: UUID
    name: str
    code: str
    time_zone: str


async def get_client_facts(client_id: UUID | None) -> ClientFacts:
    """The client whose results are asked for, inside the current transaction; NotFound for anybody else's."""
    row = await DB.fetch_one("SELECT id, name, code, time_zone FROM client WHERE id = $1", client_id)
    if row is None:
        raise NotFound
    return ClientFacts(**row)


async def count_results(which: Which, zone: str) -> int:
    """How many charts there are, inside the current transaction."""
    return int(await DB.value(f"SELECT count(*) {_FROM}", *_arguments(which, zone)))


async def find_results(which: Which, zone: str, *, limit: int, offset: int = 0) -> list[Result]:
    """The charts by number with their codes, inside the current transaction of one of the client's people."""
    rows = await DB.fetch(
        f"SELECT {_COLUMNS} {_FROM} ORDER BY length(c.number), c.number LIMIT $7 OFFSET $8",
        *_arguments(which, zone), limit, offset,
    )  # fmt: skip
    numbers = await open_fields("encounter.number", {row["encounter_id"]: row["number_sealed"] for row in rows})
    names = await open_fields("patient_identity.name", {row["patient_id"]: row["name_sealed"] for row in rows})
    mrns = await open_fields("patient_identity.mrn", {row["patient_id"]: row["mrn_sealed"] for row in rows})
    births = await open_fields("patient_identity.birth_on", {row["patient_id"]: row["birth_on_sealed"] for row in rows})
    said = {row["patient_id"]: row["sex_sealed"] for row in rows if row["sex_sealed"]}
    sexes = await open_fields("patient_identity.sex", said)
    lines = await _find_lines(rows)
    results = []
    for row in rows:
        now = lines.get(row["coding_id"], [])
        results.append(
            Result(
                row["id"], row["patient_id"], row["number"], numbers[row["encounter_id"]], names[row["patient_id"]],
                mrns[row["patient_id"]], births[row["patient_id"]], sexes.get(row["patient_id"], ""), row["line"],
                row["location"] or "",
                row["provider"], row["payer"] or "", row["service_on"], row["delivered_at"], row["delivery"],
                row["coding_id"], row["release"], row["state"] != ChartState.DELIVERED,
                [line for line in now if line.kind == "diagnosis"], [line for line in now if line.kind == "procedure"],
                what_changed(lines.get(row["first_id"], []), now) if row["delivery"] > 1 else [],
                {name.removeprefix("claim_"): value for name, value in row.items() if name.startswith("claim_")},
            )
        )  # fmt: skip
    return results


async def find_days(zone: str, *, most: int = 31) -> list[Day]:
    """The last days at the client on which charts were delivered, newest first, inside the current transaction."""
    rows = await DB.fetch(_DAYS, zone, most)
    return [Day(**row) for row in rows]


async def _find_lines(rows: Sequence[asyncpg.Record]) -> dict[UUID, list[FinalLine]]:
    days = {row["coding_id"]: row["service_on"] for row in rows}
    days |= {row["first_id"]: row["service_on"] for row in rows if row["delivery"] > 1}
    found = await DB.fetch(
        "SELECT coding_id, kind, position, system, code, modifiers, units, pointers, service_on, rendering, ndc,"
        " ndc_unit, ndc_quantity, minutes, poa FROM code_line WHERE coding_id = ANY ($1::uuid[])"
        " ORDER BY coding_id, kind, position",
        list(days),
    )
    of: dict[UUID, list[asyncpg.Record]] = {}
    for line in found:
        of.setdefault(line["coding_id"], []).append(line)
    return {coding_id: final_lines(lines, days[coding_id]) for coding_id, lines in of.items()}


def _arguments(which: Which, zone: str) -> tuple[object, ...]:
    start = datetime.combine(which.day, clock_time(), ZoneInfo(zone)) if which.day else None
    end = datetime.combine(which.day + timedelta(days=1), clock_time(), ZoneInfo(zone)) if which.day else None
    only = list(which.chart_ids) if which.chart_ids is not None else None
    return which.chart_id, which.batch_id, start, end, only, start is None


_DAYS = """
  SELECT (d.delivered_at AT TIME ZONE $1)::date AS day, count(*)::int AS charts FROM delivered_version d
   WHERE NOT EXISTS (SELECT FROM delivered_version n WHERE n.chart_id = d.chart_id AND n.version > d.version)
   GROUP BY 1 ORDER BY 1 DESC LIMIT $2
"""
_COLUMNS = """
  c.id, c.patient_id, c.encounter_id, c.number, c.state, c.service_on, e.number_sealed, e.provider, e.payer,
  i.name_sealed, i.mrn_sealed, i.birth_on_sealed, i.sex_sealed, s.name AS line, l.name AS location, v.release,
  d.version AS delivery,
  d.coding_id, d.delivered_at, v.payer_class AS claim_payer_class, v.place AS claim_place,
  v.acquaintance AS claim_acquaintance, v.rendering AS claim_rendering, v.supervising AS claim_supervising,
  v.assistant AS claim_assistant, v.referring AS claim_referring, v.service_from AS claim_service_from,
  v.service_until AS claim_service_until,
  (SELECT o.coding_id FROM delivered_version o WHERE o.chart_id = c.id ORDER BY o.version LIMIT 1) AS first_id
"""
_FROM = """
  FROM delivered_version d JOIN chart c ON c.id = d.chart_id JOIN coding v ON v.id = d.coding_id
  JOIN encounter e ON e.id = c.encounter_id JOIN patient_identity i ON i.patient_id = c.patient_id
  JOIN service_line s ON s.id = c.service_line_id LEFT JOIN location l ON l.id = e.location_id
 WHERE NOT EXISTS (SELECT FROM delivered_version n WHERE n.chart_id = d.chart_id AND n.version > d.version)
   AND ($1::uuid IS NULL OR c.id = $1) AND ($2::uuid IS NULL OR c.batch_id = $2)
   AND ($6 OR (d.delivered_at >= $3 AND d.delivered_at < $4)) AND ($5::uuid[] IS NULL OR c.id = ANY ($5))
"""
