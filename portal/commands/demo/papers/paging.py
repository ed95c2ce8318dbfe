"""Setting a reportlab story on US letter pages whose feet can say how many there are, always to the same bytes."""

from collections.abc import Callable
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.pagesizes import LETTER
from reportlab.platypus import BaseDocTemplate, Frame, NextPageTemplate, PageTemplate, Paragraph

PAGE_WIDTH, PAGE_HEIGHT = LETTER
Decorate = Callable[[Any, int, int], None]


def set_pages(
    make_story: Callable[[], list[Any]], decorate: Decorate, *, title: str, margin: float, first_top: float, top: float
) -> bytes:
    """A PDF of the story; `decorate(canvas, page, pages)` draws head and foot. Lengths are in points."""
    pages = 1
    while True:
        buffer = BytesIO()
        document = _document(buffer, decorate, pages, title, margin, first_top, top)
        document.build([NextPageTemplate("later"), *make_story()])
        if document.page == pages:
            return buffer.getvalue()
        pages = document.page  # the first setting counted them, the second prints the count


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
