"""The clients' keys and the sealed blobs. `secret` columns are sealed or keyed; all others are clear."""

from piccolo.columns import JSONB, UUID, BigInt, Bytea, Integer, Text, Timestamptz
from piccolo.table import Table

from portal.database import DB


class ClientKey(Table, tablename="client_key", db=DB):
    """One version of a client's key, wrapped by the key provider."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    version = Integer(default=None)
    provider_key = Text(default=None)
    wrapped = Bytea(null=True, default=None, secret=True)
    lookup = Bytea(null=True, default=None, secret=True)
    state = Text(default=None)
    created_at = Timestamptz(default=None)
    active_until = Timestamptz(null=True, default=None)
    destroyed_at = Timestamptz(null=True, default=None)


class SealedPlace(Table, tablename="sealed_place", db=DB):
    """Where a sealed column is: what the rotation of a key goes through. Migrations alone write it."""

    place = Text(primary_key=True, default=None)
    table_name = Text(default=None)
    column_name = Text(default=None)
    id_column = Text(default=None)


class DestructionCertificate(Table, tablename="destruction_certificate", db=DB):
    """The signed statement that a client's key was destroyed."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    issued_at = Timestamptz(default=None)
    statement = Bytea(default=None)
    signature = Bytea(default=None)
    public_key = Bytea(default=None)


class DocumentCheck(Table, tablename="document_check", db=DB):
    """One run through the stored documents, each read to its end."""

    id = UUID(primary_key=True, default=None)
    scope = Text(default=None)
    only_client_id = UUID(null=True, default=None)
    started_at = Timestamptz(default=None)
    finished_at = Timestamptz(null=True, default=None)
    checked = Integer(default=None)
    failures = JSONB(default=None)
    strays = JSONB(default=None)


class Blob(Table, tablename="blob", db=DB):
    """One sealed object: an original, a part of one on its way, a page image or a text."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    owner_id = UUID(default=None)
    kind = Text(default=None)
    state = Text(default=None)
    attempt = UUID(default=None)
    lease_until = Timestamptz(default=None)
    key_id = UUID(default=None)
    wrapped_key = Bytea(null=True, default=None, secret=True)
    store_key = Text(default=None)
    plain_size = BigInt(null=True, default=None)
    sealed_size = BigInt(null=True, default=None)
    content_mac = Bytea(null=True, default=None, secret=True)
    created_at = Timestamptz(default=None)
