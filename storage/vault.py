"""Where this process keeps sealed objects, and who wraps its clients' keys: opened once at start."""

from dataclasses import dataclass

from storage.objects import ObjectStore
from storage.providers import KeyProvider


@dataclass
class Vault:
    """The object store and the key provider of this process."""

    _store: ObjectStore | None = None
    _provider: KeyProvider | None = None

    def open(self, store: ObjectStore, provider: KeyProvider) -> None:
        """Use this store and provider from now on."""
        self._store, self._provider = store, provider

    @property
    def store(self) -> ObjectStore:
        """The object store; RuntimeError if the process was started without one."""
        if self._store is None:
            raise RuntimeError("the vault is not open: VAULT.open(store, provider) comes first")
        return self._store

    @property
    def provider(self) -> KeyProvider:
        """The key provider; RuntimeError if the process was started without one."""
        if self._provider is None:
            raise RuntimeError("the vault is not open: VAULT.open(store, provider) comes first")
        return self._provider


VAULT = Vault()
