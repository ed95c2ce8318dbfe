"""ICD-10-CM as CMS and NCHS publish it: the order file, the tabular list and the indexes."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from io import BytesIO
from xml.etree import ElementTree as ET

from assignments.codesets.icd10cm import code_of, dotted
from assignments.codesets.icd10cm_index import index_terms
from assignments.codesets.importing import ReleaseError, TabularNode, nodes_of, pack
from assignments.codesets.note_packing import notes_in, pack_notes
from assignments.codesets.sources import Content, Malformed, Row, Source
from assignments.codesets.tabular import Release, Tabular, parse_tabular

#: What the files are called in the publishers' ZIPs, in small letters.
ORDER, TABULAR = r"(?!.*addenda).*order.*\.txt", r"(?!.*addenda).*tabular.*\.xml"
INDEXES = r"(?!.*addenda)icd.*[-_ ](e?index|neoplasm|drug)[-_ ].*\.xml"

_NOBODY = Release("ICD-10-CM", "", date.min, date.max, date.min, date.max, "", 0, "", "", "", "")


@dataclass(frozen=True)
class Ordered:
    """One line of the order file: a code without its dot, and whether it may be billed."""

    line: int
    billable: bool
    short_title: str


def read_icd10cm(order: Source, tabular: Source, indexes: Sequence[Source] = ()) -> Content:
    """The files as one release; raises Malformed where one is not what it should be or two disagree."""
    ordered = read_order_file(order)
    root = _parse_xml(tabular, "ICD10CM.tabular")
    nodes = nodes_of(root)
    for index in indexes:
        nodes = _with_terms(nodes, read_index(index))
    try:
        packed = pack(nodes, frozenset(ordered))
    except ReleaseError as error:
        named = next((found for found in re.findall(r"\b[A-Z][0-9A-Z]{2,6}\b", str(error)) if found in ordered), None)
        raise Malformed(order.name, ordered[named].line if named else 1, f"{error}") from None
    table = parse_tabular(packed, _NOBODY)
    return Content(
        "ICD-10-CM",
        tuple(_rows(order, ordered, table)),
        (order, tabular, *indexes),
        packed,
        pack_notes(notes_in(root), table),
    )


def read_order_file(source: Source) -> dict[str, Ordered]:
    """The codes and headers of a CMS order file: order number, code, 0 or 1, short title, long title, fixed width."""
    found: dict[str, Ordered] = {}
    for number, line in source.lines():
        if not re.fullmatch("[0-9]{5}", line[:5]) or not re.fullmatch("[A-Z][0-9A-Z]{2,6} *", line[6:13]):
            raise source.refuse(number, "this is no line of an order file (5 digits, a space, a code of 3 to 7).")
        if line[14:15] not in ("0", "1") or not line[16:76].strip():
            raise source.refuse(number, "column 15 must be 0 (header) or 1 (billable), and a title follows in 17.")
        code = line[6:13].strip()
        if code in found:
            raise source.refuse(number, f"{code} is there twice.")
        found[code] = Ordered(number, line[14] == "1", line[16:76].strip())
    if not found:
        raise source.refuse(1, "the file is empty.")
    return found


def read_index(source: Source) -> dict[str, list[str]]:
    """The terms of an index or table by the code without dot that each leads to."""
    found: dict[str, list[str]] = {}
    for code, term in index_terms(_parse_xml(source, "ICD10CM.index")):
        found.setdefault(code, []).append(term)
    return found


def _with_terms(nodes: list[TabularNode], terms: dict[str, list[str]]) -> list[TabularNode]:
    """The nodes with what the index calls them; a code with its 7th character counts for the code before it."""
    known = {node.code for node in nodes if node.kind == "code"}
    of_node: dict[str, list[str]] = {}
    for code, found in terms.items():
        stem = next((part for part in (code, code[:6], code[:6].rstrip("X")) if part in known), None)
        if stem:
            of_node.setdefault(stem, []).extend(found)
    return [
        replace(node, terms=tuple(dict.fromkeys((*node.terms, *of_node[node.code]))))
        if node.kind == "code" and node.code in of_node
        else node
        for node in nodes
    ]


def _rows(source: Source, ordered: dict[str, Ordered], table: Tabular) -> Iterator[Row]:
    for bare, entry in ordered.items():
        found = code_of(table, bare)
        if found is None or found.billable != entry.billable:
            kind = "a header" if entry.billable else "billable"
            raise source.refuse(entry.line, f"{dotted(bare)} is {kind} by the tabular list.")
        if entry.billable:
            yield Row(found.code, found.title, entry.short_title)


def _parse_xml(source: Source, tag: str) -> ET.Element:
    try:
        root = ET.parse(BytesIO(source.content)).getroot()  # noqa: S314  an official file that the operator brings
    except ET.ParseError as error:
        raise source.refuse(error.position[0], "this is not whole XML.") from None
    if root.tag != tag:
        raise source.refuse(1, f"this is XML of another kind ({root.tag}), not {tag}.")
    return root
