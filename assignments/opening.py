"""Open many sealed fields of one page, asking for each key once."""

from collections.abc import Mapping
from uuid import UUID

from storage.client_keys import ClientKey, get_key
from storage.sealed_fields import key_of, open_field


async def open_fields(place: str, sealed: Mapping[UUID, bytes]) -> dict[UUID, str]:
    """The texts that were sealed for `place`, by row; read inside the current transaction, which must be allowed to."""
    keys: dict[UUID, ClientKey] = {}
    for value in sealed.values():
        key_id = key_of(value)
        if key_id not in keys:
            keys[key_id] = await get_key(key_id)
    return {row_id: open_field(keys[key_of(value)], place, row_id, value) for row_id, value in sealed.items()}
