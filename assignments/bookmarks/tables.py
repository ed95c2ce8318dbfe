"""What coders have bookmarked. `secret` columns are sealed; all others are clear."""

from piccolo.columns import UUID, Bytea, Integer, Timestamptz
from piccolo.table import Table

from portal.database import DB


class Bookmark(Table, tablename="bookmark", db=DB):
    """A page, or a place on it, that its coder wants to find again."""

    id = UUID(primary_key=True, default=None)
    chart_id = UUID(default=None)
    person_id = UUID(default=None)
    client_id = UUID(default=None)
    page_id = UUID(default=None)
    start_at = Integer(null=True, default=None)
    end_at = Integer(null=True, default=None)
    words_sealed = Bytea(null=True, default=None, secret=True)
    kept_at = Timestamptz(default=None)
