"""A client says how its charges are to be written, and sees real rows before it does."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from assignments.charges.rules import (
    DELIMITERS,
    USUAL_COLUMNS,
    Charge,
    ChargeLine,
    Columns,
    ensure_usable,
    rows_of,
)
from assignments.results.finding import Result, Which, find_results, get_client_facts
from auditing.access_log.actions import Action
from auditing.access_log.recording import record, record_patients
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.ids import new_id
from portal.web.csv import cell

PREVIEWED = 5  # charts


@dataclass(frozen=True, slots=True)
class Mapping:
    """A version of a client's columns; version 0 is what nobody has saved yet."""

    id: UUID | None
    version: int
    columns: Columns


async def save_mapping(person: Actor, *, columns: Columns, now: datetime) -> int:
    """Write the next version of the client's columns and return its number; the same again changes nothing.

    Raises Invalid for columns that no file can be made of.
    """
    ensure_usable(columns)
    async with acting_as(person):
        client = await get_client_facts(person.client_id)
        # Of two who save at once the second waits here, and its version comes after the first one's.
        await DB.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"charges of {client.id}")
        newest = await find_mapping(client.id)
        if newest.id and newest.columns == columns:
            return newest.version
        await DB.execute(
            "INSERT INTO export_mapping (id, client_id, version, layout, delimiter, date_format, columns, is_daily,"
            " made_at, made_by) VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb, $8, $9, $10)",
            mapping_id := new_id(), client.id, newest.version + 1, columns.layout, columns.delimiter,
            columns.date_format, json.dumps(columns.columns), columns.is_daily, now, person.person_id,
        )  # fmt: skip
        await record(
            person, Action.EXPORT_MAPPING_CHANGED, object_type="export mapping", object_id=mapping_id,
            client_id=client.id, details={"version": newest.version + 1},
        )  # fmt: skip
    return newest.version + 1


async def find_mapping(client_id: UUID) -> Mapping:
    """The newest columns of a client, or the usual ones, inside the current transaction."""
    row = await DB.fetch_one(
        "SELECT id, version, layout, delimiter, date_format, columns, is_daily FROM export_mapping"
        " WHERE client_id = $1 ORDER BY version DESC LIMIT 1",
        client_id,
    )
    if row is None:
        return Mapping(None, 0, USUAL_COLUMNS)
    pairs = tuple((field, name) for field, name in json.loads(row["columns"]))
    columns = Columns(row["layout"], row["delimiter"], row["date_format"], pairs, row["is_daily"])
    return Mapping(row["id"], row["version"], columns)


async def get_mapping(person: Actor) -> Mapping:
    """The newest columns of the person's client."""
    async with acting_as(person):
        return await find_mapping((await get_client_facts(person.client_id)).id)


async def preview(person: Actor, *, columns: Columns) -> list[list[str]]:
    """Real rows of the charts that were delivered last, as the file would have them; each patient's is a look.

    Raises Invalid for columns that no file can be made of.
    """
    ensure_usable(columns)
    async with acting_as(person):
        client = await get_client_facts(person.client_id)
        newest = await DB.fetch(
            "SELECT chart_id FROM delivered_version GROUP BY chart_id ORDER BY max(delivered_at) DESC LIMIT $1",
            PREVIEWED,
        )
        which = Which(chart_ids=[row["chart_id"] for row in newest])
        results = await find_results(which, client.time_zone, limit=PREVIEWED)
        if results:
            await record_patients(
                person, Action.CHART_LISTED, patients={one.patient_id for one in results}, client_id=client.id,
                details={"preview": "charges"},
            )  # fmt: skip
    charges = [to_charge(one, client.time_zone) for one in results]
    return [[cell(value) for value in row] for row in rows_of(columns, charges)]


def write_file(columns: Columns, charges: Sequence[Charge]) -> bytes:
    """The file: UTF-8, CRLF, a header; no cell acts as a formula in a spreadsheet."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=DELIMITERS[columns.delimiter][0], lineterminator="\r\n")
    writer.writerow([cell(name) for _, name in columns.columns])
    writer.writerows([cell(value) for value in row] for row in rows_of(columns, charges))
    return text.getvalue().encode()


def to_charge(result: Result, zone: str) -> Charge:
    """What is billed of a delivered chart."""
    return Charge(
        result.number, result.encounter_number, result.patient_name, result.mrn, result.born_on, result.service_on,
        result.provider, result.payer, result.location, result.service_line,
        result.delivered_at.astimezone(ZoneInfo(zone)).date(), result.delivery,
        tuple(line.code for line in result.diagnoses),
        tuple(
            ChargeLine(
                line.position, line.system, line.code, tuple(line.modifiers.split()), line.units, line.pointers,
                line.service_on, line.rendering, line.ndc, line.ndc_unit, line.ndc_quantity, line.minutes,
            )
            for line in result.procedures
        ),
        result.claim, result.sex, tuple(line.poa for line in result.diagnoses),
    )  # fmt: skip
