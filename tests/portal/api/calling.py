"""Call the API as a client's system does: with a token and without cookies."""

from datetime import UTC, datetime
from typing import Any

import httpx

from portal.identity.permissions import SCOPES
from portal.identity.tokens import MadeToken, create_token
from tests.cast import Client, House

ORIGIN = "http://127.0.0.1:8700"


async def make_token(house: House, client: Client, *scopes: str, days: int = 30) -> MadeToken:
    """A token for a client, for everything unless scopes are named."""
    return await create_token(
        house.adam, client_id=client.id, name="nightly export", scopes=frozenset(scopes or SCOPES), days=days,
        now=datetime.now(UTC),
    )  # fmt: skip


def caller(app: Any, secret: str | None) -> httpx.AsyncClient:
    """An HTTP client that sends the token with each request."""
    headers = {"authorization": f"Bearer {secret}"} if secret else {}
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=ORIGIN, headers=headers)
