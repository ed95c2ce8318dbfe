"""Uploads before they are sent, and what a client may send. `secret` columns are sealed, all others clear."""

from piccolo.columns import UUID, BigInt, Bytea, Integer, Text, Timestamptz
from piccolo.table import Table

from portal.database import DB


class StagedUpload(Table, tablename="staged_upload", db=DB):
    """An upload before it is sent; the upload that it becomes has the same id."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    person_id = UUID(default=None)
    begun_at = Timestamptz(default=None)
    touched_at = Timestamptz(default=None)
    ended_at = Timestamptz(null=True, default=None)


class StagedFile(Table, tablename="staged_file", db=DB):
    """One file of an open upload: on its way, arrived, refused or removed."""

    id = UUID(primary_key=True, default=None)
    client_id = UUID(default=None)
    staged_upload_id = UUID(default=None)
    position = Integer(default=None)
    name_sealed = Bytea(default=None, secret=True)
    size = BigInt(default=None)
    modified = BigInt(default=None)
    state = Text(default=None)
    refusal = Text(null=True, default=None)
    media_type = Text(null=True, default=None)
    document_id = UUID(default=None)
    original_blob_id = UUID(null=True, default=None)
    sha256_sealed = Bytea(null=True, default=None, secret=True)
    created_at = Timestamptz(default=None)


class StagedPart(Table, tablename="staged_part", db=DB):
    """One part of a file that is on its way."""

    staged_file_id = UUID(primary_key=True, default=None)
    number = Integer(default=None)
    client_id = UUID(default=None)
    blob_id = UUID(default=None)


class IntakeLimit(Table, tablename="intake_limit", db=DB):
    """What a client may send; without a row the defaults hold."""

    client_id = UUID(primary_key=True, default=None)
    file_bytes = BigInt(default=None)
    files = Integer(default=None)
    pages = Integer(default=None)
    upload_bytes = BigInt(default=None)
    person_day_bytes = BigInt(default=None)
    client_day_bytes = BigInt(default=None)
    stored_bytes = BigInt(default=None)
    changed_at = Timestamptz(default=None)
    changed_by = UUID(default=None)
