"""Levels as they are filled in, and as they stood when a coding was submitted. Choices and numbers, so clear."""

from piccolo.columns import JSONB, UUID, SmallInt, Text, Timestamptz
from piccolo.table import Table

from portal.database import DB


class LevelingDraft(Table, tablename="leveling_draft", db=DB):
    """What somebody has filled in about a chart that they hold."""

    chart_id = UUID(primary_key=True, default=None)  # with stage and person
    stage = Text(default=None)
    person_id = UUID(default=None)
    client_id = UUID(default=None)
    answers = JSONB(default=None)
    updated_at = Timestamptz(default=None)


class Leveling(Table, tablename="leveling", db=DB):
    """What was filled in about a coding, by its coder or its auditor. Append-only."""

    coding_id = UUID(primary_key=True, default=None)  # with the role
    role = Text(default=None)
    client_id = UUID(default=None)
    chart_id = UUID(default=None)
    author_id = UUID(default=None)
    answers = JSONB(default=None)
    level = SmallInt(null=True, default=None)
    noted_at = Timestamptz(default=None)
