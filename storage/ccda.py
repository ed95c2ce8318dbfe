"""C-CDA records (HL7 CDA R2): the header's facts, every section's narrative, and the documents embedded in them."""

import base64
import binascii
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from storage.advice import ADVICE
from storage.ccda_header import header_blocks
from storage.image_pages import open_any_image, open_images
from storage.limits import MAX_FILE_BYTES, MAX_PAGES
from storage.narrative import Pictures, read_narrative
from storage.notes import Block, plain, read_note
from storage.opening import JoinedPages, NotePages, Pages
from storage.pdf_pages import open_pdf
from storage.plain_text import clean_text, decode_text
from storage.sniffing import Refusal
from storage.xml_reading import BadXml, Node, local_name, read_xml, text_of

MAX_EMBEDDED = 50


@dataclass(frozen=True, slots=True)
class _Embedded:
    """A document inside the record: its bytes, or None for one that is kept elsewhere or in an unknown spelling."""

    content: bytes | None
    elsewhere: bool = False


def read_ccda(content: bytes) -> Node:
    """The record's root element; raises BadXml for anything else."""
    root = read_xml(content, huge=True)
    if local_name(root) != "ClinicalDocument":
        raise BadXml
    return root


def open_ccda(document: BinaryIO) -> Pages | Refusal:
    """The record as people read it, what is embedded following it page by page, or why it can't be read.

    Raises TooManyPages. What the record says only in codes is not shown: the narrative is what its author attested
    (CDA R2, 4.3.5). Nothing that it refers to outside of itself is fetched.
    """
    try:
        root = read_ccda(document.read())
    except BadXml:
        return Refusal(ADVICE["damaged ccda"])
    found = list(_embedded(root))[: MAX_EMBEDDED + 1]
    pictures: Pictures = {}
    others: dict[str, _Embedded] = {}
    for number, (name, embedded) in enumerate(found):
        if embedded.content and open_any_image(embedded.content) and name and number < MAX_EMBEDDED:
            pictures[name] = embedded.content
        else:
            others[name or f"#{number}"] = embedded
    sections = list(_sections(root, pictures))
    opened: list[Pages] = []
    refused: list[str] = []
    for embedded in others.values():
        pages = _open_embedded(embedded)
        if isinstance(pages, str):
            refused.append(pages)
        else:
            opened.append(pages)
    if not sections and not opened:
        return Refusal(refused[0] if refused else ADVICE["empty ccda"])
    blocks: list[Block] = [*header_blocks(root), *sections]
    # A record whose text can be read is not refused for what is added to it; but what is missing is said.
    blocks += [plain(f"[Missing here: {reason}]", small=True) for reason in refused]
    joined = JoinedPages([NotePages(tuple(blocks)), *opened])
    return joined if len(joined) <= MAX_PAGES else Refusal(ADVICE["too many pages"].replace("PDF", "record"))


def _sections(root: Node, pictures: Pictures) -> Iterator[Block]:
    for component in _children(root, "component"):
        for body in _children(component, "structuredBody"):
            for inner in _children(body, "component"):
                for section in _children(inner, "section"):
                    yield from _section(section, pictures, 2)


def _section(section: Node, pictures: Pictures, level: int) -> Iterator[Block]:
    title = next(iter(_children(section, "title")), None)
    words = " ".join(text_of(title).split()) if title is not None else ""
    if not words:
        code = next(iter(_children(section, "code")), None)
        words = (code.get("displayName") or "") if code is not None else ""
    blocks = [block for text in _children(section, "text") for block in read_narrative(text, pictures)]
    blocks += [
        block
        for component in _children(section, "component")
        for inner in _children(component, "section")
        for block in _section(inner, pictures, min(level + 1, 3))
    ]
    if words and (blocks or section.get("nullFlavor")):
        yield plain(words, heading=level)
    yield from blocks or ([plain("No information.")] if words and section.get("nullFlavor") else [])


def _children(node: Node, name: str) -> list[Node]:
    return [child for child in node if local_name(child) == name]


def _embedded(root: Node) -> Iterator[tuple[str, _Embedded]]:
    """Each document inside: the body that is no XML, and the media that the narrative shows, with their names."""
    for node in root.iter():
        name = local_name(node)
        if name == "nonXMLBody":
            for text in _children(node, "text"):
                yield "", _decoded(text)
        elif name == "observationMedia":
            for value in _children(node, "value"):
                yield node.get("ID") or "", _decoded(value)


def _decoded(node: Node) -> _Embedded:
    text = node.text or ""
    if not text.strip():
        refers = any(local_name(child) == "reference" for child in node)
        return _Embedded(None, elsewhere=refers)
    if node.get("representation") != "B64":
        return _Embedded(text_of(node).encode())
    try:
        content = base64.b64decode(re.sub(r"\s+", "", text), validate=True)
        match node.get("compression"):
            case None:
                return _Embedded(content[: MAX_FILE_BYTES + 1])
            case "DF":
                return _Embedded(_unpacked(content, -zlib.MAX_WBITS))
            case "GZ" | "ZL":
                return _Embedded(_unpacked(content, zlib.MAX_WBITS + 32))
            case _:
                return _Embedded(None)
    except (binascii.Error, ValueError, zlib.error):
        return _Embedded(None)


def _unpacked(content: bytes, bits: int) -> bytes | None:
    unpacked = zlib.decompressobj(bits).decompress(content, MAX_FILE_BYTES + 1)
    return unpacked if len(unpacked) <= MAX_FILE_BYTES else None


def _open_embedded(embedded: _Embedded) -> Pages | str:
    """Its pages, or a sentence why there are none."""
    content = embedded.content
    if content is None:
        return ADVICE["ccda elsewhere" if embedded.elsewhere else "ccda unreadable"]
    pages: Pages | Refusal = Refusal(ADVICE["ccda unreadable"])
    image = open_any_image(content)
    if content[:1024].lstrip().startswith(b"%PDF-"):
        pages = open_pdf(io.BytesIO(content))
    elif image is not None:
        pages = open_images(*image)
    elif not content.lstrip().startswith((b"{\\rtf", b"<", b"PK", b"\xd0\xcf")):
        text = decode_text(content)
        if text is not None and text.strip():
            pages = NotePages(read_note(clean_text(text)))
    return pages.reason if isinstance(pages, Refusal) else pages
