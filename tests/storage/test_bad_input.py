"""Documents that mean harm, or are broken: each is refused with a sentence or drawn harmlessly, within seconds."""

import base64
import io
import struct
import time
import zipfile
import zlib
from collections.abc import Callable

import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from storage.docx import MAIN
from storage.pages import UnreadableDocument, render_pages
from storage.sniffing import MediaType, Refusal, sniff
from tests.assignments.sending import File, send_chart
from tests.cast import House
from tests.conftest import Sql, Web

pytestmark = pytest.mark.asyncio

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def bare_pdf(*objects: bytes, trailer: bytes = b"") -> bytes:
    """A PDF of exactly these objects, the first its catalogue."""
    out, offsets = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return out + b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1, table, len(objects) + 1, trailer, len(out),
    )  # fmt: skip


def page_pdf(page: bytes = b"", catalogue: bytes = b"", *more: bytes) -> bytes:
    return bare_pdf(
        b"<</Type/Catalog/Pages 2 0 R%s>>" % catalogue, b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R%s%s>>" % (b"" if b"MediaBox" in page else b"/MediaBox[0 0 612 792]", page), *more,
    )  # fmt: skip


def plain_pdf(pages: int = 20) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out)
    for number in range(pages):
        canvas.drawString(72, 700, f"Page {number}")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def swelling_stream(megabytes: int) -> bytes:
    compressor = zlib.compressobj(1)
    piece = b"0 0 m 9 9 l S\n" * 75_000
    first = compressor.compress(piece) + compressor.flush(zlib.Z_FULL_FLUSH)
    # After a full flush the compressor starts afresh, so that the same block can be repeated as it is.
    again = compressor.compress(piece) + compressor.flush(zlib.Z_FULL_FLUSH)
    return first + again * (megabytes - 1) + compressor.flush()


def script_in_an_object_stream() -> bytes:
    inner = b"5 0 <</S/JavaScript/JS(app.alert\\(1\\);while\\(1\\){})>>"
    packed = zlib.compress(inner)
    stream = b"<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(packed), packed)
    return page_pdf(b"/AA<</O 5 0 R>>", b"/OpenAction<</S/Launch/F(cmd.exe)>>", stream)


def deep_pdf() -> bytes:
    return page_pdf(b"/X " + b"[" * 100_000 + b"]" * 100_000)


def looping_pages() -> bytes:
    return bare_pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>")


def looping_table() -> bytes:
    whole = page_pdf()
    start = whole.rindex(b"xref\n0")
    return whole.replace(b"/Root 1 0 R", b"/Root 1 0 R/Prev %d" % start)


def looping_form() -> bytes:
    form = b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F 4 0 R>>>>/Length 5>>"
    form += b"stream\n/F Do\nendstream"
    content = b"<</Length 5>>stream\n/F Do\nendstream"
    return page_pdf(b"/Contents 5 0 R/Resources<</XObject<</F 4 0 R>>>>", b"", form, content)


def tiff(entries: list[tuple[int, int, int, int]], following: int = 0, data: bytes = b"") -> bytes:
    directory = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\0\x08\0\0\0" + directory + struct.pack("<I", following) + data


def shape(width: int, height: int, following: int = 0) -> bytes:
    return tiff(
        [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1), (273, 4, 1, 200),
         (277, 3, 1, 1), (278, 4, 1, height), (279, 4, 1, min(width * height, 2**32 - 1))],
        following, bytes(400),
    )  # fmt: skip


def tiff_of_many_frames() -> bytes:
    size = 2 + 6 * 12 + 4
    entries = [(256, 4, 1, 1), (257, 4, 1, 1), (259, 3, 1, 1), (262, 3, 1, 1), (273, 4, 1, 8), (279, 4, 1, 1)]
    out = b"II*\0" + struct.pack("<I", 8)
    for number in range(10_000):
        out += struct.pack("<H", 6) + b"".join(struct.pack("<HHII", *entry) for entry in entries)
        out += struct.pack("<I", 8 + (number + 1) * size if number < 9_999 else 0)
    return out


def docx(document: bytes | None, more: dict[str, bytes] | None = None, kind: str = MAIN) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            f'<Override PartName="/word/document.xml" ContentType="{kind}"/></Types>',
        )
        if document is not None:
            archive.writestr("word/document.xml", document)
        for name, content in (more or {}).items():
            archive.writestr(name, content)
    return out.getvalue()


def body(inside: str, before: str = "") -> bytes:
    return f'{before}<w:document xmlns:w="{W}"><w:body>{inside}</w:body></w:document>'.encode()


MACROS = "application/vnd.ms-word.document.macroEnabled.main+xml"
SWOLLEN = swelling_stream(512)

LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {new} "{("&" + old + ";") * 10}">' for old, new in zip("abcdefghi", "bcdefghij", strict=True)
    ) + "]>"
)  # fmt: skip
OUTSIDE = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'


def ccda(inside: str, before: str = "") -> bytes:
    return f'{before}<ClinicalDocument xmlns="urn:hl7-org:v3">{inside}</ClinicalDocument>'.encode()


def embedded(content: bytes, kind: str = "application/pdf") -> bytes:
    text = base64.b64encode(content).decode()
    return ccda(
        f'<component><nonXMLBody><text mediaType="{kind}" representation="B64">{text}</text></nonXMLBody></component>'
    )


def lying_zip() -> bytes:
    """A directory that declares a small document where there is a large one."""
    whole = docx(body("<w:p><w:r><w:t>" + "a" * (60 << 20) + "</w:t></w:r></w:p>"))
    return whole.replace(struct.pack("<I", 60 << 20)[:3], b"\x10\0\0")


DEEP = "<w:p>" * 50_000 + "</w:p>" * 50_000

#: (kind, document, a part of the sentence; None where it is drawn)
CORPUS: dict[str, tuple[MediaType, Callable[[], bytes], str | None]] = {
    "pdf: script in an object stream": (MediaType.PDF, script_in_an_object_stream, None),
    "pdf: nested deep": (MediaType.PDF, deep_pdf, ""),
    "pdf: pages in a ring": (MediaType.PDF, looping_pages, "PDF"),
    "pdf: table in a ring": (MediaType.PDF, looping_table, None),
    "pdf: form that draws itself": (MediaType.PDF, looping_form, None),
    "pdf: huge page": (MediaType.PDF, lambda: page_pdf(b"/MediaBox[0 0 2147483647 2147483647]"), ""),
    "pdf: endless strip": (MediaType.PDF, lambda: page_pdf(b"/MediaBox[0 0 14400 1]"), None),
    "pdf: page of nothing": (MediaType.PDF, lambda: page_pdf(b"/MediaBox[0 0 0 0]"), None),
    "pdf: garbled": (MediaType.PDF, lambda: plain_pdf().replace(b"obj", b"0bj"), "damaged"),
    "pdf: also a zip and a page": (MediaType.PDF, lambda: page_pdf() + b"<html><script>" + docx(None) + b"%%EOF", None),
    "pdf: ten thousand pages": (
        MediaType.PDF,
        lambda: bare_pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 10000/Kids[" + b"3 0 R " * 10_000
                         + b"]>>", b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"),
        "more than 300 pages",
    ),
    "pdf: swells to 512 MB": (
        MediaType.PDF,
        lambda: page_pdf(b"/Contents 4 0 R", b"", b"<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (
            len(SWOLLEN), SWOLLEN)),
        "could not be drawn safely",
    ),
    "tiff: 900 million dots": (MediaType.TIFF, lambda: shape(30_000, 30_000), "million dots"),
    "tiff: directories in a ring": (MediaType.TIFF, lambda: shape(10, 10, following=8), ""),
    "tiff: ten thousand frames": (MediaType.TIFF, tiff_of_many_frames, "more than 300 pages"),
    "tiff: nothing in it": (MediaType.TIFF, lambda: b"II*\0\x08\0\0\0", "damaged"),
    "tiff: cut": (MediaType.TIFF, lambda: _saved(Image.effect_noise((400, 400), 60), "TIFF")[:20_000], "damaged"),
    "docx: swells": (MediaType.DOCX, lambda: docx(b"a" * (300 << 20)), "unpacks to far more"),
    "docx: swells and lies": (MediaType.DOCX, lying_zip, ""),
    "docx: entities": (MediaType.DOCX, lambda: docx(body("<w:p><w:r><w:t>&e;</w:t></w:r></w:p>", OUTSIDE)), "damaged"),
    "docx: laughs": (MediaType.DOCX, lambda: docx(body("<w:p><w:r><w:t>&j;</w:t></w:r></w:p>", LAUGHS)), "damaged"),
    "docx: nested deep": (MediaType.DOCX, lambda: docx(body(DEEP)), "damaged"),
    "docx: macros": (MediaType.DOCX, lambda: docx(body(""), kind=MACROS),
                     "macros"),
    "docx: nothing in it": (MediaType.DOCX, lambda: docx(body("<w:p/>")), "no text"),
    "docx: no document": (MediaType.DOCX, lambda: docx(None), "damaged"),
    "docx: no zip": (MediaType.DOCX, lambda: b"PK\3\4" + bytes(500), "damaged"),
    "docx: linked from elsewhere": (
        MediaType.DOCX,
        lambda: docx(body("<w:p><w:r><w:t>Cough.</w:t></w:r></w:p>"), {
            "word/_rels/document.xml.rels": b'<Relationships><Relationship Id="r1" TargetMode="External"'
            b' Target="http://127.0.0.1:9/x"/></Relationships>'}),
        None,
    ),
    "ccda: entities": (MediaType.CCDA, lambda: ccda("<title>&e;</title>", OUTSIDE), "damaged"),
    "ccda: laughs": (MediaType.CCDA, lambda: ccda("<title>&j;</title>", LAUGHS), "damaged"),
    "ccda: laughs in UTF-16": (MediaType.CCDA, lambda: ccda("<title a='&j;'/>", LAUGHS).decode().encode("utf-16"),
                               "damaged"),
    "ccda: nested deep": (MediaType.CCDA, lambda: ccda("<a>" * 100_000 + "</a>" * 100_000), "damaged"),
    "ccda: cut": (MediaType.CCDA, lambda: ccda("<title>x</title>")[:-5], "damaged"),
    "ccda: nothing in it": (MediaType.CCDA, lambda: ccda("<title>x</title>"), "no text"),
    "ccda: embedded rubbish": (MediaType.CCDA, lambda: embedded(b"%PDF-1.7 rubbish %%EOF"), "damaged"),
    "ccda: embedded program": (MediaType.CCDA, lambda: embedded(b"MZ\x90\0" + bytes(range(256))), "kind that can't"),
    "ccda: kept elsewhere": (
        MediaType.CCDA,
        lambda: ccda('<component><nonXMLBody><text><reference value="file:///etc/passwd"/></text></nonXMLBody></component>'),
        "kept elsewhere",
    ),
    "ccda: table of many columns": (
        MediaType.CCDA,
        lambda: ccda('<component><structuredBody><component><section><title>T</title><text><table><tr>'
                     + '<td colspan="99999" rowspan="99999">x</td>' * 500
                     + "</tr></table></text></section></component></structuredBody></component>"),
        "",
    ),
    "text: one line": (MediaType.TEXT, lambda: b"x" * 500_000, None),
    "text: line breaks alone": (MediaType.TEXT, lambda: b"x\n\n\n" * 400_000, ""),
    "text: a page break in every letter": (MediaType.TEXT, lambda: b"x\x0c" * 5000, "more than 300 pages"),
    "text: all marks": (MediaType.TEXT, ("e" + "\u0301" * 5000 + "\u202ex" * 500).encode, None),
    "text: zeros": (MediaType.TEXT, lambda: b"cough\0" * 10, "all the way through"),
    "text: blank": (MediaType.TEXT, lambda: b" \n" * 10, "nothing in this text"),
}  # fmt: skip


def _saved(image: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


async def outcome(document: bytes, media_type: MediaType) -> str | None:
    """The sentence of the refusal, or None if every page was drawn."""
    try:
        pages = [page async for page in render_pages(document, media_type)]
    except UnreadableDocument as refused:
        return refused.message
    assert pages
    assert all(page.jpeg.startswith(b"\xff\xd8\xff") for page in pages)
    return None


@pytest.mark.parametrize("name", CORPUS)
async def test_what_means_harm_is_refused_or_drawn(name: str) -> None:
    media_type, make, says = CORPUS[name]
    document = make()
    began = time.process_time(), time.monotonic()
    ended = await outcome(document, media_type)
    assert time.monotonic() - began[1] < 60
    if says is None:
        assert ended is None
    elif says:
        assert ended is not None
        assert says in ended
    if ended:
        assert ended.endswith(".")
        assert "passwd" not in ended


@pytest.mark.parametrize("part", range(1, 100, 14))
async def test_a_pdf_cut_anywhere_is_refused(part: int) -> None:
    whole = plain_pdf()
    ended = await outcome(whole[: len(whole) * part // 100], MediaType.PDF)
    assert ended is not None


@pytest.mark.parametrize("name", ["visit\u202efdp.exe.pdf", "a\0b.pdf", "\u2066x.pdf", "x" * 300 + ".pdf", " "])
async def test_names_that_mislead_are_refused(name: str) -> None:
    assert isinstance(sniff(name, b"%PDF-1.7"), Refusal)


async def test_the_worker_outlives_them(web: Web, sql: Sql, house: House, work: Callable[[], object]) -> None:
    def file(name: str, key: str) -> File:
        return name, CORPUS[key][1](), "application/octet-stream"

    clara = await web("clara")
    await send_chart(
        clara, house.north, file("a.pdf", "pdf: swells to 512 MB"), file("b.docx", "docx: laughs"),
        file("c.tif", "tiff: 900 million dots"), file("d.xml", "ccda: entities"), file("e.pdf", "pdf: garbled"),
        file("f.pdf", "pdf: script in an object stream"), file("g.txt", "text: one line"),
    )  # fmt: skip

    await work()  # type: ignore[misc]

    states = [row["state"] for row in await sql("SELECT state FROM document ORDER BY position")]
    assert states == ["refused"] * 5 + ["ready"] * 2
    assert [row["state"] for row in await sql("SELECT state FROM chart")] == ["ready"]
