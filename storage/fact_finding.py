"""Finds what a document says of its encounter: in a record's header, or by the labels on its first pages."""

from typing import BinaryIO

from storage.ccda import read_ccda
from storage.ccda_header import header_facts
from storage.facts import Facts
from storage.labelled_facts import facts_of_text
from storage.opening import Pages
from storage.sniffing import MediaType

PAGES_READ = 5
MAX_LETTERS = 60_000


def find_facts(document: BinaryIO, media_type: MediaType, pages: Pages) -> Facts:
    """The facts of an opened document: a C-CDA record's header, or the labelled values of the first pages."""
    if media_type is MediaType.CCDA:
        document.seek(0)
        return header_facts(read_ccda(document.read()))
    layers = [pages.find_layer(index) for index in range(min(len(pages), PAGES_READ))]
    return facts_of_text("\n".join(layer.text for layer in layers if layer)[:MAX_LETTERS])
