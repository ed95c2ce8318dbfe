"""Lists as CSV files that a spreadsheet opens without being attacked by them."""

import csv
import io
import re
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from litestar import Response
from litestar.response import Stream

#: What makes a spreadsheet read a cell as a formula (OWASP, "CSV Injection"), the full-width forms included.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

_CHUNK = 32_000  # characters that are gathered before they are sent


def csv_answer(
    filename: str, header: Sequence[str], rows: Iterable[Sequence[object]] | AsyncIterable[Sequence[object]]
) -> Response[Any]:
    """A download of `rows` below `header`: UTF-8 with a byte order mark, CRLF, no cell that acts as a formula.

    The rows are read while the answer is sent, so whatever they come from must outlive the transaction. The filename
    keeps letters, digits, dots, dashes and underscores; give it no name of a patient.
    """
    return Stream(
        _encoded(header, rows),
        media_type="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{safe_filename(filename)}"'},
    )


def safe_filename(filename: str) -> str:
    """`filename` with everything but ASCII letters, digits, dots, dashes and underscores replaced; ends in .csv."""
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", filename.removesuffix(".csv")).strip(".-") or "list"
    return f"{stem[:100]}.csv"


def cell(value: object) -> str:
    """One value as text: moments in UTC, nothing as nothing, and words never as a formula.

    Numbers keep their sign; a word that starts like a formula gets an apostrophe in front, which spreadsheets hide.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if value.tzinfo else value.isoformat()
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return "'" + value
    return str(value)


async def _encoded(
    header: Sequence[str], rows: Iterable[Sequence[object]] | AsyncIterable[Sequence[object]]
) -> AsyncIterator[bytes]:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    text.write("\ufeff")
    writer.writerow([cell(name) for name in header])
    async for row in _one_by_one(rows):
        writer.writerow([cell(value) for value in row])
        if text.tell() > _CHUNK:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


async def _one_by_one(
    rows: Iterable[Sequence[object]] | AsyncIterable[Sequence[object]],
) -> AsyncIterator[Sequence[object]]:
    if isinstance(rows, AsyncIterable):
        async for row in rows:
            yield row
    else:
        for row in rows:
            yield row
