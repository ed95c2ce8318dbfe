"""Who looked, when, and under which access event: drawn over a page image, or written on a text page."""

import io
from dataclasses import dataclass
from datetime import UTC, datetime
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
        return f"{self.viewer} · {self.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC · {self.event_id.hex[-12:]}"


def mark_image(jpeg: bytes, mark: Mark) -> bytes:
    """The page image with the mark across it, three times, and once in small letters at its foot; JPEG again."""
    with _opened(jpeg) as opened:
        page = opened.convert("L") if opened.mode not in ("L", "RGB") else opened.copy()
    ink = INK if page.mode == "L" else (INK, INK, INK)
    strip = _strip(mark.text, size=max(14, page.width // 34))
    for part in (1, 3, 5):
        place = (page.width // 2 - strip.width // 2, page.height * part // 6 - strip.height // 2)
        page.paste(ink, (*place, place[0] + strip.width, place[1] + strip.height), strip)
    foot = ImageFont.load_default(size=max(10, page.width // 85))
    ImageDraw.Draw(page).text((page.width // 2, page.height - 6), mark.text, fill=ink, font=foot, anchor="mb")
    made = io.BytesIO()
    page.save(made, "JPEG", quality=QUALITY)
    return made.getvalue()


def shrink_image(jpeg: bytes) -> bytes:
    """The page image so small that no word of it can be read; JPEG again."""
    with _opened(jpeg) as opened:
        opened.draft("L", (2 * THUMBNAIL_WIDTH, 1))  # decodes an eighth or a quarter of the size at once
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


def _strip(text: str, size: int) -> Image.Image:
    """The slanted line as a mask: only this much of it is turned, not a whole page."""
    font = ImageFont.load_default(size=size)
    left, top, right, bottom = font.getbbox(text)
    line = Image.new("L", (int(right - left) + 8, int(bottom - top) + 8))
    ImageDraw.Draw(line).text((4 - left, 4 - top), text, fill=round(255 * STRENGTH), font=font)
    return line.rotate(SLANT, expand=True, resample=Image.Resampling.BILINEAR)
