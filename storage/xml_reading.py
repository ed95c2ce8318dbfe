"""Reads XML from outside: no entities, no DTD, no network, no files, and no tree without end."""

from lxml import etree

Node = etree._Element  # noqa: SLF001 - lxml has no public name for what its parser returns

MAX_DEPTH = 200
MAX_NODES = 500_000


class BadXml(Exception):
    """It cannot be parsed, or not safely."""


def read_xml(content: bytes, *, huge: bool = False) -> Node:
    """The root of a document; raises BadXml. A document type is refused whatever it says.

    `huge` lifts libxml2's own bounds for records that hold whole files in one text; ours stay.
    """
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise BadXml  # before the parser counts how much it would swell
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=huge,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError):
        raise BadXml from None
    if root.getroottree().docinfo.doctype:  # type: ignore[union-attr]  # always there after parsing
        raise BadXml
    _measure(root)
    return root


def _measure(root: Node) -> None:
    deepest = nodes = depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        if event == "start":
            nodes, depth = nodes + 1, depth + 1
            deepest = max(deepest, depth)
            if nodes > MAX_NODES or deepest > MAX_DEPTH:
                raise BadXml
        else:
            depth -= 1


def local_name(node: Node) -> str:
    """The element's name without its namespace; empty for what is no element."""
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def text_of(node: Node) -> str:
    """All text within an element."""
    return "".join(part for part in node.itertext() if isinstance(part, str))
