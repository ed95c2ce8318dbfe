"""Plain text: told from what is no text, decoded, and cleaned of what cannot be shown. Pure."""

import codecs
import re

#: So much of a text tells how it is written, in bytes.
_SAMPLE = 8192


def decode_text(raw: bytes) -> str | None:
    """The text in UTF-8 or UTF-16, or else in Windows-1252, the Latin-1 that PCs write; None if it is none."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings: tuple[str, ...] = ("utf-16",)
    elif b"\0" in raw:
        wide = find_wide(raw[:_SAMPLE])
        if wide is None:
            return None
        encodings = (wide,)
    else:
        encodings = ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def find_wide(head: bytes) -> str | None:
    """In which UTF-16 without a mark a text begins: of Western letters every second byte is zero; None for no such."""
    for encoding, zeros, letters in (("utf-16-be", head[0::2], head[1::2]), ("utf-16-le", head[1::2], head[0::2])):
        printable = sum(byte in b"\t\r\n\f" or byte >= 32 for byte in letters)
        if zeros.count(0) * 10 > len(zeros) * 8 and printable * 10 > len(letters) * 8:
            return encoding
    return None


def clean_text(text: str) -> str:
    r"""The text as it is shown: line ends are \n, pages part at \f, control characters are visible as U+FFFD."""
    text = re.sub(r"\r\n?|[\v\x85\u2028\u2029]", "\n", text)
    return re.sub(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", text.removesuffix("\x1a"))
