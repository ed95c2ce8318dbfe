"""Batches and the schedule. `secret` columns are sealed or keyed, all others clear."""

from piccolo.columns import UUID, Bytea, Date, Integer, Text, Timestamptz
from piccolo.table import Table

from portal.database import DB


class Batch(Table, tablename="batch", db=DB):
    """What a client's location saw on one day."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    location_id = UUID(null=True, default=None)
    service_on = Date(default=None)
    state = Text(default=None)
    opened_at = Timestamptz(default=None)
    released_at = Timestamptz(null=True, default=None)
    released_by = UUID(null=True, default=None)
    missing_at_release = Integer(null=True, default=None)
    closed_at = Timestamptz(null=True, default=None)


class BatchEvent(Table, tablename="batch_event", db=DB):
    """A batch's own history. Append-only."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    batch_id = UUID(default=None)
    kind = Text(default=None)
    reason = Text(null=True, default=None)
    missing = Integer(null=True, default=None)
    actor_id = UUID(null=True, default=None)
    happened_at = Timestamptz(default=None)
    recorded_at = Timestamptz(default=None)


class ExpectedEncounter(Table, tablename="expected_encounter", db=DB):
    """A line of a client's schedule: an encounter that takes place, for one service line."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    batch_id = UUID(default=None)
    service_line_id = UUID(default=None)
    number_sealed = Bytea(default=None, secret=True)
    number_index = Bytea(default=None, secret=True)
    patient_sealed = Bytea(null=True, default=None, secret=True)
    provider = Text(null=True, default=None)
    encounter_id = UUID(null=True, default=None)
    imported_at = Timestamptz(default=None)
    imported_by = UUID(default=None)
    not_coming_reason = Text(null=True, default=None)
    not_coming_at = Timestamptz(null=True, default=None)
    not_coming_by = UUID(null=True, default=None)


class ScheduleDraft(Table, tablename="schedule_draft", db=DB):
    """A schedule that somebody is looking at before anything of it is kept."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    person_id = UUID(default=None)
    file_sealed = Bytea(default=None, secret=True)
    made_at = Timestamptz(default=None)
