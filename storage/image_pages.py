"""PNG, JPEG and TIFF: one picture, or the pages of a fax."""

import io
import warnings
from functools import partial
from typing import BinaryIO

from PIL import Image, ImageOps

from storage.advice import ADVICE
from storage.limits import MAX_PAGES, MAX_PIXELS
from storage.opening import page_image
from storage.page_frames import PageImage
from storage.sniffing import MediaType, Refusal
from storage.text_layer import TextLayer

Image.MAX_IMAGE_PIXELS = MAX_PIXELS

MAX_WIDTH = 1600
MAX_HEIGHT = 12_000  # of a long strip; JPEG itself ends at 65,535

_FORMATS = {MediaType.PNG: ("PNG",), MediaType.JPEG: ("JPEG", "MPO"), MediaType.TIFF: ("TIFF",)}
_ORIENTATION = 0x0112
_NEW_SUBFILE_TYPE = 0x00FE


class ImagePages:
    """An opened image; a TIFF may have many pages. It has no words of its own."""

    def __init__(self, media_type: MediaType, document: BinaryIO, frames: list[int]) -> None:
        self._media_type = media_type
        self._document = document
        self._frames = frames

    def __len__(self) -> int:
        """How many pictures it holds."""
        return len(self._frames)

    def draw(self, index: int, dpi: int | None = None) -> PageImage:
        """One picture, upright, without transparency, with square dots, at most 1600 wide (or a page at `dpi`)."""
        self._document.seek(0)
        image = open_image(self._media_type, self._document)
        if self._frames[index]:
            image.seek(self._frames[index])
            _check_size(image)
        widest = MAX_WIDTH if dpi is None else max(MAX_WIDTH, dpi * 85 // 10)
        # Lets the JPEG decoder shrink while it decodes; the width may become the height once the image is upright.
        image.draft(None, (widest, widest))
        shape = _shape(image)
        image = _in_full_colour(image)
        if self._media_type is not MediaType.TIFF:  # Pillow has turned those already
            image = ImageOps.exif_transpose(image)
        # Shrunk before it is flattened: flattening forty million pixels takes seconds.
        if shape != 1:
            # Faxes have up to twice as many dots across as down.
            width, height = (image.width, image.height * shape) if shape > 1 else (image.width / shape, image.height)
            scale = min(1.0, widest / width, MAX_HEIGHT / height)
            image = image.resize((max(1, round(width * scale)), max(1, round(height * scale))), Image.Resampling.BOX)
        image.thumbnail((widest, MAX_HEIGHT))
        return page_image(index, _on_white(image), None)

    def find_layer(self, index: int) -> TextLayer | None:
        """None: there are no words until somebody recognises them."""
        del index
        return None


def open_images(media_type: MediaType, document: BinaryIO) -> ImagePages | Refusal:
    """The image or images, each looked at, or why they can't be shown."""
    try:
        if media_type is not MediaType.TIFF:
            open_image(media_type, document).verify()
            document.seek(0)
            # What `verify` looks at says nothing of a JPEG that was cut; decoding does.
            open_image(media_type, document).load()
            return ImagePages(media_type, document, [0])
        image = open_image(media_type, document)
        count = getattr(image, "n_frames", 1)
        if count > MAX_PAGES:
            return Refusal(ADVICE["too many pages"].replace("PDF", "TIFF"))
        frames = []
        for index in range(count):
            image.seek(index)
            _check_size(image)
            if not image.tag_v2.get(_NEW_SUBFILE_TYPE, 0) & 1:  # type: ignore[attr-defined]  # TIFF's own
                frames.append(index)  # and not a small copy of another
        return ImagePages(media_type, document, frames or [0])
    except Image.DecompressionBombError:
        return Refusal(ADVICE["huge image"])
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - Pillow's plugins raise what they like on broken input, and it all means the same
        return Refusal(ADVICE["damaged image"])


def open_image(media_type: MediaType, document: BinaryIO) -> Image.Image:
    """The image, not decoded yet; raises what Pillow raises, and DecompressionBombError if it has too many pixels."""
    with warnings.catch_warnings():
        # Pillow only warns up to twice its limit; ours is exact, and checked before anything is decoded.
        warnings.simplefilter("ignore")
        image = Image.open(document, formats=_FORMATS[media_type])
    _check_size(image)
    return image


open_png = partial(open_images, MediaType.PNG)
open_jpeg = partial(open_images, MediaType.JPEG)
open_tiff = partial(open_images, MediaType.TIFF)


def open_any_image(content: bytes) -> tuple[MediaType, BinaryIO] | None:
    """What kind of image the bytes begin like; None if none of ours."""
    for magic, media_type in (
        (b"\x89PNG\r\n\x1a\n", MediaType.PNG), (b"\xff\xd8\xff", MediaType.JPEG),
        (b"II*\0", MediaType.TIFF), (b"MM\0*", MediaType.TIFF),
    ):  # fmt: skip
        if content.startswith(magic):
            return media_type, io.BytesIO(content)
    return None


def _check_size(image: Image.Image) -> None:
    if image.width * image.height > MAX_PIXELS:
        raise Image.DecompressionBombError


def _shape(image: Image.Image) -> float:
    """How much taller than wide a dot is, as TIFF tells it (TIFF 6.0, XResolution and YResolution); 1 for square."""
    resolution = image.info.get("dpi") or image.info.get("resolution")
    try:
        across, down = (float(value) for value in resolution or ())
    except (TypeError, ValueError, ZeroDivisionError):
        return 1.0
    if image.format != "TIFF" or across <= 0 or down <= 0 or not 1.05 < max(across, down) / min(across, down) < 4:
        return 1.0
    # Turned by Pillow while it is decoded, together with its dots.
    turned = image.getexif().get(_ORIENTATION, 1) in (5, 6, 7, 8)
    return down / across if turned else across / down


def _in_full_colour(image: Image.Image) -> Image.Image:
    # Palettes, two levels and sixteen bits do not shrink well, or not at all.
    if image.mode == "F":  # as a share of white, or in any unit of its own
        brightest = float(image.getextrema()[1])  # type: ignore[arg-type]  # of one band
        return image.point(lambda value: value * (255 / max(brightest, 1e-9))).convert("L")
    if image.mode.startswith("I"):
        return image.point(lambda value: value * (1 / 256)).convert("L")
    if image.mode == "1":
        return image.convert("L")
    if image.has_transparency_data:
        return image.convert("RGBA")
    return image if image.mode in ("L", "RGB") else image.convert("RGB")


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    # Black writing on nothing would become black on black.
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
