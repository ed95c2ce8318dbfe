"""Clients' keys in AWS KMS: a master key per client, which never leaves the service."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from botocore.exceptions import ClientError

from portal.clock import utc_now
from storage.aws import code_of, unavailable_as
from storage.cobblestone import SealBroken
from storage.providers import KeyDestroyed, KeysUnavailable, WrappedKey

#: How the service says that a key is out of service, for now or for good.
_OUT_OF_SERVICE = ("DisabledException", "KMSInvalidStateException", "NotFoundException")
#: How it says that a wrapped key belongs to another master or another client.
_NOT_ITS_OWN = ("IncorrectKeyException", "InvalidCiphertextException")
#: Days in which an account's owner could still call a destruction off; AWS allows no fewer.
_DAYS_OF_GRACE = 7


class AwsKms:
    """Master keys in the service, found by an alias per client; each rotates itself yearly.

    Every request names the key and the client, so that policies can be written on `kms:EncryptionContext:client`.
    """

    def __init__(self, client: Any, *, prefix: str = "chartway") -> None:
        """`prefix` keeps installations that share an account apart: aliases are `alias/<prefix>/<client hex>`."""
        self._client, self._prefix = client, prefix

    def new_client_key(self, client_id: UUID) -> WrappedKey:
        """A fresh key under the client's master, which is made first if there is none.

        Raises KeyDestroyed if the master is disabled or waits for its deletion: a destroyed client gets no new key.
        """
        with unavailable_as(KeysUnavailable):
            master = self._find_master(client_id) or self._make_master(client_id)
            try:
                made = self._client.generate_data_key(
                    KeyId=master, KeySpec="AES_256", EncryptionContext=self._context(client_id)
                )
            except ClientError as error:
                if code_of(error) in _OUT_OF_SERVICE:
                    raise KeyDestroyed from None
                raise
        return WrappedKey(f"kms:{made['KeyId']}", made["CiphertextBlob"], made["Plaintext"])

    def unwrap(self, provider_key: str, wrapped: bytes, client_id: UUID) -> bytes:
        """The plain key; raises KeyDestroyed if the master is gone, SealBroken if it is not this client's."""
        key_id = _key_id(provider_key)
        with unavailable_as(KeysUnavailable):
            try:
                opened = self._client.decrypt(
                    KeyId=key_id, CiphertextBlob=wrapped, EncryptionContext=self._context(client_id)
                )
            except ClientError as error:
                if code_of(error) in _OUT_OF_SERVICE:
                    raise KeyDestroyed from None
                if code_of(error) in _NOT_ITS_OWN:
                    raise SealBroken("the wrapped key is not this client's") from None
                raise
        return bytes(opened["Plaintext"])

    def destroy(self, provider_key: str) -> datetime:
        """Disable the master at once and schedule its deletion; returns when that happens, seven days from now.

        Until then the account's owner could call it off. Calm when repeated.
        """
        key_id = _key_id(provider_key)
        with unavailable_as(KeysUnavailable):
            try:
                deletes_at = self._find_deletion(key_id)
                if deletes_at is None:
                    self._client.disable_key(KeyId=key_id)
                    scheduled = self._client.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=_DAYS_OF_GRACE)
                    deletes_at = scheduled["DeletionDate"]
            except ClientError as error:
                if code_of(error) == "NotFoundException":
                    return utc_now()
                raise
        return deletes_at.astimezone(UTC)

    def find_deletion(self, provider_key: str) -> datetime | None:
        """When the master is or was to be deleted, None while it is in service.

        Raises KeyDestroyed once the service knows nothing of it any more.
        """
        with unavailable_as(KeysUnavailable):
            try:
                return self._find_deletion(_key_id(provider_key))
            except ClientError as error:
                if code_of(error) == "NotFoundException":
                    raise KeyDestroyed from None
                raise

    def _find_deletion(self, key_id: str) -> datetime | None:
        told = self._client.describe_key(KeyId=key_id)["KeyMetadata"]
        deletes_at: datetime | None = told.get("DeletionDate")
        return deletes_at

    def _find_master(self, client_id: UUID) -> str | None:
        try:
            told = self._client.describe_key(KeyId=self._alias(client_id))["KeyMetadata"]
        except ClientError as error:
            if code_of(error) == "NotFoundException":
                return None
            raise
        return str(told["Arn"])

    def _make_master(self, client_id: UUID) -> str:
        made = self._client.create_key(
            Description=f"{self._prefix}: client {client_id.hex}",
            Tags=[{"TagKey": "app", "TagValue": self._prefix}, {"TagKey": "client", "TagValue": client_id.hex}],
        )["KeyMetadata"]
        try:
            self._client.enable_key_rotation(KeyId=made["KeyId"])
            self._client.create_alias(AliasName=self._alias(client_id), TargetKeyId=made["KeyId"])
        except ClientError as error:
            # Nothing was sealed under a master without an alias. Another process may have been faster with its own.
            self._client.schedule_key_deletion(KeyId=made["KeyId"], PendingWindowInDays=_DAYS_OF_GRACE)
            there = self._find_master(client_id) if code_of(error) == "AlreadyExistsException" else None
            if there is None:
                raise
            return there
        return str(made["Arn"])

    def _alias(self, client_id: UUID) -> str:
        return f"alias/{self._prefix}/{client_id.hex}"

    def _context(self, client_id: UUID) -> dict[str, str]:
        return {"app": self._prefix, "client": client_id.hex, "purpose": "client-key"}


def _key_id(provider_key: str) -> str:
    if not provider_key.startswith("kms:arn:"):
        raise ValueError("this key is not one of the key service")
    return provider_key.removeprefix("kms:")
