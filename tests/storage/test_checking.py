"""Documents are opened by their real parsers, and what these can't read is refused in words."""

import io
import struct
import zlib

import pytest
from PIL import Image
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from storage.checking import open_pages
from storage.limits import MAX_FILE_BYTES, MAX_PAGES, MAX_TEXT_BYTES
from storage.sniffing import MediaType, Refusal


def pdf(pages: int = 1, encryption: StandardEncryption | None = None) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, encrypt=encryption)
    for number in range(1, pages + 1):
        canvas.drawString(72, 700, f"Page {number}")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def bare_pdf(*objects: bytes) -> bytes:
    """A PDF of exactly these objects, the first its catalogue."""
    out, offsets = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    return out + b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        size, table, size, len(out),
    )  # fmt: skip


def image(kind: str, size: tuple[int, int] = (300, 200)) -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 60).save(out, kind)
    return out.getvalue()


def png_that_claims(width: int, height: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def check(media_type: MediaType, document: bytes) -> int | str:
    """The number of pages, or the sentence of the refusal."""
    answer = open_pages(media_type, io.BytesIO(document), most=MAX_FILE_BYTES)
    return answer.reason if isinstance(answer, Refusal) else len(answer)


@pytest.mark.parametrize(
    ("media_type", "document", "pages"),
    [
        (MediaType.PDF, pdf(1), 1),
        (MediaType.PDF, pdf(MAX_PAGES), MAX_PAGES),
        (MediaType.PDF, pdf(2) + bytes(5000), 2),
        (MediaType.PNG, image("PNG"), 1),
        (MediaType.JPEG, image("JPEG"), 1),
        (MediaType.TEXT, b"Cough.", 1),
        (MediaType.TEXT, "Fièvre 38 °C".encode("latin-1"), 1),
        (MediaType.PDF, pdf(1, StandardEncryption("", "owner", canCopy=0)), 1),
        (MediaType.PDF, pdf(3)[:-8], 3),
    ],
    ids=["pdf", "longest pdf", "padded pdf", "png", "jpeg", "utf-8", "latin-1", "restricted", "last line lost"],
)
def test_what_can_be_read_is_counted(media_type: MediaType, document: bytes, pages: int) -> None:
    assert check(media_type, document) == pages


@pytest.mark.parametrize(
    ("document", "says"),
    [
        (b"", "is empty"),
        (pdf(MAX_PAGES + 1), f"more than {MAX_PAGES} pages"),
        (pdf(30)[:-3000], "its end is missing"),
        (pdf(30)[:9000] + b"\n%%EOF\n", "damaged"),
        (b"%PDF-1.7\n" + bytes(range(256)) * 40 + b"%%EOF", "damaged"),
        (pdf(1, StandardEncryption("secret")), "password"),
    ],
    ids=["empty", "too long", "cut", "cut inside", "rubbish", "password"],
)
def test_pdfs_that_cannot_be_read_are_refused(document: bytes, says: str) -> None:
    assert says in str(check(MediaType.PDF, document))


def test_a_form_that_only_adobe_shows_is_refused() -> None:
    document = bare_pdf(
        b"<</Type/Catalog/Pages 2 0 R/NeedsRendering true/AcroForm<</Fields[]/XFA 4 0 R>>>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]>>",
        b"<</Length 10>>stream\n<template>\nendstream",
    )
    assert "only Adobe Reader" in str(check(MediaType.PDF, document))


def test_a_portfolio_of_other_files_is_refused() -> None:
    document = bare_pdf(
        b"<</Type/Catalog/Pages 2 0 R/PageMode/UseAttachments/Names<</EmbeddedFiles<</Names[(a) 4 0 R]>>>>>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]>>",
        b"<</Type/Filespec/F(a)/EF<</F 5 0 R>>>>",
        b"<</Type/EmbeddedFile/Length 1>>stream\nx\nendstream",
    )
    assert "folder of other files" in str(check(MediaType.PDF, document))


@pytest.mark.parametrize(
    ("media_type", "document", "says"),
    [
        (MediaType.PNG, b"", "is empty"),
        (MediaType.PNG, png_that_claims(30_000, 30_000), "more than 40 million dots"),
        (MediaType.PNG, png_that_claims(8_000, 5_001), "more than 40 million dots"),
        (MediaType.PNG, image("PNG")[:-2000], "damaged"),
        (MediaType.PNG, image("JPEG"), "damaged"),
        (MediaType.JPEG, image("JPEG")[:-2000], "damaged"),
        (MediaType.JPEG, image("PNG"), "damaged"),
        (MediaType.JPEG, b"\xff\xd8\xff\xe0" + bytes(50), "damaged"),
    ],
    ids=["empty", "bomb", "just too large", "cut png", "jpeg as png", "cut jpeg", "png as jpeg", "rubbish"],
)
def test_images_that_cannot_be_read_are_refused(media_type: MediaType, document: bytes, says: str) -> None:
    assert says in str(check(media_type, document))


@pytest.mark.parametrize(
    ("document", "says"),
    [
        (b"", "is empty"),
        (b"x" * (MAX_TEXT_BYTES + 1), "longer than 2 MB"),
        (b" \r\n\t" * 100, "nothing in this text"),
        (b"x" * 9000 + b"\0", "all the way through"),
        (b"x" * 9000 + b"\x81", "all the way through"),
    ],
    ids=["empty", "too long", "blank", "binary later", "no encoding"],
)
def test_texts_that_cannot_be_read_are_refused(document: bytes, says: str) -> None:
    assert says in str(check(MediaType.TEXT, document))


def test_no_kind_may_be_larger_than_the_limit() -> None:
    for media_type in MediaType:
        assert "larger than 50 MB" in str(check(media_type, bytes(MAX_FILE_BYTES + 1)))
