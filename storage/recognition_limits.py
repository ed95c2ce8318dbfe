"""Run by `storage.recognition`: gives up what recognising a picture does not need, then becomes the program."""

import os
import resource
import sys

#: No file can be written, so no word of a page can come to lie on a disk.
LIMITS = {"FSIZE": 0, "CORE": 0, "CPU": 120, "AS": 2 << 30, "NOFILE": 32}


def main(command: list[str]) -> None:
    """Become `command`, behind everybody else in line for the processor."""
    for name, value in LIMITS.items():
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, value))
    os.nice(10)
    os.execv(command[0], command)  # noqa: S606 - no shell is the point


if __name__ == "__main__":
    main(sys.argv[1:])
