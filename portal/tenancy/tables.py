"""Clients, their locations and service lines. `secret` columns are sealed or keyed; all others are clear."""

from piccolo.columns import UUID, Integer, Text, Timestamptz
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
    created_at = Timestamptz(default=None)
    retired_at = Timestamptz(null=True, default=None)


class Guideline(Table, tablename="guideline", db=DB):
    """How a client wants a service line coded. Append-only: a change is another version."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    service_line_id = UUID(default=None)
    version = Integer(default=None)
    body = Text(default=None)
    written_by = UUID(default=None)
    written_at = Timestamptz(default=None)
