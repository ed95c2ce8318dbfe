"""What is proposed, and what it was learned into."""

from piccolo.columns import UUID, Boolean, Bytea, Integer, Numeric, Text, Timestamptz
from piccolo.table import Table

from portal.database import DB


class Lexicon(Table, tablename="lexicon", db=DB):
    """What a client's final charts of a specialty taught, sealed."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    specialty = Text(default=None)
    version = Integer(default=None)
    charts = Integer(default=None)
    learned_at = Timestamptz(null=True, default=None)
    knowledge_sealed = Bytea(null=True, default=None, secret=True)


class Proposal(Table, tablename="proposal", db=DB):
    """A code proposed for a chart, with its place, its reason in numbers, and what became of it."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    chart_id = UUID(default=None)
    lexicon_id = UUID(default=None)
    model_version = Integer(default=None)
    documents = Text(default=None)
    code = Text(default=None)
    score = Numeric(digits=(4, 3), default=None)
    page_id = UUID(default=None)
    start_at = Integer(default=None)
    end_at = Integer(default=None)
    coded = Integer(default=None)
    charts = Integer(default=None)
    is_held_back = Boolean(default=None)
    made_at = Timestamptz(default=None)
    shown_at = Timestamptz(null=True, default=None)
    decision = Text(null=True, default=None)
    decided_by = UUID(null=True, default=None)
    decided_at = Timestamptz(null=True, default=None)
    withdrawn_at = Timestamptz(null=True, default=None)


class Proposing(Table, tablename="proposing", db=DB):
    """From which pages and which version of the lexicon a chart's proposals were last made."""

    chart_id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    lexicon_id = UUID(default=None)
    model_version = Integer(default=None)
    documents = Text(default=None)
    made_at = Timestamptz(default=None)
