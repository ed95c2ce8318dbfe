"""Possible duplicates and what was decided of them. `secret` columns are sealed or keyed, all others clear."""

from piccolo.columns import UUID, Array, Bytea, Integer, Numeric, Text, Timestamptz
from piccolo.table import Table

from portal.database import DB


class LooseNumber(Table, tablename="loose_number", db=DB):
    """An encounter number without its punctuation, under the client's key."""

    encounter_id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    number_index = Bytea(default=None, secret=True)


class DuplicateMatch(Table, tablename="duplicate_match", db=DB):
    """That a chart resembles an earlier one, and by what rule."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    chart_id = UUID(default=None)
    other_chart_id = UUID(default=None)
    rule = Text(default=None)
    similarity = Numeric(null=True, default=None)
    found_at = Timestamptz(default=None)


class DuplicateDecision(Table, tablename="duplicate_decision", db=DB):
    """What was decided of a pair. Append-only: another decision follows it."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    chart_id = UUID(default=None)
    other_chart_id = UUID(default=None)
    verdict = Text(default=None)
    reason = Text(default=None)
    decided_by = UUID(default=None)
    decided_at = Timestamptz(default=None)


class DocumentSignature(Table, tablename="document_signature", db=DB):
    """What a document's text resembles others by."""

    document_id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    chart_id = UUID(default=None)
    passages = Integer(default=None)
    signature_sealed = Bytea(default=None, secret=True)
    bands = Array(base_column=Bytea(), default=None, secret=True)
    made_at = Timestamptz(default=None)
