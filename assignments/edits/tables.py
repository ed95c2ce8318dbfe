"""CMS's tables by release, levels by client, answers. `secret` columns are sealed, all others clear."""

from piccolo.columns import UUID, Array, Boolean, Bytea, Date, Integer, SmallInt, Text, Timestamptz
from piccolo.table import Table

from portal.database import DB


class EditRelease(Table, tablename="edit_release", db=DB):
    """What CMS published for a quarter or a year, in one file or several parts."""

    id = Integer(primary_key=True, default=None)
    kind = Text(default=None)
    setting = Text(default=None)
    starts_on = Date(default=None)
    ends_on = Date(default=None)
    label = Text(default=None)
    files = Array(base_column=Text(), default=None)
    digest = Text(default=None)
    row_count = Integer(default=None)
    words = Array(base_column=Text(), default=None)
    loaded_at = Timestamptz(default=None)


class PtpPair(Table, tablename="ptp_pair", db=DB):
    """NCCI: column two is part of column one."""

    release_id = Integer(primary_key=True, default=None)
    column1 = Text(default=None)
    column2 = Text(default=None)
    effective_on = Date(default=None)
    deleted_on = Date(null=True, default=None)
    indicator = SmallInt(default=None)
    before_1996 = Boolean(default=None)
    word = SmallInt(default=None)


class UnitLimitRow(Table, tablename="unit_limit", db=DB):
    """MUE: more units than this are hardly ever right."""

    release_id = Integer(primary_key=True, default=None)
    code = Text(default=None)
    units = Integer(default=None)
    indicator = SmallInt(default=None)
    word = SmallInt(default=None)


class ListedCode(Table, tablename="listed_code", db=DB):
    """A code on a list of the Medicare Code Editor."""

    release_id = Integer(primary_key=True, default=None)
    code = Text(default=None)
    list = Text(default=None)


class EditLevel(Table, tablename="edit_level", db=DB):
    """How much a rule weighs for a client. Append-only: a change is another version."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    rule = Text(default=None)
    version = Integer(default=None)
    level = Text(default=None)
    because = Text(default=None)
    set_by = UUID(default=None)
    set_at = Timestamptz(default=None)


class EditAnswer(Table, tablename="edit_answer", db=DB):
    """What was answered while a coding is being made."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    chart_id = UUID(default=None)
    stage = Text(default=None)
    person_id = UUID(default=None)
    rule = Text(default=None)
    codes = Array(base_column=Text(), default=None)
    reason_sealed = Bytea(null=True, default=None, secret=True)
    answered_at = Timestamptz(default=None)


class EditResult(Table, tablename="edit_result", db=DB):
    """What the edits said of a submitted coding, and the answer to each. Append-only."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    chart_id = UUID(default=None)
    coding_id = UUID(default=None)
    position = Integer(default=None)
    rule = Text(default=None)
    rule_version = Integer(default=None)
    level = Text(default=None)
    release = Text(default=None)
    line = Text(default=None)
    codes = Array(base_column=Text(), default=None)
    said = Text(default=None)
    answered_by = UUID(null=True, default=None)
    answered_at = Timestamptz(null=True, default=None)
    reason_sealed = Bytea(null=True, default=None, secret=True)
