"""Marks of coders who are unsure, before and after submission. `secret` columns are sealed; all others are clear."""

from piccolo.columns import UUID, Bytea, Integer, Text, Timestamptz
from piccolo.table import Table

from portal.database import DB


class DoubtDraft(Table, tablename="doubt_draft", db=DB):
    """A mark on a chart that its coder still has; it can be taken back."""

    id = UUID(primary_key=True, default=None)
    chart_id = UUID(default=None)
    person_id = UUID(default=None)
    client_id = UUID(default=None)
    code = Text(null=True, default=None)
    page_id = UUID(null=True, default=None)
    start_at = Integer(null=True, default=None)
    end_at = Integer(null=True, default=None)
    note_sealed = Bytea(default=None, secret=True)
    marked_at = Timestamptz(default=None)


class Doubt(Table, tablename="doubt", db=DB):
    """A mark that was submitted with a coding. Append-only."""

    id = UUID(primary_key=True, default=None)
    coding_id = UUID(default=None)
    client_id = UUID(default=None)
    chart_id = UUID(default=None)
    author_id = UUID(default=None)
    code = Text(null=True, default=None)
    page_id = UUID(null=True, default=None)
    start_at = Integer(null=True, default=None)
    end_at = Integer(null=True, default=None)
    note_sealed = Bytea(default=None, secret=True)
    marked_at = Timestamptz(default=None)
    kept_at = Timestamptz(default=None)
