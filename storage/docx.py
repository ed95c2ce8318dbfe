"""Word documents: the text of word/document.xml with its headings, lists, tables and pictures."""

import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from storage.advice import ADVICE
from storage.notes import Block, Cell, PageBreak, Paragraph, Picture, Span, Table, is_heading, plain
from storage.opening import NotePages
from storage.sniffing import Refusal
from storage.xml_reading import BadXml, Node, local_name, read_xml

MAX_FILES = 2000
MAX_UNPACKED = 200 << 20  # bytes, all together
MAX_XML = 40 << 20  # bytes of one part
MAX_ACROSS = 40
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
_R = ("{http://schemas.openxmlformats.org/officeDocument/2006/relationships}",
      "{http://purl.oclc.org/ooxml/officeDocument/relationships}")  # fmt: skip


class _Swollen(Exception):
    pass


@dataclass(slots=True)
class _Package:
    """The parts of the file that are read, and what they say of styles, lists and neighbours."""

    archive: zipfile.ZipFile
    left: int = MAX_UNPACKED
    names: dict[str, str] = field(default_factory=dict)  # style id to name
    bullets: dict[tuple[str, int], str] = field(default_factory=dict)  # list and depth to its number format
    counts: dict[tuple[str, int], int] = field(default_factory=dict)

    def read(self, name: str, most: int) -> bytes | None:
        """A part's bytes, counted while they are unpacked: what the directory declares may be a lie."""
        try:
            with self.archive.open(name) as part:
                content = part.read(min(most, self.left) + 1)
        except KeyError:
            return None
        self.left -= len(content)
        if len(content) > most or self.left < 0:
            raise _Swollen
        return content

    def xml(self, name: str) -> Node | None:
        content = self.read(name, MAX_XML)
        return None if content is None else read_xml(content)


def open_docx(document: BinaryIO) -> NotePages | Refusal:
    """The document set in pages, or why it can't be read. Raises TooManyPages.

    Deleted text, fields' instructions and embedded objects are left out; nothing that the file links to is fetched.
    """
    try:
        with zipfile.ZipFile(document) as archive:
            return _open_archive(archive)
    except _Swollen:
        return Refusal(ADVICE["swollen"])
    except (zipfile.BadZipFile, zipfile.LargeZipFile, BadXml, NotImplementedError, EOFError, OSError):
        return Refusal(ADVICE["damaged word"])
    except RuntimeError:  # what zipfile says of a part with a password
        return Refusal(ADVICE["locked office"])
    except (ValueError, LookupError, zlib.error):
        return Refusal(ADVICE["damaged word"])


def _open_archive(archive: zipfile.ZipFile) -> NotePages | Refusal:
    entries = archive.infolist()
    if len(entries) > MAX_FILES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        return Refusal(ADVICE["swollen"])
    package = _Package(archive)
    main = _main_part(package)
    if isinstance(main, Refusal):
        return main
    root = package.xml(main)
    if root is None or (body := next((node for node in root if local_name(node) == "body"), None)) is None:
        return Refusal(ADVICE["damaged word"])
    folder = posixpath.dirname(main)
    _read_styles(package, folder)
    _read_lists(package, folder)
    reader = _Reader(package, main)
    blocks = [*_edges(package, main, root, "header"), *reader.blocks(body)]
    blocks += _notes(package, folder)
    blocks += _edges(package, main, root, "footer")
    if not any(_shows(block) for block in blocks):
        return Refusal(ADVICE["empty word"])
    return NotePages(tuple(blocks))


def _main_part(package: _Package) -> str | Refusal:
    types = package.xml("[Content_Types].xml")
    if types is None:
        return Refusal(ADVICE["damaged word"])
    for node in types:
        kind = node.get("ContentType", "")
        if "macroEnabled" in kind or "vbaProject" in kind:
            return Refusal(ADVICE["word macros"])
    for node in types:
        if node.get("ContentType", "") == MAIN:
            return (node.get("PartName") or "").lstrip("/")
    return Refusal(ADVICE["damaged word"])


def _attribute(node: Node | None, name: str) -> str:
    return "" if node is None else node.get(_W + name) or node.get(_STRICT + name) or ""


def _child(node: Node | None, *names: str) -> Node | None:
    for name in names:
        node = None if node is None else next((child for child in node if local_name(child) == name), None)
    return node


def _read_styles(package: _Package, folder: str) -> None:
    styles = package.xml(posixpath.join(folder, "styles.xml"))
    for style in () if styles is None else styles:
        if local_name(style) == "style":
            package.names[_attribute(style, "styleId")] = _attribute(_child(style, "name"), "val").lower()


def _read_lists(package: _Package, folder: str) -> None:
    numbering = package.xml(posixpath.join(folder, "numbering.xml"))
    if numbering is None:
        return
    formats = {}
    for node in numbering:
        if local_name(node) == "abstractNum":
            for level in node:
                if local_name(level) == "lvl":
                    place = (_attribute(node, "abstractNumId"), _depth(_attribute(level, "ilvl")))
                    formats[place] = _attribute(_child(level, "numFmt"), "val")
    for node in numbering:
        if local_name(node) == "num":
            abstract = _attribute(_child(node, "abstractNumId"), "val")
            for (name, depth), kind in formats.items():
                if name == abstract:
                    package.bullets[_attribute(node, "numId"), depth] = kind


def _depth(text: str) -> int:
    return min(int(text), 8) if text.isdecimal() else 0


def _edges(package: _Package, main: str, root: Node, kind: str) -> list[Block]:
    """Running heads or feet, each once: on every page they would only be repeated."""
    targets = _targets(package, main)
    seen: list[Block] = []
    for node in root.iter():
        if local_name(node) == f"{kind}Reference":
            target = targets.get(_relation(node))
            part = package.xml(target) if target else None
            for block in () if part is None else _Reader(package, target or "").blocks(part):
                small = (
                    Paragraph(block.spans, marker=block.marker, depth=block.depth, small=True)
                    if isinstance(block, Paragraph) else block
                )  # fmt: skip
                if _shows(small) and small not in seen:
                    seen.append(small)
    return seen


def _notes(package: _Package, folder: str) -> Iterator[Block]:
    for name, title in (("footnotes.xml", "Footnotes"), ("endnotes.xml", "Endnotes")):
        part = package.xml(posixpath.join(folder, name))
        blocks = [
            block
            for note in (() if part is None else part)
            if not _attribute(note, "type")  # separators have one
            for block in _Reader(package, posixpath.join(folder, name)).blocks(note)
            if _shows(block)
        ]
        if blocks:
            yield plain(title, heading=3)
            yield from blocks


def _relation(node: Node, name: str = "id") -> str:
    return next((value for prefix in _R if (value := node.get(prefix + name))), "")


def _targets(package: _Package, part: str) -> dict[str, str]:
    folder, name = posixpath.split(part)
    relations = package.xml(posixpath.join(folder, "_rels", f"{name}.rels"))
    return {
        node.get("Id", ""): posixpath.normpath(posixpath.join("/", folder, node.get("Target", ""))).lstrip("/")
        for node in (() if relations is None else relations)
        if node.get("TargetMode") != "External"
    }


def _shows(block: Block) -> bool:
    match block:
        case Paragraph():
            return any(span.text.strip() for span in block.spans)
        case Table():
            return any(span.text.strip() for row in block.rows for cell in row for span in cell.spans)
        case Picture():
            return True
        case PageBreak():
            return False


class _Reader:
    """Reads one part of the document into blocks."""

    def __init__(self, package: _Package, part: str) -> None:
        self._package = package
        self._targets = _targets(package, part)
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
                case "sdt" | "sdtContent" | "customXml" | "ins" | "moveTo" | "AlternateContent" | "Choice":
                    yield from self.blocks(node)

    def _paragraph(self, node: Node) -> Iterator[Block]:
        properties = _child(node, "pPr")
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
        style = self._package.names.get(_attribute(_child(properties, "pStyle"), "val"), "")
        if style == "title":
            return 1
        if style.startswith("heading "):
            return min(_depth(style.removeprefix("heading ")) or 3, 3)
        level = _attribute(_child(properties, "outlineLvl"), "val")
        return min(_depth(level) + 1, 3) if level and level != "9" else 0

    def _marker(self, properties: Node | None) -> tuple[str, int]:
        numbering = _child(properties, "numPr")
        name = _attribute(_child(numbering, "numId"), "val")
        depth = _depth(_attribute(_child(numbering, "ilvl"), "val"))
        if numbering is None:
            style = self._package.names.get(_attribute(_child(properties, "pStyle"), "val"), "")
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
        properties = _child(run, "rPr")
        if _child(properties, "vanish") is not None:
            return
        weight = _child(properties, "b")
        bold = weight is not None and _attribute(weight, "val") not in ("0", "false", "off", "none")
        yield from self._inside(run, bold)

    def _inside(self, parent: Node, bold: bool) -> Iterator[Span | None]:
        for node in parent:
            match local_name(node):
                case "t":
                    yield Span(_cleaned(node.text or ""), bold)
                case "tab" | "ptab":
                    yield Span("\t", bold)
                case "br" | "cr":
                    yield None if _attribute(node, "type") == "page" else Span("\n", bold)
                case "noBreakHyphen":
                    yield Span("-", bold)
                case "sym":
                    yield Span(_symbol(_attribute(node, "char")), bold)
                case "AlternateContent":
                    yield from self._inside(next(iter(node), node), bold)
                case "drawing" | "pict" | "object":
                    yield from self._drawing(node)

    def _drawing(self, node: Node) -> Iterator[Span | None]:
        """Text boxes stand where they are anchored; pictures follow their paragraph."""
        for inner in node.iter():
            name = local_name(inner)
            if name == "txbxContent":
                for block in _Reader(self._package, "").blocks(inner):
                    if isinstance(block, Paragraph):
                        yield from (Span("\n"), *block.spans)
            elif name in ("blip", "imagedata"):
                target = self._targets.get(_relation(inner, "embed") or _relation(inner))
                content = self._package.read(target, MAX_XML) if target else None
                if content:
                    self._pictures.append(Picture(content))

    def _table(self, table: Node) -> Table:
        rows: list[tuple[Cell, ...]] = []
        headed = 0
        for row in _rows(table):
            cells = tuple(self._cell(cell) for cell in _cells(row))
            if headed == len(rows) and _child(row, "trPr", "tblHeader") is not None:
                headed += 1
            rows.append(cells)
        return Table(tuple(rows), headed)

    def _cell(self, cell: Node) -> Cell:
        span = _attribute(_child(cell, "tcPr", "gridSpan"), "val")
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
