"""What an opened document can do, whatever it is: tell how many pages it has, draw them and find their words."""

import io
from typing import BinaryIO, Protocol

from PIL import Image, ImageFile

from storage.notes import Block
from storage.page_frames import PageImage
from storage.set_drawing import draw_set_page, set_layer
from storage.text_layer import TextLayer
from storage.typesetting import set_pages

JPEG_QUALITY = 75


class Pages(Protocol):
    """An opened document. Pages are counted from 0. What draws may raise whatever its parser raises."""

    def __len__(self) -> int:
        """How many pages there are."""
        ...

    def draw(self, index: int, dpi: int | None = None) -> PageImage:
        """One page with its words; `dpi` asks for another fineness than the usual one, where the kind can."""
        ...

    def find_layer(self, index: int) -> TextLayer | None:
        """The words of one page alone."""
        ...


class NotePages:
    """A document that we set in type ourselves."""

    def __init__(self, blocks: tuple[Block, ...]) -> None:
        """Raises TooManyPages."""
        self._pages = set_pages(blocks)

    def __len__(self) -> int:
        """How many pages it fills."""
        return len(self._pages)

    def draw(self, index: int, dpi: int | None = None) -> PageImage:
        """One page with its words."""
        del dpi
        return page_image(index, draw_set_page(self._pages[index]), self.find_layer(index))

    def find_layer(self, index: int) -> TextLayer | None:
        """The words of one page."""
        return set_layer(self._pages[index])


class JoinedPages:
    """Several documents that are one: a record and what is embedded in it."""

    def __init__(self, parts: list[Pages]) -> None:
        self._places = [(part, index) for part in parts for index in range(len(part))]

    def __len__(self) -> int:
        """The pages of all."""
        return len(self._places)

    def draw(self, index: int, dpi: int | None = None) -> PageImage:
        """One page with its words."""
        part, within = self._places[index]
        page = part.draw(within, dpi)
        return PageImage(index + 1, page.width, page.height, page.jpeg, page.layer)

    def find_layer(self, index: int) -> TextLayer | None:
        """The words of one page."""
        part, within = self._places[index]
        return part.find_layer(within)


def page_image(index: int, image: Image.Image, layer: TextLayer | None) -> PageImage:
    """The page that a drawn picture is."""
    out = io.BytesIO()
    if isinstance(image, ImageFile.ImageFile):
        # Before it saves one of these, Pillow asks which folder we are in; behind the walls that is refused.
        image = image.copy()
    image.save(out, "JPEG", quality=JPEG_QUALITY)
    return PageImage(index + 1, image.width, image.height, out.getvalue(), layer)


def size_of(document: BinaryIO) -> int:
    """Bytes of the document; it is left at its start."""
    size = document.seek(0, io.SEEK_END)
    document.seek(0)
    return size
