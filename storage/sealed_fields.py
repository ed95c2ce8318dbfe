"""Single fields of the database, sealed for a client before they reach it, and bound to their place."""

from uuid import UUID

from storage.client_keys import ClientKey
from storage.envelope import blind_index, context, derive, seal, unseal


def seal_field(key: ClientKey, place: str, row_id: UUID, text: str) -> bytes:
    """Seal a text for `place` ("table.column") of one row; it opens nowhere else.

    The result starts with the id of the key (16 bytes), so that a rotated key still opens what it sealed.
    """
    return key.id.bytes + seal(key.fields, text.encode(), context("field", key.client_id, place, row_id))


def open_field(key: ClientKey, place: str, row_id: UUID, sealed: bytes) -> str:
    """The text that was sealed for this place and row; raises SealBroken for anything else."""
    return unseal(key.fields, bytes(sealed[16:]), context("field", key.client_id, place, row_id)).decode()


def key_of(sealed: bytes) -> UUID:
    """The id of the key that sealed a field."""
    return UUID(bytes=bytes(sealed[:16]))


def index_of(key: ClientKey, what: str, value: str) -> bytes:
    """The blind index of a value: equal values of one client are found, and nothing else is told.

    Raises ValueError for a blank value.
    """
    return blind_index(derive(key.index, what), value)
