"""TIFF, Word and C-CDA become pages that say what the document says."""

import base64
import io
from pathlib import Path

import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from storage.checking import open_pages
from storage.envelope import SealedReader, context, seal
from storage.opening import Pages
from storage.pages import render_pages
from storage.sniffing import MediaType, Refusal
from tests.storage.test_bad_input import W, body, docx


def opened(document: bytes, media_type: MediaType) -> Pages:
    pages = open_pages(media_type, io.BytesIO(document), most=50 << 20)
    assert not isinstance(pages, Refusal), pages.reason
    return pages


def text_of(document: bytes, media_type: MediaType) -> str:
    pages = opened(document, media_type)
    layers = [pages.find_layer(index) for index in range(len(pages))]
    return "\n".join(layer.text for layer in layers if layer)


@pytest.mark.parametrize("compression", ["group3", "group4", "tiff_lzw", "jpeg", "tiff_adobe_deflate", None])
def test_a_fax_of_several_pages(compression: str | None) -> None:
    mode = "1" if compression in ("group3", "group4") else "L"
    sheets = [Image.new(mode, (1728, 2200), 255) for _ in range(3)]
    sheets[1].paste(0, (0, 0, 1728, 600))
    out = io.BytesIO()
    sheets[0].save(out, "TIFF", save_all=True, append_images=sheets[1:], compression=compression)
    pages = opened(out.getvalue(), MediaType.TIFF)
    assert len(pages) == 3
    shades = [Image.open(io.BytesIO(pages.draw(index).jpeg)).getpixel((100, 100)) for index in range(3)]
    assert [shade < 60 for shade in shades] == [False, True, False]


def test_a_fax_with_fewer_lines_than_dots_is_drawn_in_its_true_shape() -> None:
    out = io.BytesIO()
    Image.new("1", (1728, 1100), 1).save(out, "TIFF", compression="group3", dpi=(204, 98))
    page = opened(out.getvalue(), MediaType.TIFF).draw(0)
    assert page.height / page.width == pytest.approx(1100 * 204 / 98 / 1728, rel=0.01)


def test_a_turned_tiff_stands_upright() -> None:
    image = Image.new("L", (800, 400), 255)
    image.paste(0, (0, 0, 800, 40))
    out = io.BytesIO()
    image.save(out, "TIFF", tiffinfo={274: 6})
    page = opened(out.getvalue(), MediaType.TIFF).draw(0)
    assert (page.width, page.height) == (400, 800)
    assert Image.open(io.BytesIO(page.jpeg)).getpixel((395, 400)) < 60


async def test_every_kind_of_tiff_is_drawn_behind_the_walls() -> None:
    """Parsers and encoders differ by mode in what they ask of the system; in this process they would be given it."""
    sheets = [Image.new(mode, (300, 200)) for mode in ("1", "L", "RGB", "CMYK", "P", "I;16", "LA", "RGBA")]
    out = io.BytesIO()
    sheets[0].save(out, "TIFF", save_all=True, append_images=sheets[1:])
    assert [page.width async for page in render_pages(out.getvalue(), MediaType.TIFF)] == [300] * len(sheets)


def test_a_word_document_keeps_its_order() -> None:
    def p(text: str, style: str = "") -> str:
        return f"<w:p><w:pPr>{style}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"

    bullet = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="3"/></w:numPr>'
    cells = "".join(f"<w:tc>{p(text)}</w:tc>" for text in ("Sodium", "138"))
    inside = (
        p("Visit", '<w:pStyle w:val="Heading1"/>') + p("Cough for 3 days.") + p("Rest.", bullet)
        + f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>"
        + "<w:p><w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:ins><w:r><w:t>added</w:t></w:r></w:ins>"
        + "<w:r><w:rPr><w:strike/></w:rPr><w:t>not meant</w:t></w:r></w:p>"
    )  # fmt: skip
    text = text_of(docx(body(inside)), MediaType.DOCX)
    assert text == "Visit\nCough for 3 days.\n• Rest.\nSodium\t138\nadded[struck out: not meant]"


def test_fields_and_comments_of_a_word_document_are_told_and_what_is_not_read_is_said() -> None:
    def field(kind: str) -> str:
        return f'<w:r><w:fldChar w:fldCharType="begin"><w:ffData>{kind}</w:ffData></w:fldChar></w:r>'

    ticks = field('<w:checkBox><w:default w:val="1"/></w:checkBox>') + field(
        '<w:checkBox><w:default w:val="1"/><w:checked w:val="0"/></w:checkBox>'
    )
    listed = field('<w:ddList><w:result w:val="1"/><w:listEntry w:val="left"/><w:listEntry w:val="right"/></w:ddList>')
    addendum = "<w:comment><w:p><w:r><w:t>Addendum</w:t></w:r></w:p></w:comment>"
    comments = f'<w:comments xmlns:w="{W}">{addendum}</w:comments>'.encode()
    document = docx(body(f"<w:p>{ticks}{listed}</w:p><w:altChunk/>"), {"word/comments.xml": comments})
    text = text_of(document, MediaType.DOCX)
    assert text.startswith("☒☐right\n[Missing here: a part of another kind")
    assert text.endswith("Comments\nAddendum")


def test_a_picture_of_shares_of_white_is_no_black_page() -> None:
    out = io.BytesIO()
    Image.new("F", (200, 100), 0.9).save(out, "TIFF")
    shown = Image.open(io.BytesIO(opened(out.getvalue(), MediaType.TIFF).draw(0).jpeg))
    assert shown.getpixel((50, 50)) > 200


def ccda(sections: str, more: str = "") -> bytes:
    return (
        '<ClinicalDocument xmlns="urn:hl7-org:v3"><title>Visit</title><component><structuredBody>'
        f"{sections}</structuredBody></component>{more}</ClinicalDocument>"
    ).encode()


def section(title: str, text: str, more: str = "") -> str:
    return f"<component><section><title>{title}</title><text>{text}</text>{more}</section></component>"


def test_the_narrative_of_a_record_is_set() -> None:
    table = "<table><thead><tr><th>Drug</th><th>Dose</th></tr></thead>"
    table += "<tbody><tr><td>Aspirin</td><td>81 mg</td></tr></tbody></table>"
    lists = "<list><item>Rest<list listType='ordered'><item>at home</item></list></item><item>Fluids</item></list>"
    plan = section("Plan", f"<paragraph>Go on.<br/>Call <content revised='delete'>him</content> us.</paragraph>{lists}")
    text = text_of(ccda(section("Medications", table) + plan), MediaType.CCDA)
    assert text == (
        "Visit\nMedications\nDrug\tDose\nAspirin\t81 mg\n"
        "Plan\nGo on.\nCall [struck out: him] us.\n• Rest\n1. at home\n• Fluids"
    )


def test_what_is_embedded_in_a_record_follows_it() -> None:
    out = io.BytesIO()
    canvas = Canvas(out)
    for line in ("first", "second"):
        canvas.drawString(72, 700, line)
        canvas.showPage()
    canvas.save()
    record = (
        '<ClinicalDocument xmlns="urn:hl7-org:v3"><title>Letter</title><component><nonXMLBody><text mediaType='
        f'"application/pdf" representation="B64">{base64.encodebytes(out.getvalue()).decode()}</text></nonXMLBody>'
        "</component></ClinicalDocument>"
    )
    pages = opened(record.encode(), MediaType.CCDA)
    assert [(page.number, page.text) for page in (pages.draw(index) for index in range(len(pages)))] == [
        (1, "Letter"), (2, "first"), (3, "second"),
    ]  # fmt: skip


def test_a_picture_of_a_record_stands_in_its_section() -> None:
    out = io.BytesIO()
    Image.new("RGB", (400, 300), "red").save(out, "PNG")
    media = (
        '<entry><observationMedia ID="m1"><value mediaType="image/png" representation="B64">'
        f"{base64.b64encode(out.getvalue()).decode()}</value></observationMedia></entry>"
    )
    pages = opened(ccda(section("Scan", "<renderMultiMedia referencedObject='m1'/>", media)), MediaType.CCDA)
    assert len(pages) == 1
    image = Image.open(io.BytesIO(pages.draw(0).jpeg))
    assert image.mode == "RGB"
    assert max(count for count, colour in image.getcolors(1 << 24) if colour[0] > 200 and colour[1] < 60) > 1000


async def test_only_the_parts_of_a_large_pdf_that_a_page_needs_are_fetched() -> None:
    out = io.BytesIO()
    canvas = Canvas(out, pageCompression=0)
    for number in range(300):
        canvas.drawString(72, 700, f"Page {number + 1}")
        for line in range(80):
            canvas.drawString(72, 690 - line * 8, "words that fill the page " * 12)
        canvas.showPage()
    canvas.save()
    key, place = bytes(32), context("blob", "x")
    sealed = seal(key, out.getvalue(), place)
    asked: list[int] = []

    def read_range(start: int, stop: int) -> bytes:
        asked.append(stop - start)
        return sealed[start:stop]

    reader = SealedReader(read_range, len(sealed), key, place)
    [page] = [page async for page in render_pages(reader, MediaType.PDF, first=220, last=220)]
    assert (page.number, (page.text or "").split("\n")[0]) == (220, "Page 220")
    assert len(sealed) > 7 << 20
    assert len(asked) <= 8
    assert sum(asked) <= 2 << 20


def test_the_letters_are_the_ones_in_the_list() -> None:
    import hashlib

    listed = Path("docs/vendored.md").read_text()
    for font in Path("storage/fonts").glob("*.ttf"):
        assert hashlib.sha256(font.read_bytes()).hexdigest() in listed
