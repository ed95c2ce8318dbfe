"""The access log. `secret` columns are sealed or keyed; all others are clear."""

from piccolo.columns import UUID, Bytea, Text, Timestamptz
from piccolo.table import Table

from portal.database import DB


class AccessEvent(Table, tablename="access_event", db=DB):
    """Who touched which patient's data, when and from where. Append-only."""

    id = UUID(primary_key=True, default=None)
    recorded_at = Timestamptz(default=None)
    client_id = UUID(null=True, default=None)
    actor_id = UUID(null=True, default=None)
    action = Text(default=None)
    outcome = Text(default=None)
    patient_id = UUID(null=True, default=None)
    object_type = Text(null=True, default=None)
    object_id = UUID(null=True, default=None)
    request_id = UUID(null=True, default=None)
    canonical = Bytea(default=None)
    leaf_hash = Bytea(default=None)
