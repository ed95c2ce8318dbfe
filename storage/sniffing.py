"""Says from a file's name and first bytes whether it can be accepted; pure, so that a web request may call it."""

import codecs
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from storage.advice import ADVICE
from storage.limits import HEAD_BYTES, MAX_NAME_BYTES
from storage.plain_text import find_wide


class MediaType(StrEnum):
    """The kinds of documents that are accepted."""

    PDF = "application/pdf"
    PNG = "image/png"
    JPEG = "image/jpeg"
    TIFF = "image/tiff"
    TEXT = "text/plain"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    CCDA = "application/cda+xml"

    @property
    def words(self) -> str:
        """What people call it."""
        return _CALLED[self]

    @property
    def extension(self) -> str:
        """The usual ending of its files, without the dot."""
        return next(extensions[0] for kind, _, extensions in _ACCEPTED.values() if kind is self)


_CALLED = {
    MediaType.PDF: "PDF", MediaType.PNG: "PNG", MediaType.JPEG: "JPEG", MediaType.TIFF: "TIFF",
    MediaType.TEXT: "Text", MediaType.DOCX: "Word", MediaType.CCDA: "C-CDA",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a file is not accepted: a sentence for the person who sent it, with what to do. Never holds its name."""

    reason: str


def sniff(filename: str, head: bytes) -> MediaType | Refusal:
    """The kind of a file whose name and content (its first HEAD_BYTES) agree on an accepted one, or why not."""
    if not head:
        return Refusal(ADVICE["empty"])
    if (refusal := _refused_name(filename)) is not None:
        return refusal
    extension = _extension(filename)
    kind = _kind(extension, head)
    accepted = _ACCEPTED.get(kind)
    if accepted is None:
        return Refusal(ADVICE[kind])
    media_type, called, extensions = accepted
    if extension in extensions:
        return media_type
    if media_type is MediaType.TEXT and extension in _OTHER_TEXT:
        return Refusal(ADVICE[_OTHER_TEXT[extension]])
    return Refusal(_misnamed(extension, called, extensions[0]))


_ACCEPTED = {
    "pdf": (MediaType.PDF, "a PDF", ("pdf",)),
    "png": (MediaType.PNG, "a PNG image", ("png",)),
    "jpeg": (MediaType.JPEG, "a JPEG image", ("jpg", "jpeg", "jpe", "jfif")),
    "tiff": (MediaType.TIFF, "a TIFF image", ("tif", "tiff")),
    "text": (MediaType.TEXT, "plain text", ("txt",)),
    "docx": (MediaType.DOCX, "a Word document", ("docx",)),
    "ccda": (MediaType.CCDA, "a C-CDA record", ("xml", "cda", "ccd", "ccda")),
}


def accepted_extensions() -> tuple[str, ...]:
    """The endings, without the dot, that an accepted file may have."""
    return tuple(extension for _, _, extensions in _ACCEPTED.values() for extension in extensions)


def check_name(filename: str) -> Refusal | None:
    """Why a file is refused for its name alone, before any byte of it is there; None if its content will tell."""
    if (refusal := _refused_name(filename)) is not None:
        return refusal
    extension = _extension(filename)
    if extension in accepted_extensions():
        return None
    return Refusal(advice_by_extension().get(extension, ADVICE["other"]))


def advice_by_extension() -> dict[str, str]:
    """What is said of files with an ending that is known and not accepted."""
    return {
        extension: ADVICE[kind]
        for kind, extensions in _KNOWN_BY_NAME.items()
        for extension in extensions.split()
        if extension not in accepted_extensions() and kind in ADVICE
    }


_KNOWN_BY_NAME = {
    "word": "doc docx docm dot dotx", "excel": "xls xlsx xlsm", "powerpoint": "ppt pptx", "opendocument": "odt ods odp",
    "apple pages": "pages", "xps": "xps oxps", "rtf": "rtf", "tiff": "tif tiff", "heic": "heic heif",
    "picture": "gif bmp webp avif", "svg": "svg", "dicom": "dcm dicom", "zip": "zip", "archive": "7z rar gz tar tgz",
    "xml": "xml", "json": "json", "table": "csv tsv", "web page": "html htm mht mhtml", "mail": "eml msg",
    "postscript": "ps eps", "recording": "mp3 mp4 m4a wav mov avi dss", "hl7": "hl7",
    "program": "exe msi js vbs bat cmd ps1 sh lnk scr",
}  # fmt: skip

# Text that is a document of its own only under another name.
_OTHER_TEXT = {
    "csv": "table", "tsv": "table", "json": "json", "xml": "xml", "eml": "mail", "ics": "other", "svg": "svg",
    "html": "web page", "htm": "web page", "mht": "web page", "mhtml": "web page", "hl7": "hl7", "rtf": "rtf",
    "js": "program", "vbs": "program", "bat": "program", "cmd": "program", "ps1": "program", "sh": "program",
}  # fmt: skip

# Offset, bytes, kind; the first that fits.
_MAGIC = (
    (0, b"%PDF-", "pdf"),
    (0, b"\x89PNG\r\n\x1a\n", "png"),
    (0, b"\xff\xd8\xff", "jpeg"),
    (0, b"II*\0", "tiff"), (0, b"MM\0*", "tiff"), (0, b"II+\0", "tiff"), (0, b"MM\0+", "tiff"),
    (0, b"PK\x03\x04", "zip"), (0, b"PK\x05\x06", "zip"), (0, b"PK\x07\x08", "zip"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "compound"),
    (0, b"{\\rtf", "rtf"),
    (0, b"GIF8", "picture"), (0, b"\0\0\0\x0cjP  ", "picture"), (0, b"8BPS", "picture"), (8, b"WEBP", "picture"),
    (128, b"DICM", "dicom"),
    (0, b"\x1f\x8b", "archive"), (0, b"7z\xbc\xaf\x27\x1c", "archive"), (0, b"Rar!\x1a\x07", "archive"),
    (0, b"BZh", "archive"), (0, b"\xfd7zXZ\0", "archive"), (257, b"ustar", "archive"),
    (0, b"MZ", "program"), (0, b"\x7fELF", "program"), (0, b"\xcf\xfa\xed\xfe", "program"),
    (8, b"WAVE", "recording"), (8, b"AVI ", "recording"), (0, b"ID3", "recording"), (0, b"OggS", "recording"),
    (0, b"\xff\xfb", "recording"), (0, b"\xff\xf3", "recording"), (0, b"\x1aE\xdf\xa3", "recording"),
    (0, b"#!AMR", "recording"), (0, b"fLaC", "recording"), (0, b"#!", "program"),
    (0, b"%!PS", "postscript"),
)  # fmt: skip


def _kind(extension: str, head: bytes) -> str:
    found = next((kind for offset, magic, kind in _MAGIC if head.startswith(magic, offset)), None)
    # "MZ", "BZh" and "ID3" are also how a line of text may begin.
    if found in ("program", "archive", "recording") and _is_text(head):
        found = "program" if head.startswith(b"#!") else None
    if found == "zip":
        return _packed_kind(extension, head)
    if found == "compound":
        return _compound_kind(extension)
    if found is not None:
        return found
    if head[4:8] == b"ftyp":
        return "heic" if head[8:12] in (b"heic", b"heix", b"heif", b"mif1", b"msf1", b"hevc", b"avif") else "recording"
    if extension == "pdf" and b"%PDF-" in head[:1024]:
        return "pdf"  # some scanners and mail gateways put a few lines of their own in front
    if _is_text(head):
        return _text_kind(head)
    if _is_wide_text(head):
        return _wide_kind(head)
    if head.startswith(b"BM"):
        return "picture"
    if extension == "txt":
        return "not text"
    known = {name for _, _, names in _ACCEPTED.values() for name in names}
    return "broken" if extension in known else "other"


def _packed_kind(extension: str, head: bytes) -> str:
    if extension in ("docm", "dotm", "dotx"):
        return "word macros"
    if b"word/" in head or (extension == "docx" and b"xl/" not in head and b"ppt/" not in head):
        return "zip" if extension == "zip" and b"[Content_Types].xml" not in head else "docx"
    if b"xl/" in head or extension in ("xlsx", "xlsm"):
        return "excel"
    if b"ppt/" in head or extension == "pptx":
        return "powerpoint"
    if b"application/vnd.oasis.opendocument" in head or extension in ("odt", "ods", "odp"):
        return "opendocument"
    return {"pages": "apple pages", "xps": "xps", "oxps": "xps"}.get(extension, "zip")


def _compound_kind(extension: str) -> str:
    if extension in ("docx", "xlsx", "pptx"):
        return "locked office"
    return {"xls": "excel", "ppt": "powerpoint", "msg": "mail"}.get(extension, "word")


def _wide_kind(head: bytes) -> str:
    text = head[: len(head) // 2 * 2].decode(find_wide(head) or "utf-16", "ignore").encode(errors="ignore")
    return _text_kind(text)


def _text_kind(head: bytes) -> str:
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if start.startswith((b"MSH|", b"FHS|", b"BHS|")):
        return "hl7"
    if start.startswith(b"ISA*"):
        return "x12"
    if start.startswith((b"{", b"[")) and b'"resourceType"' in head:
        return "fhir"
    lowered = start[:200].lower()
    if lowered.startswith((b"<!doctype html", b"<html")):
        return "web page"
    if lowered.startswith((b"<?xml", b"<!--", b"<svg", b"<clinicaldocument", b"<!doctype")):
        if re.search(rb"<(\w+:)?ClinicalDocument\b", head):
            return "ccda"
        if b"http://hl7.org/fhir" in head:
            return "fhir"
        return "svg" if b"<svg" in head else "web page" if b"<html" in head.lower() else "xml"
    return "text"


def _is_text(head: bytes) -> bool:
    if b"\0" in head:
        return False
    odd = sum(byte < 32 and byte not in b"\t\n\v\f\r\x1a\x1b" for byte in head)
    return odd * 50 <= len(head) and (_is_utf8(head) or not _is_dense(head))


def _is_utf8(head: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head, final=len(head) < HEAD_BYTES)
    except UnicodeDecodeError:
        return False
    return True


def _is_dense(head: bytes) -> bool:
    # In the one-byte encodings of Western text, letters beyond ASCII are the exception.
    return sum(byte > 126 for byte in head) * 3 > len(head)


def _is_wide_text(head: bytes) -> bool:
    return head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or find_wide(head) is not None


def _refused_name(filename: str) -> Refusal | None:
    if not filename.strip() or len(filename.encode(errors="replace")) > MAX_NAME_BYTES:
        return Refusal(ADVICE["long name"])
    # Letters that turn the direction of writing make "exe.txt" out of "txt.exe".
    if any(unicodedata.category(c) == "Cc" or c in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
           for c in filename):  # fmt: skip
        return Refusal(ADVICE["odd name"])
    return None


def _extension(filename: str) -> str:
    _, dot, extension = filename.strip().rpartition(".")
    return extension.lower() if dot else ""


def _misnamed(extension: str, called: str, right: str) -> str:
    # Only endings from this list are repeated: what follows the last dot of a name can be a patient's.
    known = {name for _, _, names in _ACCEPTED.values() for name in names} | {"doc", "heic"}
    if extension in known:
        there = f"The name ends in .{extension}, but the file holds {called}."
    else:
        there = f"The file holds {called}, but its name does not end in .{right}."
    if called == "plain text" and extension in known:
        return (
            f"{there} If text is what you meant to send, rename it to end in .txt; "
            "if not, save or export the document again, and upload that."
        )
    return f"{there} Rename it to end in .{right} and upload it again."
