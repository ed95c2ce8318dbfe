"""The narrative of a C-CDA section (CDA R2, NarrativeBlock.xsd) as paragraphs, lists and tables."""

import re
from collections.abc import Iterator

from storage.notes import Block, Cell, Paragraph, Picture, Span, Table, struck
from storage.xml_reading import Node, local_name

Pictures = dict[str, bytes]  #: by the ID of the observationMedia that holds them

MAX_ACROSS = 40
_INLINE = {"content", "linkHtml", "sub", "sup", "footnoteRef", "br"}
_BLANKS = re.compile(r"[ \t\r\n]+")


def read_narrative(text: Node, pictures: Pictures) -> tuple[Block, ...]:
    """The blocks of a section's text, in order; pictures stand where they are referred to."""
    return tuple(block for block in _blocks(text, pictures, 0) if not _is_empty(block))


def _is_empty(block: Block) -> bool:
    match block:
        case Paragraph():
            return not any(span.text.strip() for span in block.spans)
        case Table():
            return not block.rows
        case _:
            return False


def _blocks(parent: Node, pictures: Pictures, depth: int, marker: str = "") -> Iterator[Block]:
    """The blocks of an element; a list's item has a marker, and what follows its first paragraph stands one deeper."""
    is_item = bool(marker)

    def paragraph(spans: list[Span]) -> Iterator[Paragraph]:
        nonlocal marker
        if any(span.text.strip() for span in spans):
            yield Paragraph(_trimmed(spans), 0, marker, depth + (is_item and not marker))
            marker = ""

    held: list[Span] = _text(parent.text, False)
    for node in parent:
        name = local_name(node)
        if name in _INLINE or not name:
            held += _spans(node)
        else:
            yield from paragraph(held)
            held = []
            for block in _block(node, name, pictures, depth + is_item):
                if marker and isinstance(block, Paragraph) and not block.marker:
                    yield Paragraph(block.spans, block.heading, marker, depth)
                    marker = ""
                else:
                    yield block
        held += _text(node.tail, False)
    yield from paragraph(held)


def _block(node: Node, name: str, pictures: Pictures, depth: int) -> Iterator[Block]:
    match name:
        case "list":
            yield from _list(node, pictures, depth)
        case "table":
            yield from _table(node, pictures)
        case "renderMultiMedia":
            for reference in (node.get("referencedObject") or "").split():
                if reference in pictures:
                    yield Picture(pictures[reference])
            yield from _blocks(node, pictures, depth)
        case "caption":
            yield Paragraph(_trimmed([Span(span.text, bold=True) for span in _inner(node)]), depth=depth)
        case _:  # paragraph, footnote, and what a newer schema may bring
            yield from _blocks(node, pictures, depth)


def _list(node: Node, pictures: Pictures, depth: int) -> Iterator[Block]:
    number = 0
    for item in node:
        if local_name(item) == "caption":
            yield from _block(item, "caption", pictures, depth)
        elif local_name(item) == "item":
            number += 1
            marker = f"{number}." if node.get("listType") == "ordered" else "•"
            yield from _blocks(item, pictures, depth, marker)
        else:
            yield from _blocks(item, pictures, depth)


def _table(table: Node, pictures: Pictures) -> Iterator[Block]:
    rows: list[tuple[Cell, ...]] = []
    shown: list[Block] = []
    headed = 0
    open_cells: dict[int, int] = {}  # column to rows that a cell above still covers
    for part, row in _rows(table):
        cells: list[Cell] = []
        column = 0
        for node in row:
            if local_name(node) not in ("td", "th"):
                continue
            column = _skip_covered(open_cells, column, cells)
            across = _span(node.get("colspan"))
            for covered in range(column, column + across):
                open_cells[covered] = _span(node.get("rowspan")) - 1
            column += across
            cells.append(Cell(_cell_spans(node, local_name(node) == "th"), across))
            shown += [
                Picture(pictures[name])
                for media in node.iter() if local_name(media) == "renderMultiMedia"
                for name in (media.get("referencedObject") or "").split() if name in pictures
            ]  # fmt: skip
        _skip_covered(open_cells, column, cells)
        if cells:
            if part == "thead" and headed == len(rows):
                headed += 1
            rows.append(tuple(cells))
    for caption in table:
        if local_name(caption) == "caption":
            yield from _block(caption, "caption", pictures, 0)
    yield Table(tuple(rows), headed)
    yield from shown


def _skip_covered(open_cells: dict[int, int], column: int, cells: list[Cell]) -> int:
    while open_cells.get(column, 0) > 0:
        open_cells[column] -= 1
        cells.append(Cell(()))
        column += 1
    return column


def _rows(table: Node) -> Iterator[tuple[str, Node]]:
    for part in table:
        name = local_name(part)
        if name == "tr":
            yield "tbody", part
        elif name in ("thead", "tbody", "tfoot"):
            for row in part:
                if local_name(row) == "tr":
                    yield name, row


def _span(text: str | None) -> int:
    return min(max(int(text), 1), MAX_ACROSS) if text and text.isdecimal() else 1


def _cell_spans(cell: Node, bold: bool) -> tuple[Span, ...]:
    """What stands in a cell, its paragraphs and lists as lines."""
    spans: list[Span] = []
    for block in _blocks(cell, {}, 0):
        match block:
            case Paragraph() if any(span.text.strip() for span in block.spans):
                spans += [Span("\n")] if spans else []
                spans += [Span("  " * block.depth + f"{block.marker} ")] if block.marker else []
                spans += [Span(part.text, bold or part.bold) for part in block.spans]
            case Table():
                for row in block.rows:
                    spans += [Span("\n")] if spans else []
                    spans += [part for inner in row for part in (*inner.spans, Span("  "))]
    return tuple(spans)


def _inner(node: Node, bold: bool = False) -> list[Span]:
    spans = _text(node.text, bold)
    for child in node:
        spans += _spans(child, bold)
        spans += _text(child.tail, bold)
    return spans


def _spans(node: Node, bold: bool = False) -> list[Span]:
    if local_name(node) == "br":
        return [Span("\n")]
    style = (node.get("styleCode") or "").lower()
    spans = _inner(node, bold or "bold" in style)
    if node.get("revised") == "delete" or "strike" in style:
        return [span for span in struck(spans) if span]
    return spans


def _text(text: str | None, bold: bool) -> list[Span]:
    return [Span(_BLANKS.sub(" ", text), bold)] if text else []


def _trimmed(spans: list[Span]) -> tuple[Span, ...]:
    """Without the blanks that only the XML's own layout put at the beginning and the end, and after line breaks."""
    kept: list[Span] = []
    for span in spans:
        after_break = not kept or kept[-1].text.endswith("\n")
        text = span.text.lstrip(" ") if after_break else span.text
        if text:
            kept.append(Span(text, span.bold))
    while kept and not kept[-1].text.strip():
        kept.pop()
    return tuple(kept)
