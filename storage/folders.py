"""Folders that only this account can enter, and names in them that survive a crash."""

import contextlib
import os
import secrets
from pathlib import Path


def make_private_folder(path: Path) -> None:
    """Make the folder (mode 0700) unless it is there, and make its name durable."""
    with contextlib.suppress(FileExistsError):
        path.mkdir(mode=0o700, parents=True)
    sync_folder(path.parent)


def create_file(path: Path) -> int:
    """Create a new file (mode 0600) and return its descriptor for writing; FileExistsError if the name is taken."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)


def publish(temporary: Path, final: Path) -> None:
    """Give a finished, synced file its final name; FileExistsError if that is taken, whoever took it first.

    A hard link, because renaming would silently replace what another writer has put there.
    """
    os.link(temporary, final, follow_symlinks=False)
    temporary.unlink()
    sync_folder(final.parent)


def write_first(path: Path, content: bytes) -> None:
    """Write a small secret file unless it is there: of several processes that do so at once, the first wins."""
    temporary = path.with_suffix(f".{secrets.token_hex(8)}.new")
    descriptor = create_file(temporary)
    try:
        os.write(descriptor, content)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    try:
        with contextlib.suppress(FileExistsError):
            publish(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
