"""What may come in by its name and first bytes, and what the sender of anything else is told."""

import codecs
import io
import zipfile

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from storage.limits import HEAD_BYTES
from storage.sniffing import MediaType, Refusal, sniff

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0"
NOTE = b"CHIEF COMPLAINT\n\nCough for three days.\n"
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def packed(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("filename", "head", "media_type"),
    [
        ("Visit 12.pdf", PDF, MediaType.PDF),
        ("VISIT.PDF ", PDF, MediaType.PDF),
        ("scan.pdf", b"@PJL JOB\r\n" + PDF, MediaType.PDF),
        ("fax.tif", b"II*\0\x08\0\0\0", MediaType.TIFF),
        ("fax.TIFF", b"MM\0*\0\0\0\x08", MediaType.TIFF),
        ("note.docx", packed("[Content_Types].xml", "word/document.xml"), MediaType.DOCX),
        ("note.docx", packed("[Content_Types].xml"), MediaType.DOCX),
        ("visit.xml", b"<?xml version='1.0'?><!-- x --><ClinicalDocument>", MediaType.CCDA),
        ("visit.xml", b"<!-- x --><cda:ClinicalDocument xmlns:cda='urn:hl7-org:v3'>", MediaType.CCDA),
        ("visit.xml", "<?xml version='1.0'?><ClinicalDocument/>".encode("utf-16"), MediaType.CCDA),
        ("note.txt", "Cough for three days.".encode("utf-16"), MediaType.TEXT),
        ("note.txt", "Cough for three days.".encode("utf-16-le"), MediaType.TEXT),
        ("wound.png", PNG, MediaType.PNG),
        ("wound.jpg", JPEG, MediaType.JPEG),
        ("wound.JPEG", JPEG, MediaType.JPEG),
        ("note.txt", NOTE, MediaType.TEXT),
        ("note.txt", codecs.BOM_UTF8 + NOTE, MediaType.TEXT),
        ("note.txt", "Temperatur 38 °C, Übelkeit".encode("cp1252"), MediaType.TEXT),
        ("note.txt", "発熱が三日間続く。".encode(), MediaType.TEXT),
        ("note.txt", ("x" + "é" * HEAD_BYTES).encode(), MediaType.TEXT),
        ("note.txt", b"page one\x0cpage two\x1a", MediaType.TEXT),
        ("note.txt", b"BMI 31, MZ twins, ID3 negative", MediaType.TEXT),
        ("note.txt", b"MZ twins, first visit", MediaType.TEXT),
        ("note.txt", b"[x] fever  [ ] cough", MediaType.TEXT),
        ("note.txt", b"see the %PDF- marker", MediaType.TEXT),
        ("ärztlicher bericht.2026.txt", NOTE, MediaType.TEXT),
    ],
)
def test_name_and_content_agree(filename: str, head: bytes, media_type: MediaType) -> None:
    assert sniff(filename, head[:HEAD_BYTES]) is media_type


@pytest.mark.parametrize(
    ("filename", "head", "says", "advises"),
    [
        ("note.pdf", b"", "empty", "scan it again"),
        ("note.docm", packed("[Content_Types].xml", "word/document.xml"), "macros", "Save As, PDF"),
        ("note.docx", packed("[Content_Types].xml", "xl/workbook.xml"), "Excel", "Print"),
        ("note.doc", COMPOUND, "Word document", "Save As, PDF"),
        ("note.docx", COMPOUND, "password", "Save As, PDF"),
        ("list.xlsx", packed("xl/workbook.xml"), "Excel", "Print"),
        ("list.xls", COMPOUND, "Excel", "Print"),
        ("talk.pptx", packed("ppt/presentation.xml"), "PowerPoint", "Print"),
        ("mail.msg", COMPOUND, "e-mail", "attached"),
        ("note.odt", packed("mimetype"), "LibreOffice", "Export as PDF"),
        ("note.pages", packed("Index/Document.iwa"), "Apple Pages", "Export To, PDF"),
        ("photo.heic", b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC", "Most Compatible"),
        ("photo.jpg", b"\0\0\0\x18ftypmif1\0\0\0\0", "HEIC", "Most Compatible"),
        ("film.mp4", b"\0\0\0\x18ftypisom\0\0\0\0", "recording", "written note"),
        ("dictation.wav", b"RIFF\x24\0\0\0WAVEfmt ", "recording", "written note"),
        ("dictation.amr", b"#!AMR\n\x3c\0\1\2", "recording", "written note"),
        ("charts.zip", packed("one.pdf"), "ZIP", "upload the files inside"),
        ("charts.txt", packed("one.pdf"), "ZIP", "upload the files inside"),
        ("charts.7z", b"7z\xbc\xaf\x27\x1c\0\4", "archive", "Unpack"),
        ("charts.tar.gz", b"\x1f\x8b\x08\0\0\0\0\0", "archive", "Unpack"),
        ("ct.dcm", bytes(128) + b"DICM", "DICOM", "radiologist's report"),
        ("photo.webp", b"RIFF\x24\0\0\0WEBPVP8 ", "picture", "PNG or JPEG"),
        ("photo.gif", b"GIF89a\1\0\1\0", "picture", "PNG or JPEG"),
        ("photo.bmp", b"BM\x36\0\0\0\0\0\0\0", "picture", "PNG or JPEG"),
        ("visit.xml", b"<?xml version='1.0'?><Bundle xmlns='http://hl7.org/fhir'>", "FHIR", "to PDF"),
        ("visit.xml", b"<?xml version='1.0'?><visit/>", "XML", "to PDF"),
        ("visit.xml", "<visit/>".encode("utf-16"), "XML", "to PDF"),
        ("visit.json", b'{\n  "resourceType": "DocumentReference"', "FHIR", "to PDF"),
        ("visit.txt", b'{"resourceType": "Bundle"', "FHIR", "to PDF"),
        ("visit.json", b'{"a": 1}', "JSON", "to PDF"),
        ("oru.hl7", b"MSH|^~\\&|LAB|", "HL7", "to PDF"),
        ("oru.txt", b"\r\nMSH|^~\\&|LAB|", "HL7", "to PDF"),
        ("claims.txt", b"ISA*00*          *00*", "X12", "visit note"),
        ("note.html", b"<p>cough</p>", "web page", "Print"),
        ("note.pdf", b"<!DOCTYPE html><html><body>Session expired", "web page", "Print"),
        ("note.txt", b"<HTML><body>", "web page", "Print"),
        ("note.rtf", b"{\\rtf1\\ansi cough}", "rich text", "save it as PDF"),
        ("note.txt", b"{\\rtf1\\ansi cough}", "rich text", "save it as PDF"),
        ("mail.eml", b"From: a@example.com\nSubject: x\n", "e-mail", "attached"),
        ("list.csv", b"a,b\n1,2\n", "table", "Print"),
        ("run.bat", b"@echo off\r\n", "program", "the note itself"),
        ("run.txt", b"#!/bin/sh\nrm -rf /\n", "program", "the note itself"),
        ("run.pdf", b"MZ\x90\0\3\0\0\0", "program", "the note itself"),
        ("print.ps", b"%!PS-Adobe-3.0\n", "PostScript", "to PDF"),
        ("note.txt", b"Cough\0for three days.", "doesn't hold text", "print it to PDF"),
        ("note.txt", bytes(range(1, 32)) * 4, "doesn't hold text", "print it to PDF"),
        ("note.txt", bytes(range(128, 256)) * 4, "doesn't hold text", "print it to PDF"),
        ("note.pdf", bytes(range(256)), "damaged", "scan it again"),
        ("note.xyz", bytes(range(256)), "can't be read", "TIFF, PNG, JPEG, Word (.docx), plain text"),
    ],
)
def test_everything_else_is_refused_with_what_it_looks_like_and_what_to_do(
    filename: str, head: bytes, says: str, advises: str
) -> None:
    refusal = sniff(filename, head)
    assert isinstance(refusal, Refusal)
    assert says in refusal.reason
    assert advises in refusal.reason


@pytest.mark.parametrize(
    ("filename", "head", "says", "advises"),
    [
        ("scan.pdf", JPEG, "ends in .pdf, but the file holds a JPEG image", "end in .jpg"),
        ("fax.pdf", b"MM\0*\0\0\0\x08", "ends in .pdf, but the file holds a TIFF image", "end in .tif"),
        ("note.pdf", packed("[Content_Types].xml", "word/document.xml"), "holds a Word document", "end in .docx"),
        ("visit.txt", b"<?xml version='1.0'?><ClinicalDocument>", "holds a C-CDA record", "end in .xml"),
        ("scan.jpg", PNG, "ends in .jpg, but the file holds a PNG image", "end in .png"),
        ("note.txt", PDF, "ends in .txt, but the file holds a PDF", "end in .pdf"),
        ("note.docx", PDF, "ends in .docx, but the file holds a PDF", "end in .pdf"),
        ("note", PDF, "holds a PDF, but its name does not end in .pdf", "end in .pdf"),
        ("note.pdf", NOTE, "holds plain text", "save or export the document again"),
        ("note.md", NOTE, "holds plain text", "end in .txt"),
    ],
)
def test_a_wrong_ending_is_named_with_the_right_one(filename: str, head: bytes, says: str, advises: str) -> None:
    refusal = sniff(filename, head)
    assert isinstance(refusal, Refusal)
    assert says in refusal.reason
    assert advises in refusal.reason


@pytest.mark.parametrize(
    ("filename", "says"),
    [
        ("", "no name"),
        ("   ", "no name"),
        ("x" * 252 + ".txt", "shorter name"),
        ("é" * 126 + ".txt", "shorter name"),
        ("no\nte.txt", "control characters"),
        ("no\0te.txt", "control characters"),
        ("note\u202etxt.exe", "control characters"),
    ],
)
def test_names_that_mislead_are_refused(filename: str, says: str) -> None:
    refusal = sniff(filename, NOTE)
    assert isinstance(refusal, Refusal)
    assert says in refusal.reason


heads = st.one_of(
    st.binary(min_size=1, max_size=300),
    st.builds(bytes.__add__, st.sampled_from([PDF, PNG, JPEG, NOTE, COMPOUND, b"PK\x03\x04"]), st.binary(max_size=99)),
)


@given(st.text(max_size=40), heads)
@example("consult.Hollister", PDF)
@example("consult.Hollister", NOTE)
def test_any_file_gets_an_answer_that_does_not_repeat_its_name(filename: str, head: bytes) -> None:
    answer = sniff(f"Hollister {filename}", head)
    if isinstance(answer, Refusal):
        assert "Hollister" not in answer.reason
        assert answer.reason.endswith((".", ")."))
        assert len(answer.reason) < 300
    else:
        assert filename.strip().lower().endswith((".pdf", ".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".txt"))
