"""Draws pages that were set in type, and tells where their words are."""

import io
import warnings

from PIL import Image, ImageDraw, ImageOps

from storage.letters import font_of, width_of
from storage.text_layer import WHOLE, TextLayer, Word
from storage.typesetting import HEIGHT, PICTURES, UNSHOWN, WIDTH, SetPage

_INK = 15
_RULE = 150


def draw_set_page(page: SetPage) -> Image.Image:
    """The page's picture: grey, or in colour if a picture on it is."""
    image = Image.new("L", (WIDTH, HEIGHT), 255)
    pen = ImageDraw.Draw(image)
    for rule in page.rules:
        pen.line(rule, fill=_RULE, width=1)
    for word in page.words:
        pen.text((word.x, word.y), word.text, font=font_of(word.face), fill=_INK, anchor="ls")
    for left, top, wide, tall, content in page.pictures:
        picture = _picture(content, wide, tall)
        if picture is None:
            pen.text((left, top + 20), UNSHOWN, font_size=17, fill=_INK)
            continue
        if picture.mode == "RGB" and image.mode == "L":
            image = image.convert("RGB")
        image.paste(picture.convert(image.mode), (left, top))
    return image


def set_layer(page: SetPage) -> TextLayer | None:
    """The page's words as they were written, also those for which the letters have only a box."""
    text: list[str] = []
    words: list[Word] = []
    size = 0
    for word in page.words:
        start = size + len(word.before)
        text += (word.before, word.text)
        size = start + len(word.text)
        wide = width_of(word.face, word.text)
        high = word.face.size
        words.append(
            Word(
                start, size,
                _part(word.x - 1, WIDTH), _part(word.y - 0.98 * high, HEIGHT),
                _part(word.x + wide + 1, WIDTH) + 1, _part(word.y + 0.26 * high, HEIGHT) + 1,
            )
        )  # fmt: skip
    return TextLayer("".join(text), tuple(words)) if words else None


def _part(dots: float, of: int) -> int:
    return max(0, min(WHOLE - 1, int(dots * WHOLE / of)))


def _picture(content: bytes, wide: int, tall: int) -> Image.Image | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            opened = Image.open(io.BytesIO(content), formats=PICTURES)
            opened.draft(None, (wide, tall))
            image: Image.Image = ImageOps.exif_transpose(opened)
            image = image.convert("RGBA" if image.has_transparency_data else "L" if image.mode in "1L" else "RGB")
            image = image.resize((wide, tall))
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - Pillow's plugins raise what they like on broken input
        return None
    if image.mode == "RGBA":
        return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    return image
