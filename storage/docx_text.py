"""The text of one part of a Word document: paragraphs with their headings and lists, tables and pictures."""

from collections.abc import Iterator

from storage.advice import ADVICE
from storage.docx_package import Package, attribute, child_of, depth_of, relation_of
from storage.notes import Block, Cell, PageBreak, Paragraph, Picture, Span, Table, is_heading, plain, struck
from storage.xml_reading import Node, local_name

MAX_ACROSS = 40


class PartReader:
    """Reads one part of the document into blocks."""

    def __init__(self, package: Package, part: str) -> None:
        self._package = package
        self._targets = package.targets(part)
        self._pictures: list[Block] = []

    def blocks(self, parent: Node) -> Iterator[Block]:
        """What stands in a body, cell, note or running head."""
        for node in parent:
            match local_name(node):
                case "p":
                    yield from self._paragraph(node)
                case "tbl":
                    yield self._table(node)
                    yield from self._drain()
                case "altChunk":
                    yield plain(ADVICE["word inside"], small=True)
                case "sdt" | "sdtContent" | "customXml" | "ins" | "moveTo" | "AlternateContent" | "Choice":
                    yield from self.blocks(node)

    def _paragraph(self, node: Node) -> Iterator[Block]:
        properties = child_of(node, "pPr")
        heading = self._heading(properties)
        marker, depth = self._marker(properties)
        held: list[Span] = []
        for span in self._spans(node):
            if span is None:  # a break of the page
                if held:
                    yield Paragraph(tuple(held), heading, marker, depth)
                yield PageBreak()
                held, marker = [], ""
            else:
                held.append(span)
        if text := "".join(span.text for span in held if span).strip():
            yield Paragraph(tuple(held), heading or (0 if marker else 3 * is_heading(text)), marker, depth)
        yield from self._drain()

    def _drain(self) -> Iterator[Block]:
        yield from self._pictures
        self._pictures = []

    def _heading(self, properties: Node | None) -> int:
        style = self._package.names.get(attribute(child_of(properties, "pStyle"), "val"), "")
        if style == "title":
            return 1
        if style.startswith("heading "):
            return min(depth_of(style.removeprefix("heading ")) or 3, 3)
        level = attribute(child_of(properties, "outlineLvl"), "val")
        return min(depth_of(level) + 1, 3) if level and level != "9" else 0

    def _marker(self, properties: Node | None) -> tuple[str, int]:
        numbering = child_of(properties, "numPr")
        name = attribute(child_of(numbering, "numId"), "val")
        depth = depth_of(attribute(child_of(numbering, "ilvl"), "val"))
        if numbering is None:
            style = self._package.names.get(attribute(child_of(properties, "pStyle"), "val"), "")
            if style.startswith("list bullet"):
                return "•", 0
            if not style.startswith("list number"):
                return "", 0
            name = style
        if name == "0":
            return "", 0
        kind = self._package.bullets.get((name, depth), "decimal" if numbering is None else "bullet")
        if kind in ("bullet", "none"):
            return "•", depth
        counts = self._package.counts
        for deeper in range(depth + 1, 9):
            counts.pop((name, deeper), None)
        counts[name, depth] = number = counts.get((name, depth), 0) + 1
        letter = chr(96 + number) if number <= 26 else str(number)
        return {"lowerLetter": f"{letter}.", "upperLetter": f"{letter.upper()}."}.get(kind, f"{number}."), depth

    def _spans(self, parent: Node, bold: bool = False) -> Iterator[Span | None]:
        for node in parent:
            match local_name(node):
                case "r":
                    yield from self._run(node)
                case "hyperlink" | "ins" | "moveTo" | "smartTag" | "sdt" | "sdtContent" | "fldSimple" | "customXml":
                    yield from self._spans(node, bold)
                case "oMath" | "oMathPara":
                    yield Span("".join(text.text or "" for text in node.iter() if local_name(text) == "t"))

    def _run(self, run: Node) -> Iterator[Span | None]:
        properties = child_of(run, "rPr")
        if child_of(properties, "vanish") is not None:
            return
        spans = self._inside(run, _is_on(properties, "b"))
        yield from struck(spans) if _is_on(properties, "strike") or _is_on(properties, "dstrike") else spans

    def _inside(self, parent: Node, bold: bool) -> Iterator[Span | None]:
        for node in parent:
            match local_name(node):
                case "t":
                    yield Span(_cleaned(node.text or ""), bold)
                case "tab" | "ptab":
                    yield Span("\t", bold)
                case "br" | "cr":
                    yield None if attribute(node, "type") == "page" else Span("\n", bold)
                case "noBreakHyphen":
                    yield Span("-", bold)
                case "fldChar" if child_of(node, "ffData") is not None:
                    yield Span(_field(child_of(node, "ffData")), bold)
                case "sym":
                    yield Span(_symbol(attribute(node, "char")), bold)
                case "AlternateContent":
                    yield from self._inside(next(iter(node), node), bold)
                case "drawing" | "pict" | "object":
                    yield from self._drawing(node)

    def _drawing(self, node: Node) -> Iterator[Span | None]:
        """Text boxes stand where they are anchored; pictures follow their paragraph."""
        for inner in node.iter():
            name = local_name(inner)
            if name == "txbxContent":
                for block in PartReader(self._package, "").blocks(inner):
                    if isinstance(block, Paragraph):
                        yield from (Span("\n"), *block.spans)
            elif name in ("blip", "imagedata"):
                target = self._targets.get(relation_of(inner, "embed") or relation_of(inner))
                content = self._package.read(target) if target else None
                if content:
                    self._pictures.append(Picture(content))

    def _table(self, table: Node) -> Table:
        rows: list[tuple[Cell, ...]] = []
        headed = 0
        for row in _rows(table):
            cells = tuple(self._cell(cell) for cell in _cells(row))
            if headed == len(rows) and child_of(row, "trPr", "tblHeader") is not None:
                headed += 1
            rows.append(cells)
        return Table(tuple(rows), headed)

    def _cell(self, cell: Node) -> Cell:
        span = attribute(child_of(cell, "tcPr", "gridSpan"), "val")
        spans: list[Span] = []
        for block in self.blocks(cell):
            match block:
                case Paragraph():
                    spans += [Span("\n")] if spans else []
                    spans += [Span(f"{block.marker} ")] if block.marker else []
                    spans += [Span(part.text, part.bold or block.heading > 0) for part in block.spans]
                case Table():  # a table in a table: its cells one after the other
                    spans += [part for row in block.rows for inner in row for part in (Span("\n"), *inner.spans)]
                case Picture():
                    self._pictures.append(block)
        return Cell(tuple(spans), min(max(int(span), 1), MAX_ACROSS) if span.isdecimal() else 1)


def _is_on(properties: Node | None, name: str) -> bool:
    node = child_of(properties, name)
    return node is not None and attribute(node, "val") not in ("0", "false", "off", "none")


def _field(data: Node | None) -> str:
    """What a form field of Word's older kind shows: its box, ticked or not, or what was chosen from its list."""
    box, choice = child_of(data, "checkBox"), child_of(data, "ddList")
    if box is not None:
        ticked = child_of(box, "checked")
        ticked = child_of(box, "default") if ticked is None else ticked
        return "☐" if ticked is None or attribute(ticked, "val") in ("0", "false", "off") else "☒"
    entries = [attribute(node, "val") for node in (() if choice is None else choice) if local_name(node) == "listEntry"]
    chosen = attribute(child_of(choice, "result"), "val") or attribute(child_of(choice, "default"), "val") or "0"
    return entries[int(chosen)] if chosen.isdecimal() and int(chosen) < len(entries) else ""


def _rows(table: Node) -> Iterator[Node]:
    for node in table:
        if local_name(node) == "tr":
            yield node
        elif local_name(node) in ("sdt", "sdtContent", "ins", "customXml"):
            yield from _rows(node)


def _cells(row: Node) -> Iterator[Node]:
    for node in row:
        if local_name(node) == "tc":
            yield node
        elif local_name(node) in ("sdt", "sdtContent", "customXml"):
            yield from _cells(node)


def _cleaned(text: str) -> str:
    return text.replace("\n", " ").replace("\u00ad", "")


def _symbol(code: str) -> str:
    try:
        letter = chr(int(code, 16) & 0xFFFF)
    except ValueError:
        return "\ufffd"
    # Word's own dingbats: boxes that are ticked or not, bullets, arrows (Wingdings, by its published chart).
    known = {
        0xFE: "☑", 0xFC: "✓", 0xFD: "☒", 0xFB: "✗", 0xA8: "☐", 0x6F: "☐", 0xB7: "•", 0xA7: "▪", 0xE0: "→", 0xDF: "←",
    }  # fmt: skip
    low = ord(letter) & 0xFF
    return known.get(low, "\ufffd") if 0xF000 <= ord(letter) <= 0xF0FF else letter
