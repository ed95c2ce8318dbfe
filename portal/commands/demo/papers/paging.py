"""Setting a reportlab story on US letter pages whose feet can say how many there are, always to the same bytes."""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.pagesizes import LETTER
from reportlab.platypus import BaseDocTemplate, Frame, NextPageTemplate, PageTemplate, Paragraph

PAGE_WIDTH, PAGE_HEIGHT = LETTER
Decorate = Callable[[Any, int, int], None]


@dataclass(frozen=True, slots=True)
class SetPages:
    """A PDF and how many pages it has."""

    count: int
    content: bytes


def set_pages(
    make_story: Callable[[], list[Any]], decorate: Decorate, *, title: str, margin: float, first_top: float, top: float
) -> SetPages:
    """A PDF of the story; `decorate(canvas, page, pages)` draws head and foot. Lengths are in points."""
    pages = 1
    while True:
        buffer = BytesIO()
        document = _document(buffer, decorate, pages, title, margin, first_top, top)
        document.build([NextPageTemplate("later"), *make_story()])
        if document.page == pages:
            return SetPages(pages, buffer.getvalue())
        pages = document.page  # the first setting counted them, the second prints the count


def in_fewest_pages(set_at: Callable[[float], SetPages]) -> bytes:
    """The content of the largest setting that has the fewest pages; `set_at` sets at a share of the full type size."""
    full = set_at(1.0)
    if full.count == 1:
        return full.content
    return min((full, set_at(0.94), set_at(0.89)), key=lambda pages: pages.count).content


def bulleted(words: str) -> str:
    """The words with a typewriter's dash at their head made a bullet."""
    return f"\u2022 {words[2:]}" if words.startswith("- ") else words


def text(words: str, style: Any) -> Any:
    """A paragraph of these words, which hold no markup."""
    return Paragraph(escape(words), style)


def _document(
    buffer: BytesIO, decorate: Decorate, pages: int, title: str, margin: float, first_top: float, top: float
) -> Any:
    foot = 54.0
    width = PAGE_WIDTH - 2 * margin

    def draw(canvas: Any, document: Any) -> None:
        canvas.saveState()
        decorate(canvas, document.page, pages)
        canvas.restoreState()

    def frame(head: float) -> Any:
        return Frame(margin, foot, width, PAGE_HEIGHT - foot - head, 0, 0, 0, 0)

    templates = [
        PageTemplate("first", [frame(first_top)], onPage=draw),
        PageTemplate("later", [frame(top)], onPage=draw),
    ]
    return BaseDocTemplate(buffer, pagesize=LETTER, pageTemplates=templates, title=title, invariant=1)
