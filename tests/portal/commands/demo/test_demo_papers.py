"""The demo notes as files: the right kind, all of the note's words, the same bytes each time."""

import io
import re
from functools import cache

import pypdfium2
import pytest
from PIL import Image

from portal.commands.demo.company import CLIENTS
from portal.commands.demo.notes import NOTES, Note
from portal.commands.demo.notes.prose import blocks
from portal.commands.demo.papers import render

MAGIC = {"pdf": b"%PDF-", "png": b"\x89PNG\r\n\x1a\n"}
ONE_OF_EACH = {(note.client, note.layout): note for note in NOTES}.values()
FAXES = [note for note in NOTES if note.layout == "scanned_fax_png"]


def test_every_note_becomes_a_file_of_its_kind_with_a_name_of_its_own() -> None:
    papers = [(note, *_paper(note)) for note in NOTES]

    for note, name, content in papers:
        suffix = name.rpartition(".")[2]
        assert {"letterhead_pdf": "pdf", "operative_pdf": "pdf", "text": "txt", "scanned_fax_png": "png"}[
            note.layout
        ] == suffix
        assert content.startswith(MAGIC.get(suffix, b" "))
        assert note.encounter in name
    assert len({(note.client, name) for note, name, _ in papers}) == len(NOTES)


@pytest.mark.parametrize("note", ONE_OF_EACH, ids=lambda note: f"{note.client}-{note.layout}")
def test_a_paper_is_the_same_each_time(note: Note) -> None:
    assert render(note) == _paper(note)


@pytest.mark.parametrize("note", [note for note in NOTES if note not in FAXES], ids=lambda note: note.encounter)
def test_a_paper_names_the_patient_and_holds_every_word_of_the_note(note: Note) -> None:
    pages = _pages_of(_paper(note)[1])
    printed = _squeezed("".join(pages))
    torn = []

    for words in (note.patient.name, note.patient.mrn, f"{note.patient.born_on:%m/%d/%Y}", note.encounter):
        assert _squeezed(words) in printed
    for block in blocks(note.body):
        for words in (block.text.removeprefix("- "), *(cell for row in block.rows for cell in row)):
            if _squeezed(words) not in printed:
                torn.append(words)
    assert len(torn) < len(pages)  # a paragraph may begin on one page and end on the next
    assert all(_squeezed(word) in printed for words in torn for word in words.split())


def test_long_operative_reports_go_on_to_a_second_page_that_names_the_patient() -> None:
    note = next(note for note in NOTES if note.encounter == "CR-090326-01")
    second = _squeezed(_pages_of(_paper(note)[1])[1])

    assert _squeezed("PAGE 2 OF 2") in second
    assert _squeezed(note.patient.name) in second


@pytest.mark.parametrize("note", FAXES, ids=lambda note: note.encounter)
def test_a_fax_is_one_gray_letter_page_mostly_white_and_its_type_has_every_letter(note: Note) -> None:
    page = Image.open(io.BytesIO(_paper(note)[1])).convert("L")
    dark = sum(page.histogram()[:128]) / (page.width * page.height)

    assert page.size == (1728, 2200)
    assert 0.02 < dark < 0.2
    assert _everything_on(note).isascii()  # the type that Pillow brings has no accents


@cache
def _paper(note: Note) -> tuple[str, bytes]:
    return render(note)


def _pages_of(content: bytes) -> list[str]:
    if not content.startswith(b"%PDF-"):
        return [content.decode()]
    pdf = pypdfium2.PdfDocument(content)
    pages = [page.get_textpage().get_text_range() for page in pdf]
    pdf.close()
    return pages


def _squeezed(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.casefold())


def _everything_on(note: Note) -> str:
    letterhead = next(client.letterhead for client in CLIENTS if client.code == note.client)
    return f"{letterhead}{note.body}{note.title}{note.patient.name}{note.provider}{note.payer}{note.location}"
