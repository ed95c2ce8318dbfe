"""Tables of the code sets that were imported; the release that ships is a file."""

from piccolo.columns import JSONB, UUID, BigInt, Boolean, Bytea, Date, Integer, Text, Timestamptz
from piccolo.table import Table

from portal.database import DB


class CodeRelease(Table, tablename="code_release", db=DB):
    """A release that somebody imported; a dropped one stays as a record of it."""

    id = UUID(primary_key=True, default=None)
    system = Text(default=None)
    label = Text(default=None)
    effective_from = Date(default=None)
    effective_to = Date(default=None)
    sources = JSONB(default=None)
    digest = Text(default=None)
    code_count = Integer(default=None)
    added_count = Integer(default=None)
    deleted_count = Integer(default=None)
    revised_count = Integer(default=None)
    compared_with = Text(null=True, default=None)
    confirmed = Boolean(default=None)
    notice = Text(default=None)
    packed = Bytea(null=True, default=None)
    packed_notes = Bytea(null=True, default=None)
    loaded_by = Text(default=None)
    loaded_at = Timestamptz(default=None)
    dropped_by = Text(null=True, default=None)
    dropped_at = Timestamptz(null=True, default=None)


class Code(Table, tablename="code", db=DB):
    """A code or modifier and the days on which it held (`valid`, a range of days, is read by plain SQL)."""

    id = BigInt(primary_key=True, default=None)
    system = Text(default=None)
    code = Text(default=None)
    title = Text(default=None)
    short_title = Text(default=None)
    modifier = Boolean(default=None)
    last_day = Date(null=True, default=None)
    begun_by = UUID(default=None)
    ended_by = UUID(null=True, default=None)


class CodeChange(Table, tablename="code_change", db=DB):
    """One code that a release added, deleted or revised."""

    release_id = UUID(primary_key=True, default=None)
    code = Text(default=None)
    change = Text(default=None)
    before = Text(default=None)
    after = Text(default=None)


class CodeLicence(Table, tablename="code_licence", db=DB):
    """The licence under which CPT may be loaded here; the last one counts. Append-only."""

    id = UUID(primary_key=True, default=None)
    system = Text(default=None)
    licensee = Text(default=None)
    number = Text(default=None)
    users = Integer(default=None)
    valid_until = Date(default=None)
    recorded_by = Text(default=None)
    recorded_at = Timestamptz(default=None)
