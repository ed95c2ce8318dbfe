"""People, their grants and sessions. `secret` columns are sealed or keyed; all others are clear."""

from piccolo.columns import JSONB, UUID, Bytea, SmallInt, Text, Timestamptz
from piccolo.table import Table

from portal.database import DB


class Person(Table, tablename="person", db=DB):
    """Somebody who signs in."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(null=True, default=None)
    email = Text(default=None)
    name = Text(default=None)
    kind = Text(default=None)
    password_hash = Text(null=True, default=None, secret=True)
    created_at = Timestamptz(default=None)
    disabled_at = Timestamptz(null=True, default=None)
    country = Text(default=None)


class ClientGrant(Table, tablename="client_grant", db=DB):
    """This person may work for this client."""

    client_id = UUID(primary_key=True, default=None)
    person_id = UUID(default=None)
    granted_by = UUID(null=True, default=None)
    granted_at = Timestamptz(default=None)
    revoked_at = Timestamptz(null=True, default=None)


class WebSession(Table, tablename="web_session", db=DB):
    """A session: a row for each, found by the hash of its token."""

    id = UUID(primary_key=True, default=None)
    token_hash = Bytea(default=None, secret=True)
    person_id = UUID(default=None)
    assurance = SmallInt(default=None)
    created_at = Timestamptz(default=None)
    idle_expires_at = Timestamptz(default=None)
    absolute_expires_at = Timestamptz(default=None)
    revoked_at = Timestamptz(null=True, default=None)
    revoke_reason = Text(null=True, default=None)
    agent_hash = Text(null=True, default=None)
    flash = JSONB(null=True, default=None)


class ApiToken(Table, tablename="api_token", db=DB):
    """A token of the API: it stands for a person of a client who has no password."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    person_id = UUID(default=None)
    name = Text(default=None)
    token_hash = Bytea(default=None, secret=True)
    ending = Text(default=None)
    scopes = Text(default=None)
    created_at = Timestamptz(default=None)
    created_by = UUID(default=None)
    expires_at = Timestamptz(default=None)
    last_used_at = Timestamptz(null=True, default=None)
    revoked_at = Timestamptz(null=True, default=None)
