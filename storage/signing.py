"""The installation's own signing key: what makes its certificates provable. It never enters the database."""

from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from storage.folders import make_private_folder, write_first

_FILE = "installation.signing"


class InstallationKey:
    """An Ed25519 key (RFC 8032) in a file beside the clients' master keys, made when it is first needed."""

    def __init__(self, folder: Path) -> None:
        """Make the folder and the key if need be."""
        make_private_folder(folder)
        path = folder / _FILE
        if not path.exists():
            write_first(path, Ed25519PrivateKey.generate().private_bytes_raw())
        self._key = _read(path)

    @property
    def public_key(self) -> bytes:
        """The public half, 32 bytes."""
        return self._key.public_key().public_bytes_raw()

    def sign(self, statement: bytes) -> bytes:
        """The signature of a statement, 64 bytes."""
        return self._key.sign(statement)


def find_public_key(folder: Path) -> bytes | None:
    """The public half of the key in this folder, 32 bytes; None if there is none, and then none is made."""
    try:
        return _read(folder / _FILE).public_key().public_bytes_raw()
    except FileNotFoundError:
        return None


def is_signed(statement: bytes, signature: bytes, public_key: bytes) -> bool:
    """True if whoever holds the key to `public_key` has signed exactly this statement."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, statement)
    except (InvalidSignature, ValueError):
        return False
    return True


def _read(path: Path) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(path.read_bytes())
