"""Mappings, charge exports and what clients answered. The files are sealed blobs; everything here is clear."""

from piccolo.columns import JSONB, UUID, BigInt, Boolean, Bytea, Integer, Text, Timestamptz
from piccolo.table import Table

from portal.database import DB


class ExportMapping(Table, tablename="export_mapping", db=DB):
    """How a client wants its charges written. Append-only: a change is another version."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    version = Integer(default=None)
    layout = Text(default=None)
    delimiter = Text(default=None)
    date_format = Text(default=None)
    columns = JSONB(default=None)
    is_daily = Boolean(default=None)
    made_at = Timestamptz(default=None)
    made_by = UUID(default=None)


class ChargeExport(Table, tablename="charge_export", db=DB):
    """A file that was made, with its control totals. Append-only."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    number = Integer(default=None)
    is_original = Boolean(default=None)
    corrects_id = UUID(null=True, default=None)
    mapping_id = UUID(default=None)
    blob_id = UUID(default=None)
    made_at = Timestamptz(default=None)
    made_by = UUID(null=True, default=None)
    chart_count = Integer(default=None)
    line_count = Integer(default=None)
    unit_total = BigInt(default=None)
    hash_total = BigInt(default=None)
    byte_count = Integer(default=None)
    sha256 = Bytea(default=None)


class ChargeExportChart(Table, tablename="charge_export_chart", db=DB):
    """A chart in an export, with the delivery that it stands there with. Append-only."""

    export_id = UUID(primary_key=True, default=None)  # with the chart
    client_id = UUID(default=None)
    chart_id = UUID(default=None)
    is_original = Boolean(default=None)
    coding_id = UUID(default=None)
    delivery = Integer(default=None)
    lines = Integer(default=None)
    units = Integer(default=None)


class ChargeExportAnswer(Table, tablename="charge_export_answer", db=DB):
    """What the client says of an export. Append-only."""

    export_id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    verdict = Text(default=None)
    reason = Text(null=True, default=None)
    answered_at = Timestamptz(default=None)
    answered_by = UUID(null=True, default=None)
