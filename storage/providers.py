"""Where clients' keys come from: a provider holds a master key per client, and destroying it destroys the client."""

import contextlib
import os
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Protocol
from uuid import UUID

from portal.clock import utc_now
from portal.errors import PortalError, Unavailable
from storage.envelope import context, seal, unseal
from storage.folders import make_private_folder, sync_folder, write_first


class KeyDestroyed(PortalError):
    """The master key is gone, and with it everything that was sealed under it."""

    status = HTTPStatus.GONE
    message = (
        "This client's documents and details were destroyed with its key and cannot be opened again. "
        "Ask the compliance officer for the record of the destruction."
    )


class KeysUnavailable(Unavailable):
    """The key service refuses or does not answer."""

    message = "The key service is not answering right now. Nothing was lost; try again in a minute."


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A client's new key: `wrapped` and `provider_key` are kept in the database, `plain` in memory alone."""

    provider_key: str
    wrapped: bytes
    plain: bytes = field(repr=False)


class KeyProvider(Protocol):
    """Makes and unwraps clients' keys; every method blocks, so call it in a worker thread."""

    def new_client_key(self, client_id: UUID) -> WrappedKey:
        """A fresh 32-byte key for the client, wrapped under its master key, which is made if there is none."""
        ...

    def unwrap(self, provider_key: str, wrapped: bytes, client_id: UUID) -> bytes:
        """The plain key; raises KeyDestroyed if the master is gone, SealBroken if it is not this client's."""
        ...

    def destroy(self, provider_key: str) -> datetime:
        """Destroy the master key: at once nothing opens any more, and from the returned moment on nothing ever will.

        Calm when it is gone already.
        """
        ...


class LocalKeyring:
    """Master keys as files of 32 bytes in a folder of their own, for installations without a key service.

    Whoever keeps copies of this folder can bring a destroyed client back: leave it out of long-lived backups.
    """

    def __init__(self, folder: Path) -> None:
        """Make the folder if need be; raises PermissionError if other accounts of the machine can look into it."""
        make_private_folder(folder)
        if folder.stat().st_mode & 0o077:
            raise PermissionError(f"Others can look into the keyring folder {folder}. Run: chmod 700 {folder}")
        self._folder = folder

    def new_client_key(self, client_id: UUID) -> WrappedKey:
        """A fresh key under the client's master, which is made first if there is none."""
        provider_key = f"local:{client_id.hex}"
        plain = secrets.token_bytes(32)
        wrapped = seal(self._made_master(provider_key), plain, context("client-key", client_id))
        return WrappedKey(provider_key, wrapped, plain)

    def unwrap(self, provider_key: str, wrapped: bytes, client_id: UUID) -> bytes:
        """The plain key; raises KeyDestroyed if the master is gone, SealBroken if it is not this client's."""
        return unseal(self._master(provider_key), wrapped, context("client-key", client_id))

    def destroy(self, provider_key: str) -> datetime:
        """Take the master's name away, then overwrite what it named, as far as the disk allows; final at once."""
        path = self._path(provider_key)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            return utc_now()
        try:
            # Name first: a reader must find the key or nothing, never zeros.
            with contextlib.suppress(FileNotFoundError):
                path.unlink()
            sync_folder(self._folder)
            os.write(descriptor, bytes(32))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        return utc_now()

    def _made_master(self, provider_key: str) -> bytes:
        with contextlib.suppress(KeyDestroyed):
            return self._master(provider_key)
        path = self._path(provider_key)
        write_first(path, secrets.token_bytes(32))
        return self._master(provider_key)

    def _master(self, provider_key: str) -> bytes:
        try:
            descriptor = os.open(self._path(provider_key), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            raise KeyDestroyed from None
        try:
            return os.read(descriptor, 64)
        finally:
            os.close(descriptor)

    def _path(self, provider_key: str) -> Path:
        match = re.fullmatch(r"local:([0-9a-f]{32})", provider_key)
        if match is None:
            raise ValueError("this key is not one of the local keyring")
        return self._folder / f"{match[1]}.key"
