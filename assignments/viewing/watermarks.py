"""Who looked, when, and under which access event: drawn over a page image, or written on a text page."""

import io
import math
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from uuid import UUID

from PIL import Image, ImageDraw, ImageFont

SLANT = 28  # degrees
INK = 96  # grey
STRENGTH = 0.15  # of that ink over the page: seen when looked for, not when reading
QUALITY = 80
#: At this width (pixels) a line of a letter-size page is about one pixel high.
THUMBNAIL_WIDTH = 128
#: A page image is made by our own page process; this bounds what a damaged one could cost.
MOST_PIXELS = 40_000_000


@dataclass(frozen=True, slots=True)
class Mark:
    """What a watermark says. `event_id` is the access event of the look."""

    viewer: str
    at: datetime
    event_id: UUID

    @property
    def text(self) -> str:
        """`Cody · 2026-09-14 14:30 UTC · 4f21c09a33d1`: the last twelve digits find the event in the access log."""
        return "".join(self.pieces)

    @property
    def pieces(self) -> tuple[str, ...]:
        """The text as who and when, which many marks share, and then each digit."""
        return f"{self.viewer} · {self.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC · ", *self.event_id.hex[-12:]


def mark_image(jpeg: bytes, mark: Mark) -> bytes:
    """The page image with the mark across it, three times, and once in small letters at its foot; JPEG again."""
    page: Image.Image = _opened(jpeg)
    if page.mode not in ("L", "RGB"):
        page = page.convert("L")
    page.load()
    big, small = max(14, page.width // 34), max(10, page.width // 85)
    for part in (1, 3, 5):
        _write(page, mark, size=big, slant=SLANT, strength=STRENGTH, at=(page.width / 2, page.height * part / 6))
    _write(page, mark, size=small, slant=0, strength=1, at=(page.width / 2, page.height - 6 - small / 2))
    made = io.BytesIO()
    page.save(made, "JPEG", quality=QUALITY)
    return made.getvalue()


def shrink_image(jpeg: bytes) -> bytes:
    """The page image so small that no word of it can be read; JPEG again."""
    with _opened(jpeg) as opened:
        opened.draft("L", (THUMBNAIL_WIDTH, 1))  # decodes a quarter or an eighth of the size at once
        small = opened.convert("L")
    small.thumbnail((THUMBNAIL_WIDTH, 4 * THUMBNAIL_WIDTH))
    made = io.BytesIO()
    small.save(made, "JPEG", quality=70)
    return made.getvalue()


def _opened(jpeg: bytes) -> Image.Image:
    opened = Image.open(io.BytesIO(jpeg), formats=["JPEG"])
    if opened.width * opened.height > MOST_PIXELS:
        raise ValueError("a page image is larger than any that is made here")
    return opened


def _write(page: Image.Image, mark: Mark, *, size: int, slant: int, strength: float, at: tuple[float, float]) -> None:
    """Write a mark around a point. Who and when are drawn once a minute, each digit of an id once: drawing is slow."""
    ink = INK if page.mode == "L" else (INK, INK, INK)
    masks = [_mask(piece, size, slant, strength) for piece in mark.pieces]
    place = -sum(width for _, width in masks) / 2
    for mask, width in masks:
        along = place + width / 2
        left = round(at[0] + along * math.cos(math.radians(slant)) - mask.width / 2)
        top = round(at[1] - along * math.sin(math.radians(slant)) - mask.height / 2)
        page.paste(ink, (left, top), mask)
        place += width


@lru_cache(maxsize=128)
def _mask(text: str, size: int, slant: int, strength: float) -> tuple[Image.Image, float]:
    """Some letters as a mask, turned about their middle, and how long they are; only this much of a page is turned."""
    font = _font(size)
    length = font.getlength(text)
    above, below = font.getmetrics()
    line = Image.new("L", (math.ceil(length), above + below))
    ImageDraw.Draw(line).text((0, above), text, fill=round(255 * strength), font=font, anchor="ls")
    return (line.rotate(slant, expand=True, resample=Image.Resampling.BILINEAR) if slant else line), length


@lru_cache(maxsize=32)
def _font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size=size)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise TypeError("Pillow was built without FreeType: marks cannot be written on pages")
    return font
