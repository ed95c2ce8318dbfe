"""What the page process is asked to do with one document."""

from typing import Literal

import msgspec

from storage.limits import MAX_FILE_BYTES

Mode = Literal["check", "render", "facts", "split"]


class PageOrder(msgspec.Struct, frozen=True, omit_defaults=True):
    """One order, handed over as an argument when the process starts."""

    media_type: str
    mode: Mode
    size: int | None = None  # bytes of a document that is asked for piece by piece; None: it comes whole
    most: int = MAX_FILE_BYTES  # bytes
    first: int = 1  # page
    last: int | None = None
    dpi: int | None = None
    ranges: tuple[tuple[int, int], ...] = ()  # pages of each part of a split, first and last
