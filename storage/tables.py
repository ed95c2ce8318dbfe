"""The clients' keys and the sealed blobs. `secret` columns are sealed or keyed; all others are clear."""

from piccolo.columns import UUID, BigInt, Bytea, Integer, Text, Timestamptz
from piccolo.table import Table

from portal.database import DB


class ClientKey(Table, tablename="client_key", db=DB):
    """One version of a client's key, wrapped by the key provider."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    version = Integer(default=None)
    provider_key = Text(default=None)
    wrapped = Bytea(null=True, default=None, secret=True)
    state = Text(default=None)
    created_at = Timestamptz(default=None)


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
