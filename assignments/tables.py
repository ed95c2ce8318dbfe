"""Patients and charts, intake, the line, codings, events. `secret` columns are sealed or keyed, all others clear."""

from piccolo.columns import (
    JSONB,
    UUID,
    Array,
    BigInt,
    Boolean,
    Bytea,
    Date,
    Integer,
    Numeric,
    Real,
    SmallInt,
    Text,
    Timestamptz,
)
from piccolo.table import Table

from portal.database import DB


class Patient(Table, tablename="patient", db=DB):
    """One person treated at one client; elsewhere only this opaque id."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    created_at = Timestamptz(default=None)


class PatientIdentity(Table, tablename="patient_identity", db=DB):
    """Who a patient is: sealed, and found by a keyed blind index."""

    patient_id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    name_sealed = Bytea(default=None, secret=True)
    mrn_sealed = Bytea(default=None, secret=True)
    birth_on_sealed = Bytea(default=None, secret=True)
    mrn_index = Bytea(default=None, secret=True)
    sex_sealed = Bytea(null=True, default=None, secret=True)


class Encounter(Table, tablename="encounter", db=DB):
    """One visit of a patient."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    location_id = UUID(null=True, default=None)
    patient_id = UUID(default=None)
    number_sealed = Bytea(default=None, secret=True)
    number_index = Bytea(default=None, secret=True)
    service_on = Date(default=None)
    provider = Text(default=None)
    payer = Text(null=True, default=None)
    created_at = Timestamptz(default=None)


class Chart(Table, tablename="chart", db=DB):
    """Encounter and service line: the unit of work, turnaround and rate."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    number = Text(default=None)
    encounter_id = UUID(default=None)
    service_line_id = UUID(default=None)
    patient_id = UUID(default=None)
    specialty = Text(default=None)
    state = Text(default=None)
    is_stat = Boolean(default=None)
    service_on = Date(default=None)
    received_at = Timestamptz(default=None)
    ready_at = Timestamptz(null=True, default=None)
    due_at = Timestamptz(default=None)
    coded_at = Timestamptz(null=True, default=None)
    final_at = Timestamptz(null=True, default=None)
    delivered_at = Timestamptz(null=True, default=None)
    coder_of_record = UUID(null=True, default=None)
    auditor_of_record = UUID(null=True, default=None)
    batch_id = UUID(default=None)
    counts_from = Timestamptz(default=None)
    stat_requested_at = Timestamptz(null=True, default=None)
    promised_due_at = Timestamptz(default=None)
    agreed_due_at = Timestamptz(null=True, default=None)
    countries = Array(base_column=Text(), null=True, default=None)


class Upload(Table, tablename="upload", db=DB):
    """One sending of files."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    person_id = UUID(default=None)
    chart_id = UUID(null=True, default=None)
    received_at = Timestamptz(default=None)


class UploadFile(Table, tablename="upload_file", db=DB):
    """One line of an upload's receipt."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    upload_id = UUID(default=None)
    position = Integer(default=None)
    name_sealed = Bytea(default=None, secret=True)
    size = BigInt(default=None)
    refusal = Text(null=True, default=None)
    document_id = UUID(null=True, default=None)


class Document(Table, tablename="document", db=DB):
    """One uploaded file of a chart."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    chart_id = UUID(default=None)
    position = Integer(default=None)
    name_sealed = Bytea(default=None, secret=True)
    media_type = Text(default=None)
    size = BigInt(default=None)
    state = Text(default=None)
    refusal = Text(null=True, default=None)
    page_count = Integer(null=True, default=None)
    original_blob_id = UUID(default=None)
    received_at = Timestamptz(default=None)
    received_by = UUID(default=None)
    sha256_sealed = Bytea(null=True, default=None, secret=True)
    scanned_at = Timestamptz(null=True, default=None)
    scan_verdict = Text(null=True, default=None)
    scan_waiting_since = Timestamptz(null=True, default=None)
    supersedes_below = Integer(null=True, default=None)
    superseded_at = Timestamptz(null=True, default=None)
    is_added = Boolean(default=None)
    posted_late_at = Timestamptz(null=True, default=None)
    ready_at = Timestamptz(null=True, default=None)
    words_waiting_since = Timestamptz(null=True, default=None)


class DocumentPage(Table, tablename="document_page", db=DB):
    """One page of a document: its picture, and its text layer if words are known."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    chart_id = UUID(default=None)
    document_id = UUID(default=None)
    number = Integer(default=None)
    width = Integer(null=True, default=None)
    height = Integer(null=True, default=None)
    image_blob_id = UUID(null=True, default=None)
    text_blob_id = UUID(null=True, default=None)
    recognised_at = Timestamptz(null=True, default=None)


class Skill(Table, tablename="skill", db=DB):
    """What specialty a person codes or audits, and how well."""

    person_id = UUID(primary_key=True, default=None)
    specialty = Text(default=None)
    level = SmallInt(default=None)


class QueueEntry(Table, tablename="queue_entry", db=DB):
    """A chart's place in line for one stage, round and seat."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    chart_id = UUID(default=None)
    stage = Text(default=None)
    round = Integer(default=None)
    seat = Integer(default=None)
    specialty = Text(default=None)
    level = SmallInt(default=None)
    state = Text(default=None)
    rank = Timestamptz(default=None)
    due_at = Timestamptz(default=None)
    fence = Integer(default=None)
    returns = Integer(default=None)
    barred = Array(base_column=UUID(), default=None)
    preferred_person = UUID(null=True, default=None)
    preferred_until = Timestamptz(null=True, default=None)
    created_at = Timestamptz(default=None)
    worklist_id = UUID(default=None)
    lane_id = Integer(default=None)
    head_id = Integer(default=None)
    minutes = Real(default=None)
    weight = Real(default=None)
    seats = SmallInt(default=None)
    boosted_at = Timestamptz(null=True, default=None)
    widened_at = Timestamptz(null=True, default=None)


class Assignment(Table, tablename="assignment", db=DB):
    """A person holding a queue entry: lease and fencing token."""

    queue_entry_id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    chart_id = UUID(default=None)
    stage = Text(default=None)
    person_id = UUID(default=None)
    fence = Integer(default=None)
    request_id = UUID(default=None)
    pulled_at = Timestamptz(default=None)
    lease_until = Timestamptz(default=None)
    how = Text(null=True, default=None)
    worklist_id = UUID(null=True, default=None)
    rank = Timestamptz(null=True, default=None)
    minutes = Real(null=True, default=None)
    next_entry_id = UUID(null=True, default=None)
    next_rank = Timestamptz(null=True, default=None)


class AssignmentHistory(Table, tablename="assignment_history", db=DB):
    """How each assignment ended. Append-only."""

    queue_entry_id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    chart_id = UUID(default=None)
    stage = Text(default=None)
    person_id = UUID(default=None)
    fence = Integer(default=None)
    request_id = UUID(default=None)
    pulled_at = Timestamptz(default=None)
    ended_at = Timestamptz(default=None)
    outcome = Text(default=None)
    reason = Text(null=True, default=None)
    how = Text(null=True, default=None)
    worklist_id = UUID(null=True, default=None)
    rank = Timestamptz(null=True, default=None)
    minutes = Real(null=True, default=None)
    next_entry_id = UUID(null=True, default=None)
    next_rank = Timestamptz(null=True, default=None)
    ended_by = UUID(null=True, default=None)


class CodingDraft(Table, tablename="coding_draft", db=DB):
    """Code lines that are being worked on."""

    chart_id = UUID(primary_key=True, default=None)
    stage = Text(default=None)
    person_id = UUID(default=None)
    client_id = UUID(default=None)
    lines = JSONB(default=None)
    past = JSONB(default=None)
    revision = Integer(default=None)
    page = Integer(default=None)
    updated_at = Timestamptz(default=None)


class Coding(Table, tablename="coding", db=DB):
    """One submission; a correction is another version. Append-only."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    chart_id = UUID(default=None)
    version = Integer(default=None)
    role = Text(default=None)
    author_id = UUID(default=None)
    queue_entry_id = UUID(default=None)
    fence = Integer(default=None)
    request_id = UUID(default=None)
    release = Text(default=None)
    submitted_at = Timestamptz(default=None)
    payer_class = Text(null=True, default=None)
    place = Text(null=True, default=None)
    acquaintance = Text(null=True, default=None)
    rendering = Text(null=True, default=None)
    supervising = Text(null=True, default=None)
    assistant = Text(null=True, default=None)
    referring = Text(null=True, default=None)
    service_from = Date(null=True, default=None)
    service_until = Date(null=True, default=None)


class CodeLine(Table, tablename="code_line", db=DB):
    """One code of a coding. Append-only."""

    coding_id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    chart_id = UUID(default=None)
    kind = Text(default=None)
    position = Integer(default=None)
    system = Text(default=None)
    code = Text(default=None)
    modifiers = Array(base_column=Text(), default=None)
    units = Integer(default=None)
    pointers = Array(base_column=SmallInt(), default=None)
    poa = Text(null=True, default=None)
    service_on = Date(null=True, default=None)
    rendering = Text(null=True, default=None)
    ndc = Text(null=True, default=None)
    ndc_unit = Text(null=True, default=None)
    ndc_quantity = Numeric(null=True, default=None)
    minutes = SmallInt(null=True, default=None)


class Evidence(Table, tablename="evidence", db=DB):
    """A place in a page that speaks for a code. Append-only."""

    coding_id = UUID(primary_key=True, default=None)  # with kind, position and ordinal
    client_id = UUID(default=None)
    chart_id = UUID(default=None)
    kind = Text(default=None)
    position = Integer(default=None)
    ordinal = SmallInt(default=None)
    page_id = UUID(default=None)
    start_at = Integer(default=None)
    end_at = Integer(default=None)


class ChartEvent(Table, tablename="chart_event", db=DB):
    """The chart's own history: one row for each move. Append-only."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    chart_id = UUID(default=None)
    kind = Text(default=None)
    from_state = Text(null=True, default=None)
    to_state = Text(default=None)
    actor_id = UUID(null=True, default=None)
    happened_at = Timestamptz(default=None)
    recorded_at = Timestamptz(default=None)
    details = JSONB(default=None)


class Reaction(Table, tablename="reaction", db=DB):
    """That an event was handed to somebody who reacts to it."""

    chart_event_id = UUID(primary_key=True, default=None)
    name = Text(default=None)
    client_id = UUID(default=None)
    done_at = Timestamptz(default=None)


class DeliveredVersion(Table, tablename="delivered_version", db=DB):
    """Version n of a chart's codes, as it went out."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    chart_id = UUID(default=None)
    version = Integer(default=None)
    coding_id = UUID(default=None)
    delivered_at = Timestamptz(default=None)


class LateDocument(Table, tablename="late_document", db=DB):
    """A document that came after the delivery, and what was decided about it."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    chart_id = UUID(default=None)
    document_id = UUID(default=None)
    arrived_at = Timestamptz(default=None)
    decision = Text(null=True, default=None)
    decided_at = Timestamptz(null=True, default=None)
    decided_by = UUID(null=True, default=None)
    correction_due_at = Timestamptz(null=True, default=None)
    impact = JSONB(null=True, default=None)
