"""What is written over a PDF's page: filled form fields, comments and sticky notes; PDFium's text leaves them out."""

import ctypes
from collections.abc import Callable, Iterator

import pypdfium2
import pypdfium2.raw as pdfium

#: So many on a page are read, and so much of each, in letters.
MAX_NOTES = 2000
MAX_NOTE_TEXT = 10_000

#: In points of the PDF: left, bottom, right, top.
Rect = tuple[float, float, float, float]

_FIELDS = frozenset(
    {pdfium.FPDF_FORMFIELD_TEXTFIELD, pdfium.FPDF_FORMFIELD_COMBOBOX, pdfium.FPDF_FORMFIELD_LISTBOX}
)  # fmt: skip
#: A link's words stand on the page, and a pop-up only repeats what it belongs to.
_SILENT = frozenset({pdfium.FPDF_ANNOT_LINK, pdfium.FPDF_ANNOT_POPUP})
_UNSEEN = pdfium.FPDF_ANNOT_FLAG_HIDDEN | pdfium.FPDF_ANNOT_FLAG_NOVIEW


def find_notes(page: pypdfium2.PdfPage) -> Iterator[tuple[str, Rect]]:
    """Yield the text of each note or field on a page that has any and can be seen, with its place."""
    form = page.formenv.raw if page.formenv else None
    for index in range(min(pdfium.FPDFPage_GetAnnotCount(page), MAX_NOTES)):
        note = pdfium.FPDFPage_GetAnnot(page, index)
        if not note:
            continue
        try:
            rect = pdfium.FS_RECTF()
            text = _text(note, form)
            if text and pdfium.FPDFAnnot_GetRect(note, ctypes.byref(rect)):
                yield text, (rect.left, rect.bottom, rect.right, rect.top)
        finally:
            pdfium.FPDFPage_CloseAnnot(note)


def _text(note: object, form: object | None) -> str:
    kind = pdfium.FPDFAnnot_GetSubtype(note)
    if kind in _SILENT or pdfium.FPDFAnnot_GetFlags(note) & _UNSEEN:
        return ""
    if kind != pdfium.FPDF_ANNOT_WIDGET:
        return _read(lambda buffer, size: pdfium.FPDFAnnot_GetStringValue(note, b"Contents", buffer, size))
    if form is None or pdfium.FPDFAnnot_GetFormFieldType(form, note) not in _FIELDS:
        return ""
    return _read(lambda buffer, size: pdfium.FPDFAnnot_GetFormFieldValue(form, note, buffer, size))


def _read(ask: Callable[[object, int], int]) -> str:
    """A string that PDFium hands out as UTF-16 with a zero at its end, after it has said how many bytes it takes."""
    size = int(ask(None, 0))
    if not 2 < size <= 2 * MAX_NOTE_TEXT:
        return ""
    buffer = (ctypes.c_ushort * (size // 2))()
    ask(buffer, size)
    return bytes(buffer).decode("utf-16-le", "replace").rstrip("\0").strip()
