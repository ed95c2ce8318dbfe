"""The package that a Word document is: its parts, counted while they are unpacked, and how they refer to each other."""

import posixpath
import zipfile
from dataclasses import dataclass, field

from storage.advice import ADVICE
from storage.sniffing import Refusal
from storage.xml_reading import Node, local_name, read_xml

MAX_FILES = 2000
MAX_UNPACKED = 200 << 20  # bytes, all together
MAX_XML = 40 << 20  # bytes of one part
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
_R = ("{http://schemas.openxmlformats.org/officeDocument/2006/relationships}",
      "{http://purl.oclc.org/ooxml/officeDocument/relationships}")  # fmt: skip


class Swollen(Exception):
    """What is unpacked is larger than a document can be."""


@dataclass(slots=True)
class Package:
    """The parts of the file that are read, and what they say of styles and lists."""

    archive: zipfile.ZipFile
    left: int = MAX_UNPACKED
    names: dict[str, str] = field(default_factory=dict)  # style id to name
    bullets: dict[tuple[str, int], str] = field(default_factory=dict)  # list and depth to its number format
    counts: dict[tuple[str, int], int] = field(default_factory=dict)

    def read(self, name: str, most: int = MAX_XML) -> bytes | None:
        """A part's bytes, counted while they are unpacked: what the directory declares may be a lie. Raises Swollen."""
        try:
            with self.archive.open(name) as part:
                content = part.read(min(most, self.left) + 1)
        except KeyError:
            return None
        self.left -= len(content)
        if len(content) > most or self.left < 0:
            raise Swollen
        return content

    def xml(self, name: str) -> Node | None:
        """A part's root element, None if there is no such part."""
        content = self.read(name)
        return None if content is None else read_xml(content)

    def targets(self, part: str) -> dict[str, str]:
        """The parts that a part refers to, by the ids it does so with; what lies outside of the package is none."""
        folder, name = posixpath.split(part)
        relations = self.xml(posixpath.join(folder, "_rels", f"{name}.rels"))
        return {
            node.get("Id", ""): posixpath.normpath(posixpath.join("/", folder, node.get("Target", ""))).lstrip("/")
            for node in (() if relations is None else relations)
            if node.get("TargetMode") != "External"
        }


def open_package(archive: zipfile.ZipFile) -> tuple[Package, str] | Refusal:
    """The package and the name of its main part, or why it can't be read; raises Swollen."""
    entries = archive.infolist()
    if len(entries) > MAX_FILES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise Swollen
    package = Package(archive)
    main = _main_part(package)
    if isinstance(main, Refusal):
        return main
    folder = posixpath.dirname(main)
    _read_styles(package, folder)
    _read_lists(package, folder)
    return package, main


def _main_part(package: Package) -> str | Refusal:
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


def attribute(node: Node | None, name: str) -> str:
    """An attribute of Word's own; empty if there is none."""
    return "" if node is None else node.get(_W + name) or node.get(_STRICT + name) or ""


def child_of(node: Node | None, *names: str) -> Node | None:
    """The child of that name, and its child of the next name, and so on; None where there is none."""
    for name in names:
        node = None if node is None else next((child for child in node if local_name(child) == name), None)
    return node


def _read_styles(package: Package, folder: str) -> None:
    styles = package.xml(posixpath.join(folder, "styles.xml"))
    for style in () if styles is None else styles:
        if local_name(style) == "style":
            package.names[attribute(style, "styleId")] = attribute(child_of(style, "name"), "val").lower()


def _read_lists(package: Package, folder: str) -> None:
    numbering = package.xml(posixpath.join(folder, "numbering.xml"))
    if numbering is None:
        return
    formats = {}
    for node in numbering:
        if local_name(node) == "abstractNum":
            for level in node:
                if local_name(level) == "lvl":
                    place = (attribute(node, "abstractNumId"), depth_of(attribute(level, "ilvl")))
                    formats[place] = attribute(child_of(level, "numFmt"), "val")
    for node in numbering:
        if local_name(node) == "num":
            abstract = attribute(child_of(node, "abstractNumId"), "val")
            for (name, depth), kind in formats.items():
                if name == abstract:
                    package.bullets[attribute(node, "numId"), depth] = kind


def depth_of(text: str) -> int:
    """How deep in a list, from 0 to 8."""
    return min(int(text), 8) if text.isdecimal() else 0


def relation_of(node: Node, name: str = "id") -> str:
    """The id with which an element refers to another part; empty if it does not."""
    return next((value for prefix in _R if (value := node.get(prefix + name))), "")
