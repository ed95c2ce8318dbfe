"""Pack an official ICD-10-CM release (tabular XML and code list) into the file that ships beside this module.

A release is made once, by hand, from the two files that CMS and NCHS publish for it:

    nodes = read_tabular_xml(Path("icd10c-tabular-April-1-2026.xml"))
    codes = read_code_list(Path("code-list-April-2026.txt"))
    write_packed(pack(nodes, codes), Path("assignments/codesets/data/icd10cm-2026-04.tsv.gz"))

and `data/release.json` gets the checksum and the count. The XML gives the meaning, the code list says which codes
exist: multiplying each code by its table of 7th characters would invent some (death codes of S06 take A only).
"""

import gzip
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET


class ReleaseError(ValueError):
    """The two files of a release do not fit together."""


@dataclass(frozen=True)
class TabularNode:
    """One entry of the tabular list, in its order; `code` has no dot, a chapter's is its number."""

    kind: str  # "chapter", "block" or "code"
    code: str
    title: str
    terms: tuple[str, ...]
    sevenths: tuple[tuple[str, str], ...]  # (character, meaning), own or inherited


def read_tabular_xml(path: Path) -> list[TabularNode]:
    """Every chapter, block, category and code of an official tabular XML, parents before their children."""
    return nodes_of(ET.parse(path).getroot())  # noqa: S314  an official file that the operator brings


def nodes_of(root: ET.Element) -> list[TabularNode]:
    """The entries of a tabular XML that is parsed already."""
    return [node for chapter in root.findall("chapter") for node in _walk(chapter, ())]


def read_code_list(path: Path) -> frozenset[str]:
    """The codes of an official list, without dots: first word of each line; chapters and blocks are passed over."""
    words = (line.split(None, 1)[0].replace(".", "") for line in path.read_text("utf-8").splitlines() if line.strip())
    return frozenset(word for word in words if re.fullmatch(r"[A-Z][0-9A-Z]{2,6}", word))


def pack(nodes: Iterable[TabularNode], codes: frozenset[str]) -> str:
    """The shipped table as tab-separated text; raises ReleaseError where XML and code list disagree."""
    nodes = list(nodes)
    tabular = [node for node in nodes if node.kind == "code"]
    sevenths = _listed_sevenths(tabular, codes)
    tables: dict[tuple[tuple[str, str], ...], int] = {}
    rows = []
    for node in nodes:
        listed = sevenths.get(node.code, "") if node.kind == "code" else ""
        mark = ""
        if listed:
            mark = f"{tables.setdefault(node.sevenths, len(tables))}:{listed}"
        rows.append("\t".join((node.kind, node.code, node.title, mark, "|".join(node.terms))))
    heads = ["\t".join(("sevenths", str(number), *(f"{c}={m}" for c, m in table))) for table, number in tables.items()]
    return "\n".join((*heads, *rows)) + "\n"


def write_packed(text: str, path: Path) -> None:
    """Write the packed table; the same text gives the same bytes."""
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def _walk(element: ET.Element, inherited: tuple[tuple[str, str], ...]) -> Iterator[TabularNode]:
    own = tuple((extension.attrib["char"], _text(extension)) for extension in element.findall("sevenChrDef/extension"))
    sevenths = own or inherited
    kind = {"chapter": "chapter", "section": "block"}.get(element.tag, "code")
    name = element.attrib["id"] if kind == "block" else _text(element.find("name")).replace(".", "")
    terms = (_text(note) for tag in ("inclusionTerm", "includes") for note in element.findall(f"{tag}/note"))
    yield TabularNode(kind, name, _text(element.find("desc")), tuple(term for term in terms if term), sevenths)
    for child in element:
        if child.tag in ("section", "diag"):
            yield from _walk(child, sevenths)


def _text(element: ET.Element | None) -> str:
    words = "" if element is None else " ".join((element.text or "").split())
    return words.replace("|", "/")  # the bar separates terms in the packed row


def _listed_sevenths(tabular: list[TabularNode], codes: frozenset[str]) -> dict[str, str]:
    """Which 7th characters the list allows for each tabular leaf."""
    known = {node.code: node for node in tabular}
    unlisted = known.keys() - codes
    if unlisted:
        raise ReleaseError(
            f"Codes that are in the XML and not in the code list: {len(unlisted)}, e.g. {min(unlisted)}."
        )
    allowed: dict[str, str] = {}
    for code in sorted(codes - known.keys()):
        stem = code[:6] if code[:6] in known else code[:6].rstrip("X")
        meanings = dict(known[stem].sevenths) if stem in known else {}
        if len(code) != 7 or code[6] not in meanings:
            raise ReleaseError(f"{code} is in the code list, and the XML does not say what it means.")
        allowed[stem] = allowed.get(stem, "") + code[6]
    for code in known:
        # the loader finds parents by prefix; a leaf with a 7th character has no tabular children
        if any(code[:size] in allowed for size in range(3, len(code))):
            raise ReleaseError(f"{code} stands below a code that takes a 7th character.")
    return allowed
