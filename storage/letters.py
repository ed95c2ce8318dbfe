"""The letters that notes are set in: DejaVu, kept beside this module, so that every machine draws the same."""

import io
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from PIL import ImageFont


@dataclass(frozen=True, slots=True)
class Face:
    """A cut of the letters: size in dots, bold or not, all of one width or not."""

    size: int
    bold: bool = False
    equal: bool = False


def load_letters() -> None:
    """Read the letters from disk, while that is still possible."""
    for name in ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSansMono"):
        _content(name)


@cache
def font_of(face: Face) -> ImageFont.FreeTypeFont:
    """The letters of a face. What they don't have is drawn as a box, so that it does not vanish."""
    name = "DejaVuSansMono" if face.equal else "DejaVuSans-Bold" if face.bold else "DejaVuSans"
    return ImageFont.truetype(io.BytesIO(_content(name)), face.size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=50_000)
def width_of(face: Face, text: str) -> float:
    """How wide a run of letters is, in dots."""
    return font_of(face).getlength(text)


@cache
def _content(name: str) -> bytes:
    return resources.files("storage").joinpath("fonts", f"{name}.ttf").read_bytes()
