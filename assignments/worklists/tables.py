"""Worklists, lanes, and what somebody may take."""

from piccolo.columns import JSONB, UUID, Array, BigInt, Boolean, Bytea, Date, Integer, SmallInt, Text, Timestamptz
from piccolo.table import Table

from portal.database import DB


class Worklist(Table, tablename="worklist", db=DB):
    """A manager's list, or one of the two that every stage has."""

    id = UUID(primary_key=True, default=None)
    stage = Text(default=None)
    kind = Text(default=None)
    name = Text(default=None)
    position = Integer(default=None)
    rule = JSONB(default=None)
    sort = Text(default=None)
    then_sort = Text(default=None)
    version = Integer(default=None)
    changed_at = Timestamptz(null=True, default=None)
    changed_by = UUID(null=True, default=None)
    retired_at = Timestamptz(null=True, default=None)


class WorklistPerson(Table, tablename="worklist_person", db=DB):
    """Whose list it is."""

    worklist_id = UUID(primary_key=True, default=None)
    person_id = UUID(default=None)
    role = Text(default=None)
    position = Integer(default=None)
    at_a_time = Integer(null=True, default=None)


class QueueHead(Table, tablename="queue_head", db=DB):
    """A list and specialty: one sorted line, and from which rank on anything waits in it."""

    id = Integer(primary_key=True, default=None)
    worklist_id = UUID(default=None)
    specialty = Text(default=None)
    rank_from = Timestamptz(default=None)


class Lane(Table, tablename="lane", db=DB):
    """All that decides who may take an entry, but for the people barred from it."""

    id = Integer(primary_key=True, default=None)
    head_id = Integer(default=None)
    client_id = UUID(default=None)
    stage = Text(default=None)
    specialty = Text(default=None)
    level = SmallInt(default=None)
    countries = Array(base_column=Text(), null=True, default=None)
    rank_from = Timestamptz(default=None)


class Routing(Table, tablename="routing", db=DB):
    """How an entry came to stand where it stands. Append-only."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    chart_id = UUID(default=None)
    queue_entry_id = UUID(default=None)
    kind = Text(default=None)
    worklist_id = UUID(null=True, default=None)
    rank = Timestamptz(null=True, default=None)
    because = Text(null=True, default=None)
    person_id = UUID(null=True, default=None)
    until = Timestamptz(null=True, default=None)
    actor_id = UUID(null=True, default=None)
    happened_at = Timestamptz(default=None)


class Serves(Table, tablename="serves", db=DB):
    """What somebody may take in a stage, worked out once."""

    person_id = UUID(primary_key=True, default=None)
    stage = Text(default=None)
    version = BigInt(default=None)
    fresh_until = Timestamptz(default=None)
    lanes = Array(base_column=Integer(), default=None)
    heads = Array(base_column=Integer(), default=None)
    starts = Array(base_column=Integer(), default=None)
    lists = Array(base_column=UUID(), default=None)
    limits = Array(base_column=Integer(), default=None)
    among = Bytea(default=None)


class Eligibility(Table, tablename="eligibility", db=DB):
    """The version of everything that decides who may take what."""

    singleton = Boolean(primary_key=True, default=None)
    version = BigInt(default=None)


class Qualification(Table, tablename="qualification", db=DB):
    """A credential, a training or an attestation of somebody."""

    id = UUID(primary_key=True, default=None)
    person_id = UUID(default=None)
    kind = Text(default=None)
    name = Text(default=None)
    valid_until = Date(null=True, default=None)
    noted_at = Timestamptz(default=None)
    noted_by = UUID(default=None)
    verified_at = Timestamptz(null=True, default=None)
    verified_by = UUID(null=True, default=None)
    revoked_at = Timestamptz(null=True, default=None)


class Requirement(Table, tablename="requirement", db=DB):
    """What whoever works for a client, in a specialty and stage, needs one of."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(null=True, default=None)
    specialty = Text(null=True, default=None)
    stage = Text(null=True, default=None)
    names = Array(base_column=Text(), default=None)
    made_at = Timestamptz(default=None)
    made_by = UUID(default=None)
    ended_at = Timestamptz(null=True, default=None)


class CountryRule(Table, tablename="country_rule", db=DB):
    """From where a client's charts, or those of one of its payers, may be seen."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    payer = Text(null=True, default=None)
    countries = Array(base_column=Text(), default=None)
    made_at = Timestamptz(default=None)
    made_by = UUID(default=None)
    ended_at = Timestamptz(null=True, default=None)


class OffBoarding(Table, tablename="off_boarding", db=DB):
    """What was done when somebody left. Append-only."""

    id = UUID(primary_key=True, default=None)
    person_id = UUID(default=None)
    happened_at = Timestamptz(default=None)
    done_by = UUID(default=None)
    sessions = Integer(default=None)
    coding = Integer(default=None)
    audits = Integer(default=None)
    opened = Integer(default=None)
    grants = Integer(default=None)
    lists = Integer(default=None)
