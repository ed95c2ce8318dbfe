"""A file on its way to becoming an object of the folder store."""

import os
import threading
from pathlib import Path
from typing import BinaryIO

from storage.folders import create_file, make_private_folder, publish


class TemporaryFile:
    """A file on its way to becoming an object.

    When a task is cancelled its thread works on, so `discard` may come while another thread is still creating or
    writing. The lock makes it wait, and whoever comes after it finds the file ended.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._file: BinaryIO | None = None
        self._ended = False

    def create(self) -> None:
        """Make the file, empty."""
        with self._lock:
            if not self._ended:
                self._file = os.fdopen(create_file(self._path), "wb", buffering=0)

    def write(self, data: bytearray) -> None:
        """Add `data`; raises ValueError once the file has ended."""
        with self._lock:
            file = self._opened()
            rest = memoryview(data)
            while rest:
                rest = rest[file.write(rest) :]

    def commit(self, final: Path) -> None:
        """Make the file durable and give it its final name; raises FileExistsError if that is taken."""
        with self._lock:
            file = self._opened()
            os.fsync(file.fileno())
            file.close()
            # The folder's name is synced before the object's: a durable name in a folder without one is lost.
            make_private_folder(final.parent)
            publish(self._path, final)
            self._ended = True

    def discard(self) -> None:
        """End the file; calm when it has ended already."""
        with self._lock:
            self._ended = True
            if self._file is not None:
                self._file.close()
                self._path.unlink(missing_ok=True)

    def _opened(self) -> BinaryIO:
        if self._file is None or self._ended:
            raise ValueError("this object is no longer being written")
        return self._file
