"""PDFs of 50 MB that are opened at once: one page, and a stream beside it that nobody draws."""

import os

#: Random, so that nothing along the way can make it smaller; the same in all files, so that making one costs little.
_PADDING = os.urandom(50_000_000)


def make_large_pdf(words: str) -> bytes:
    """A PDF of 50 MB whose page says `words`."""
    drawn = f"BT /F1 18 Tf 72 720 Td ({words}) Tj ET".encode()
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(_PADDING), _PADDING),
    ]
    pieces, places, size = [b"%PDF-1.4\n"], [], 9
    for number, part in enumerate(parts, start=1):
        places.append(size)
        piece = b"%d 0 obj\n%s\nendobj\n" % (number, part)
        pieces.append(piece)
        size += len(piece)
    pieces.append(b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places))
    pieces.append(b"trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % size)
    return b"".join(pieces)
