"""Certificates of destruction: what was destroyed, when, by whom and how, signed so that anybody can check it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import rfc8785

from auditing.access_log.rules import timestamp
from portal.actor import Actor
from portal.database import DB
from portal.errors import NotFound
from portal.ids import new_id
from storage.signing import InstallationKey, is_signed

METHOD = (
    "Cryptographic erasure: the master key was destroyed, every wrapped version of the client's key and of its blobs'"
    " keys was removed, and the sealed objects were ordered to be deleted. Copies in backups cannot be opened."
)


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate as it is stored."""

    id: UUID
    client_id: UUID
    issued_at: datetime
    statement: bytes  # canonical JSON, RFC 8785
    signature: bytes
    public_key: bytes

    @property
    def facts(self) -> dict[str, Any]:
        """The statement, read."""
        read: dict[str, Any] = json.loads(self.statement)
        return read

    @property
    def holds(self) -> bool:
        """True if the signature fits the statement, and the statement names the key that signed it."""
        return (
            is_signed(self.statement, self.signature, self.public_key)
            and self.facts.get("public_key") == self.public_key.hex()
            and self.facts.get("id") == str(self.id)
        )

    def as_file(self) -> bytes:
        """The certificate as it is handed over: statement, signature and public key in one JSON object."""
        return json.dumps(
            {"statement": self.statement.decode(), "signature": self.signature.hex(),
             "public_key": self.public_key.hex(), "algorithm": "Ed25519 over the UTF-8 bytes of statement"}, indent=2,
        ).encode() + b"\n"  # fmt: skip


async def issue_certificate(
    by: Actor, signer: InstallationKey, *, client_id: UUID, destroyed_at: datetime, effective_at: datetime,
    account: str,
) -> UUID:  # fmt: skip
    """Sign and store the certificate of a client's destruction inside the current transaction; returns its id.

    `effective_at` is when the master key could no longer be called back; `account` the machine's account that acted.
    """
    certificate_id = new_id()
    client = await DB.fetch_one("SELECT code, name FROM client WHERE id = $1", client_id)
    assert client is not None
    keys = await DB.fetch(
        "SELECT id, version, provider_key, created_at FROM client_key WHERE client_id = $1 ORDER BY version", client_id
    )
    blobs = await DB.fetch(
        "SELECT kind, count(*) AS count FROM blob WHERE client_id = $1 AND state IN ('stored', 'deleting', 'deleted')"
        " GROUP BY kind ORDER BY kind",
        client_id,
    )
    statement = rfc8785.dumps(
        {
            "v": 1,
            "id": str(certificate_id),
            "client": {"id": str(client_id), "code": client["code"], "name": client["name"]},
            "keys": [
                {"id": str(key["id"]), "version": key["version"], "master": key["provider_key"],
                 "made_at": timestamp(key["created_at"])}
                for key in keys
            ],
            "blobs": {row["kind"]: row["count"] for row in blobs},
            "destroyed_at": timestamp(destroyed_at),
            "effective_at": timestamp(effective_at),
            "by": {"person": str(by.person_id) if by.person_id else None, "name": by.name, "account": account},
            "method": METHOD,
            "public_key": signer.public_key.hex(),
        }
    )  # fmt: skip
    await DB.execute(
        "INSERT INTO destruction_certificate (id, client_id, statement, signature, public_key)"
        " VALUES ($1, $2, $3, $4, $5)",
        certificate_id, client_id, statement, signer.sign(statement), signer.public_key,
    )  # fmt: skip
    return certificate_id


async def get_certificate(certificate_id: UUID) -> Certificate:
    """A certificate, read inside the current transaction; raises NotFound."""
    row = await DB.fetch_one(_SELECT + " WHERE id = $1", certificate_id)
    if row is None:
        raise NotFound("There is no certificate with this id.")
    return _read(row)


async def find_certificates(client_id: UUID | None = None) -> Sequence[Certificate]:
    """The certificates of one client or of all, newest first, read inside the current transaction."""
    return [_read(row) for row in await DB.fetch(_SELECT + _NEWEST, client_id)]


_SELECT = "SELECT id, client_id, issued_at, statement, signature, public_key FROM destruction_certificate"
_NEWEST = " WHERE $1::uuid IS NULL OR client_id = $1 ORDER BY issued_at DESC, id"


def _read(row: asyncpg.Record) -> Certificate:
    return Certificate(
        UUID(bytes=row["id"].bytes), UUID(bytes=row["client_id"].bytes), row["issued_at"], bytes(row["statement"]),
        bytes(row["signature"]), bytes(row["public_key"]),
    )  # fmt: skip
