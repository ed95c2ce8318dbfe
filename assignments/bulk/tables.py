"""Deliveries, their lines and pages. `secret` columns are sealed or keyed, all others clear."""

from piccolo.columns import UUID, BigInt, Bytea, Integer, Text, Timestamptz
from piccolo.table import Table

from portal.database import DB


class Delivery(Table, tablename="delivery", db=DB):
    """One thing that was sent and becomes many charts."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    person_id = UUID(default=None)
    kind = Text(default=None)
    state = Text(default=None)
    refusal = Text(null=True, default=None)
    name_sealed = Bytea(default=None, secret=True)
    blob_id = UUID(null=True, default=None)
    content_mac = Bytea(null=True, default=None, secret=True)
    size = BigInt(default=None)
    key_hash = Bytea(null=True, default=None, secret=True)
    request_id = UUID(null=True, default=None)
    received_at = Timestamptz(default=None)
    finished_at = Timestamptz(null=True, default=None)


class DeliveryLine(Table, tablename="delivery_line", db=DB):
    """One file of a delivery, or one range of pages, and what became of it."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    delivery_id = UUID(default=None)
    position = Integer(default=None)
    name_sealed = Bytea(default=None, secret=True)
    facts_sealed = Bytea(null=True, default=None, secret=True)
    first_page = Integer(null=True, default=None)
    last_page = Integer(null=True, default=None)
    state = Text(default=None)
    refusal = Text(null=True, default=None)
    chart_id = UUID(null=True, default=None)
    document_id = UUID(null=True, default=None)
    blob_id = UUID(null=True, default=None)
    media_type = Text(null=True, default=None)
    size = BigInt(null=True, default=None)
    sealed_size = BigInt(null=True, default=None)
    content_mac = Bytea(null=True, default=None, secret=True)


class DeliveryPage(Table, tablename="delivery_page", db=DB):
    """A small picture of one page of a PDF that is to be split."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    delivery_id = UUID(default=None)
    number = Integer(default=None)
    width = Integer(default=None)
    height = Integer(default=None)
    image_blob_id = UUID(default=None)
    facts_sealed = Bytea(null=True, default=None, secret=True)
