"""Plain text: told from what is no text, decoded, and cleaned of what cannot be shown. Pure."""

import codecs
import re


def decode_text(raw: bytes) -> str | None:
    """The text in UTF-8 or marked UTF-16, or else in Windows-1252, the Latin-1 that PCs write; None if it is none."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings: tuple[str, ...] = ("utf-16",)
    elif b"\0" in raw:
        return None
    else:
        encodings = ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def clean_text(text: str) -> str:
    r"""The text as it is shown: line ends are \n, pages part at \f, control characters are visible as U+FFFD."""
    text = re.sub(r"\r\n?|[\v\x85\u2028\u2029]", "\n", text)
    return re.sub(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", text.removesuffix("\x1a"))
