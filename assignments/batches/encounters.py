"""Every encounter of a batch: what the schedule expects, what came, and what became of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product
from uuid import UUID

import asyncpg

from assignments.batches.rules import FATES, TONES, Account, Fate, account_of, fate_of
from assignments.batches.sealing import open_patient
from assignments.opening import open_fields
from assignments.rules import FOR_CLIENTS, ChartState
from auditing.access_log.actions import Action
from auditing.access_log.recording import record, record_patients
from portal.actor import Actor, Kind
from portal.database import DB
from portal.errors import Invalid

#: A file opens every patient it names in one transaction.
MOST_EXPORTED = 5000

#: The lists that can be asked for, beside one for each fate: word, name, condition.
LISTS: dict[str, tuple[str, str]] = {
    "": ("All", "true"),
    "with": ("Expected, documents here", "expected_id IS NOT NULL AND fate NOT IN ('missing', 'not-coming')"),
    "without": ("Expected, no documents", "expected_id IS NOT NULL AND fate IN ('missing', 'not-coming')"),
    "unscheduled": ("Documents, not on the schedule", "expected_id IS NULL"),
    "expected": ("Expected", "fate <> 'not-coming'"),
    **{fate.value: (words, f"fate = '{fate.value}'") for fate, words in FATES.items()},
}


@dataclass(frozen=True, slots=True)
class Which:
    """Which batches are meant; None and '' mean any. Days are dates of service, both included."""

    batch_id: UUID | None = None
    client_id: UUID | None = None
    location_id: UUID | None = None
    state: str = ""
    first_on: date | None = None
    last_on: date | None = None

    @property
    def arguments(self) -> tuple[object, ...]:
        """What stands for $1 to $6 of WANTED."""
        return (self.batch_id, self.client_id, self.location_id, self.state, self.first_on, self.last_on)


@dataclass(frozen=True, slots=True)
class Listed:
    """One encounter for one service line. Number and patient are for the client's own people alone."""

    batch_id: UUID
    service_on: date
    location: str | None
    expected_id: UUID | None
    chart_id: UUID | None
    chart_number: str | None
    chart_state: ChartState | None
    elsewhere_on: date | None  # the chart is in the batch of another day or place
    line: str
    provider: str
    fate: Fate
    not_coming_reason: str | None
    encounter_number: str | None
    patient: str | None

    @property
    def words(self) -> str:
        """The chart's state as a client reads it, or what became of the encounter without one."""
        return FOR_CLIENTS[self.chart_state] if self.chart_state else FATES[self.fate]

    @property
    def tone(self) -> str:
        """The colour of its chip."""
        return TONES[self.fate]


def _fate_in_sql() -> str:
    """`fate_of` as an expression, so that counting and listing follow the one rule."""
    cases = []
    for state, scheduled, excused in product((None, *ChartState), (True, False), (True, False)):
        known = f"state = '{state.value}'" if state else "state IS NULL"
        fate = fate_of(state, is_scheduled=scheduled, is_not_coming=excused)
        cases.append(
            f"WHEN {known} AND expected_id IS {'NOT ' * scheduled}NULL"
            f" AND not_coming_reason IS {'NOT ' * excused}NULL THEN '{fate.value}'"
        )
    return f"CASE {' '.join(cases)} END"


WANTED = """
  SELECT b.id, b.client_id, b.location_id, b.service_on, b.state FROM batch b
   WHERE ($1::uuid IS NULL OR b.id = $1) AND ($2::uuid IS NULL OR b.client_id = $2)
     AND ($3::uuid IS NULL OR b.location_id = $3) AND ($4 = '' OR b.state = $4)
     AND ($5::date IS NULL OR b.service_on >= $5) AND ($6::date IS NULL OR b.service_on <= $6)"""

#: One row for each encounter and service line of the batches in `wanted`: those on the schedule with their chart, if
#: there is one, and those that came without being on it. A chart that was sent again stands for the cancelled one.
_UNIT = """
  unit AS (
    SELECT x.client_id, x.batch_id, x.id AS expected_id, x.service_line_id, x.provider, x.not_coming_reason,
           c.id AS chart_id, c.number, c.state, c.batch_id AS chart_batch_id, c.patient_id, c.encounter_id
      FROM wanted w JOIN expected_encounter x ON x.client_id = w.client_id AND x.batch_id = w.id
      LEFT JOIN LATERAL (
        SELECT c.id, c.number, c.state, c.batch_id, c.patient_id, c.encounter_id FROM chart c
         WHERE c.client_id = x.client_id AND c.encounter_id = x.encounter_id AND c.service_line_id = x.service_line_id
         ORDER BY c.state = 'cancelled', c.received_at DESC, c.id DESC LIMIT 1) c ON true
    UNION ALL
    SELECT c.client_id, c.batch_id, NULL, c.service_line_id, e.provider, NULL, c.id, c.number, c.state, c.batch_id,
           c.patient_id, c.encounter_id
      FROM wanted w JOIN chart c ON c.client_id = w.client_id AND c.batch_id = w.id
      JOIN encounter e ON e.id = c.encounter_id
     WHERE NOT EXISTS (SELECT FROM expected_encounter x WHERE x.client_id = c.client_id
                          AND x.encounter_id = c.encounter_id AND x.service_line_id = c.service_line_id)
       AND (c.state <> 'cancelled' OR NOT EXISTS (
             SELECT FROM chart o WHERE o.client_id = c.client_id AND o.encounter_id = c.encounter_id
                AND o.service_line_id = c.service_line_id AND o.id <> c.id
                AND (o.state <> 'cancelled' OR (o.received_at, o.id) > (c.received_at, c.id)))))"""
UNITS = f"{_UNIT}, told AS (SELECT *, {_fate_in_sql()} AS fate FROM unit)"  # noqa: S608 - made of constants alone


async def count_encounters(which: Which) -> Account:
    """What became of every encounter of these batches; inside the current transaction."""
    rows = await DB.fetch(
        f"WITH wanted AS ({WANTED}), {UNITS} SELECT fate, expected_id IS NOT NULL AS scheduled, count(*) AS count"  # noqa: S608 - made of constants alone
        " FROM told GROUP BY 1, 2",
        *which.arguments,
    )
    return account_of((Fate(row["fate"]), row["scheduled"], row["count"]) for row in rows)


async def count_listed(which: Which, show: str) -> int:
    """How many encounters a list has; inside the current transaction."""
    counted: int = await DB.value(
        f"WITH wanted AS ({WANTED}), {UNITS} SELECT count(*) FROM told WHERE {LISTS[show][1]}",  # noqa: S608 - made of constants alone
        *which.arguments,
    )
    return counted


async def find_listed(
    actor: Actor, which: Which, show: str, *, limit: int | None = None, offset: int = 0, exported: bool = False
) -> Sequence[Listed]:
    """The encounters of a list, by day, place and number of chart; inside the current transaction.

    For the client's own people numbers and patients are opened, and each patient's look is recorded; others read
    neither. Raises Invalid for a file of more than MOST_EXPORTED.
    """
    rows = await DB.fetch(
        f"WITH wanted AS ({WANTED}), {UNITS}" + _LIST.format(condition=LISTS[show][1]), *which.arguments,
        MOST_EXPORTED + 1 if exported else limit, offset,
    )  # fmt: skip
    if len(rows) > MOST_EXPORTED:
        raise Invalid(f"A file holds at most {MOST_EXPORTED:,} encounters. Choose fewer days and export again.")
    opened = await _open(actor, rows, exported=exported) if actor.kind is Kind.CLIENT and rows else {}
    return [_listed(row, *opened.get(row["expected_id"] or row["chart_id"], (None, None))) for row in rows]


_LIST = """
  SELECT t.batch_id, w.service_on, l.name AS location, t.expected_id, t.chart_id, t.number, t.state, t.patient_id,
         t.encounter_id, s.name AS line, coalesce(t.provider, '') AS provider, t.fate, t.not_coming_reason,
         CASE WHEN t.chart_batch_id <> t.batch_id THEN
              (SELECT o.service_on FROM batch o WHERE o.id = t.chart_batch_id) END AS elsewhere_on
    FROM told t JOIN wanted w ON w.id = t.batch_id LEFT JOIN location l ON l.id = w.location_id
    JOIN service_line s ON s.id = t.service_line_id
   WHERE {condition}
   ORDER BY w.service_on DESC, l.name, t.number NULLS FIRST, t.expected_id LIMIT $7 OFFSET $8"""


def _listed(row: asyncpg.Record, number: str | None, patient: str | None) -> Listed:
    return Listed(
        row["batch_id"], row["service_on"], row["location"], row["expected_id"], row["chart_id"], row["number"],
        ChartState(row["state"]) if row["state"] else None, row["elsewhere_on"], row["line"], row["provider"],
        Fate(row["fate"]), row["not_coming_reason"], number, patient,
    )  # fmt: skip


async def _open(
    actor: Actor, rows: Sequence[asyncpg.Record], *, exported: bool
) -> dict[UUID, tuple[str | None, str | None]]:
    """Number and patient's name of each row: as the documents have them, else as the schedule does."""
    assert actor.client_id is not None
    sealed = {
        row["id"]: row
        for row in await DB.fetch(
            "SELECT e.id, e.number_sealed, i.patient_id, i.name_sealed FROM encounter e JOIN patient_identity i"
            " ON i.patient_id = e.patient_id WHERE e.id = ANY ($1::uuid[])",
            [row["encounter_id"] for row in rows if row["encounter_id"]],
        )
    }
    numbers = await open_fields("encounter.number", {one: row["number_sealed"] for one, row in sealed.items()})
    names = await open_fields(
        "patient_identity.name", {row["patient_id"]: row["name_sealed"] for row in sealed.values()}
    )
    waited = await DB.fetch(
        "SELECT id, number_sealed, patient_sealed FROM expected_encounter WHERE id = ANY ($1::uuid[])",
        [row["expected_id"] for row in rows if row["expected_id"] and not row["encounter_id"]],
    )
    expected = await open_fields("expected_encounter.number", {row["id"]: row["number_sealed"] for row in waited})
    patients = await open_fields(
        "expected_encounter.patient", {row["id"]: row["patient_sealed"] for row in waited if row["patient_sealed"]}
    )
    if names:
        await record_patients(
            actor, Action.CHART_LISTED, patients=list(names), client_id=actor.client_id,
            details={"export": "csv"} if exported else None,
        )  # fmt: skip
    if expected:
        await record(
            actor, Action.SCHEDULE_READ, object_type="schedule", client_id=actor.client_id,
            details={"lines": len(expected), **({"export": "csv"} if exported else {})},
        )  # fmt: skip
    opened: dict[UUID, tuple[str | None, str | None]] = {}
    for row in rows:
        one = sealed.get(row["encounter_id"])
        if one:
            opened[row["expected_id"] or row["chart_id"]] = (numbers[one["id"]], names[one["patient_id"]])
        elif row["expected_id"]:
            known = patients.get(row["expected_id"])
            opened[row["expected_id"]] = (expected[row["expected_id"]], open_patient(known).name if known else None)
    return opened
