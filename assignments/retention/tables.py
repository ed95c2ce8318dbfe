"""Retention rules, legal holds, exports and purges. All columns are clear: none holds a patient's data."""

from piccolo.columns import UUID, BigInt, Boolean, Integer, Text, Timestamptz
from piccolo.table import Table

from portal.database import DB


class RetentionRule(Table, tablename="retention_rule", db=DB):
    """How long a client's documents are kept. Append-only: the last one holds."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    years = Integer(default=None)
    basis = Text(default=None)
    set_by = UUID(default=None)
    set_at = Timestamptz(default=None)


class LegalHold(Table, tablename="legal_hold", db=DB):
    """What may not be destroyed: a client, a patient or a chart."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    patient_id = UUID(null=True, default=None)
    chart_id = UUID(null=True, default=None)
    reason = Text(default=None)
    placed_by = UUID(default=None)
    placed_at = Timestamptz(default=None)
    lifted_by = UUID(null=True, default=None)
    lifted_at = Timestamptz(null=True, default=None)
    lift_reason = Text(null=True, default=None)


class ClientExport(Table, tablename="client_export", db=DB):
    """What a leaving client was given. Append-only."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    made_at = Timestamptz(default=None)
    chart_count = Integer(default=None)
    document_count = Integer(default=None)
    byte_count = BigInt(default=None)
    event_count = BigInt(default=None)
    manifest_sha256 = Text(default=None)
    is_open = Boolean(default=None)


class PurgeRun(Table, tablename="purge_run", db=DB):
    """A purge, proposed and then done; its counts are its report."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    kind = Text(default=None)
    proposed_at = Timestamptz(default=None)
    purge_from = Timestamptz(default=None)
    finished_at = Timestamptz(null=True, default=None)
    proposed_count = Integer(default=None)
    document_count = Integer(null=True, default=None)
    object_count = Integer(null=True, default=None)
    byte_count = BigInt(null=True, default=None)
    export_id = UUID(null=True, default=None)


class PurgeItem(Table, tablename="purge_item", db=DB):
    """A document of a purge."""

    document_id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    chart_id = UUID(default=None)
    run_id = UUID(default=None)
    purged_at = Timestamptz(null=True, default=None)
    object_count = Integer(default=None)
    byte_count = BigInt(default=None)
