"""What a manager looks at again and again."""

from piccolo.columns import UUID, Text, Timestamptz
from piccolo.table import Table

from portal.database import DB


class SavedFilter(Table, tablename="saved_filter", db=DB):
    """A filter of the page of work, under a name of its manager's; never shared."""

    id = UUID(primary_key=True, default=None)
    person_id = UUID(default=None)
    name = Text(default=None)
    query = Text(default=None)
    saved_at = Timestamptz(default=None)
