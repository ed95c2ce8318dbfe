"""Favourite codes of a person, and sets of lines."""

from piccolo.columns import JSONB, UUID, Text, Timestamptz
from piccolo.table import Table

from portal.database import DB


class FavouriteCode(Table, tablename="favourite_code", db=DB):
    """A code that somebody starred."""

    person_id = UUID(primary_key=True, default=None)
    system = Text(default=None)
    code = Text(default=None)
    starred_at = Timestamptz(default=None)


class CodeSet(Table, tablename="code_set", db=DB):
    """Lines under a name: somebody's own, or pushed to a specialty, a client or one of its service lines."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(null=True, default=None)
    service_line_id = UUID(null=True, default=None)
    specialty = Text(null=True, default=None)
    owner_id = UUID(null=True, default=None)
    name = Text(default=None)
    lines = JSONB(default=None)
    created_at = Timestamptz(default=None)
    created_by = UUID(default=None)
    ended_at = Timestamptz(null=True, default=None)
    ended_by = UUID(null=True, default=None)
