"""CSV downloads: opened by a spreadsheet, they are a list and nothing else."""

import csv
import io
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from litestar import Litestar, Response, get

from portal.web.csv import cell, csv_answer, safe_filename


async def _download(filename: str, header: Sequence[str], rows: Any) -> httpx.Response:
    @get("/list")
    async def download() -> Response[Any]:
        return csv_answer(filename, header, rows)

    transport = httpx.ASGITransport(app=Litestar([download], openapi_config=None))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        return await http.get("/list")


def _read(answer: httpx.Response) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


async def test_it_is_utf_8_with_a_mark_and_crlf() -> None:
    answer = await _download("charts.csv", ["Chart", "Words"], [["RAD-1", "Müller, “A”\nnext"]])
    assert answer.content == '\ufeffChart,Words\r\nRAD-1,"Müller, “A”\nnext"\r\n'.encode()
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="charts.csv"'


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＠"])
async def test_no_word_acts_as_a_formula(start: str) -> None:
    [_, row] = _read(await _download("x", ["a"], [[f'{start}HYPERLINK("http://evil")']]))
    assert row == [f'\'{start}HYPERLINK("http://evil")']


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_whatever_the_text_it_never_starts_like_a_formula(text: str) -> None:
    assert not cell(text).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert cell(text).removeprefix("'") == text.removeprefix("'") or cell(text) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""), (True, "yes"), (False, "no"), (-3, "-3"), (Decimal("-1.50"), "-1.50"), (0, "0"),
        (date(2026, 9, 14), "2026-09-14"), (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (datetime(2026, 9, 14, 20, 0, 0, 5, tzinfo=timezone(timedelta(hours=-4))), "2026-09-15T00:00:00.000005Z"),
        (datetime(2026, 9, 14, tzinfo=UTC), "2026-09-14T00:00:00.000000Z"),
    ],
)  # fmt: skip
def test_values_are_written_so_that_they_can_be_read_again(value: object, text: str) -> None:
    assert cell(value) == text


@pytest.mark.parametrize(
    ("wanted", "safe"),
    [
        ("charts.csv", "charts.csv"), ("charts", "charts.csv"), ("", "list.csv"),
        ("../../etc/passwd", "etc-passwd.csv"),
        ('a"; filename="evil.exe', "a-filename-evil.exe.csv"), ("a\r\nSet-Cookie: x", "a-Set-Cookie-x.csv"),
        ("Größe 2026", "Gr-e-2026.csv"), (".csv", "list.csv"), ("x" * 300, "x" * 100 + ".csv"),
    ],
)  # fmt: skip
def test_a_filename_is_made_safe(wanted: str, safe: str) -> None:
    assert safe_filename(wanted) == safe


async def test_rows_are_sent_as_they_come_from_either_kind_of_source() -> None:
    def rows() -> Iterable[Sequence[object]]:
        return ([number, "x" * 50] for number in range(3000))

    async def later() -> AsyncIterator[Sequence[object]]:
        for row in rows():
            yield row

    for source in (rows(), later()):
        read = _read(await _download("x", ["Number", "Words"], source))
        assert len(read) == 3001
        assert read[-1] == ["2999", "x" * 50]


async def test_an_empty_list_is_its_header() -> None:
    assert _read(await _download("x", ["=a", "b"], [])) == [["'=a", "b"]]
