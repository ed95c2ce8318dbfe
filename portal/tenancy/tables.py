"""Clients, their locations and service lines. `secret` columns are sealed or keyed; all others are clear."""

from piccolo.columns import UUID, Array, Boolean, Date, Integer, Numeric, SmallInt, Text, Timestamptz
from piccolo.table import Table

from portal.database import DB


class Client(Table, tablename="client", db=DB):
    """A tenant: a clinic, department or group that uploads."""

    id = UUID(primary_key=True, default=None)
    code = Text(default=None)
    name = Text(default=None)
    time_zone = Text(default=None)
    last_chart_number = Integer(default=None)
    created_at = Timestamptz(default=None)
    closed_at = Timestamptz(null=True, default=None)
    weight = Numeric(default=None)


class Location(Table, tablename="location", db=DB):
    """A place where a client sees patients."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    name = Text(default=None)


class ServiceLine(Table, tablename="service_line", db=DB):
    """What a client has coded for it: the unit of specialty, promise and rate."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    name = Text(default=None)
    specialty = Text(default=None)
    promise_hours = Integer(default=None)
    stat_hours = Integer(default=None)
    in_working_hours = Boolean(default=None)
    at_risk_minutes = Integer(null=True, default=None)
    created_at = Timestamptz(default=None)
    retired_at = Timestamptz(null=True, default=None)
    level = SmallInt(default=None)
    minutes = Numeric(default=None)
    audit_minutes = Numeric(default=None)
    widen_minutes = Integer(null=True, default=None)
    ehr_url = Text(null=True, default=None)
    ehr_instructions = Text(null=True, default=None)
    edit_setting = Text(default=None)
    asks_poa = Boolean(default=False)


class Guideline(Table, tablename="guideline", db=DB):
    """How a client wants a service line coded. Append-only: a change is another version."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    service_line_id = UUID(default=None)
    version = Integer(default=None)
    body = Text(default=None)
    written_by = UUID(default=None)
    written_at = Timestamptz(default=None)
    effective_on = Date(default=None)


class GuidelineAcknowledgement(Table, tablename="guideline_acknowledgement", db=DB):
    """That somebody has read a version. Append-only."""

    guideline_id = UUID(primary_key=True, default=None)  # with the person
    person_id = UUID(default=None)
    client_id = UUID(default=None)
    acknowledged_at = Timestamptz(default=None)


class Agreement(Table, tablename="agreement", db=DB):
    """A signed paper with a client. Never changed but for its end."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    kind = Text(default=None)
    reference = Text(default=None)
    signed_on = Date(default=None)
    effective_on = Date(default=None)
    expires_on = Date(null=True, default=None)
    ended_on = Date(null=True, default=None)
    recorded_at = Timestamptz(default=None)
    recorded_by = UUID(null=True, default=None)


class ClientCalendar(Table, tablename="client_calendar", db=DB):
    """From when on a client's charts count: its cut-off, its working days and hours."""

    client_id = UUID(primary_key=True, default=None)
    cut_off_minute = Integer(null=True, default=None)
    working_days = Array(SmallInt(), default=None)
    changed_at = Timestamptz(default=None)
    changed_by = UUID(null=True, default=None)
    opens_minute = Integer(default=None)
    closes_minute = Integer(default=None)


class ServiceLineCalendar(Table, tablename="service_line_calendar", db=DB):
    """The calendar of a service line that does not keep its client's."""

    service_line_id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    cut_off_minute = Integer(null=True, default=None)
    working_days = Array(SmallInt(), default=None)
    opens_minute = Integer(default=None)
    closes_minute = Integer(default=None)
    keeps_holidays = Boolean(default=None)
    changed_at = Timestamptz(default=None)
    changed_by = UUID(null=True, default=None)


class ClientHoliday(Table, tablename="client_holiday", db=DB):
    """A day on which nobody works for a client."""

    client_id = UUID(primary_key=True, default=None)
    day = Date(default=None)
    name = Text(default=None)
