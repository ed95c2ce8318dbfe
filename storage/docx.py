"""Word documents: running heads, text, notes and running feet, in the order in which people read them."""

import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from storage.advice import ADVICE
from storage.docx_package import MAIN, Package, Swollen, attribute, open_package, relation_of
from storage.docx_text import PartReader
from storage.notes import Block, PageBreak, Paragraph, Picture, Table, plain
from storage.opening import NotePages
from storage.sniffing import Refusal
from storage.xml_reading import BadXml, Node, local_name

__all__ = ["MAIN", "open_docx"]


def open_docx(document: BinaryIO) -> NotePages | Refusal:
    """The document set in pages, or why it can't be read. Raises TooManyPages.

    Deleted text, fields' instructions and embedded objects are left out; nothing that the file links to is fetched.
    """
    try:
        with zipfile.ZipFile(document) as archive:
            return _open_archive(archive)
    except Swollen:
        return Refusal(ADVICE["swollen"])
    except (zipfile.BadZipFile, zipfile.LargeZipFile, BadXml, NotImplementedError, EOFError, OSError):
        return Refusal(ADVICE["damaged word"])
    except RuntimeError:  # what zipfile says of a part with a password
        return Refusal(ADVICE["locked office"])
    except (ValueError, LookupError, zlib.error):
        return Refusal(ADVICE["damaged word"])


def _open_archive(archive: zipfile.ZipFile) -> NotePages | Refusal:
    opened = open_package(archive)
    if isinstance(opened, Refusal):
        return opened
    package, main = opened
    root = package.xml(main)
    if root is None or (body := next((node for node in root if local_name(node) == "body"), None)) is None:
        return Refusal(ADVICE["damaged word"])
    blocks = [*_edges(package, main, root, "header"), *PartReader(package, main).blocks(body)]
    blocks += _notes(package, posixpath.dirname(main))
    blocks += _edges(package, main, root, "footer")
    if not any(_shows(block) for block in blocks):
        return Refusal(ADVICE["empty word"])
    return NotePages(tuple(blocks))


def _edges(package: Package, main: str, root: Node, kind: str) -> list[Block]:
    """Running heads or feet, each once: on every page they would only be repeated."""
    targets = package.targets(main)
    seen: list[Block] = []
    for node in root.iter():
        if local_name(node) == f"{kind}Reference":
            target = targets.get(relation_of(node))
            part = package.xml(target) if target else None
            for block in () if part is None else PartReader(package, target or "").blocks(part):
                small = (
                    Paragraph(block.spans, marker=block.marker, depth=block.depth, small=True)
                    if isinstance(block, Paragraph) else block
                )  # fmt: skip
                if _shows(small) and small not in seen:
                    seen.append(small)
    return seen


def _notes(package: Package, folder: str) -> Iterator[Block]:
    for name, title in (("footnotes.xml", "Footnotes"), ("endnotes.xml", "Endnotes"), ("comments.xml", "Comments")):
        part = package.xml(posixpath.join(folder, name))
        blocks = [
            block
            for note in (() if part is None else part)
            if not attribute(note, "type")  # separators have one
            for block in PartReader(package, posixpath.join(folder, name)).blocks(note)
            if _shows(block)
        ]
        if blocks:
            yield plain(title, heading=3)
            yield from blocks


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
