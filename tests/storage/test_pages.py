"""Pages are drawn in a process of their own, and whatever becomes of it, there is a sentence to show."""

import asyncio
import io
import os
import signal
import struct
import sys
import time
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

import anyio
import pytest
from anyio.abc import Process
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from storage.checking import open_pages
from storage.envelope import SealBroken, SealedReader, context, open_stream, seal
from storage.limits import MAX_FILE_BYTES
from storage.page_frames import HEADER_BYTES, FrameHeader, FrameKind, pack_header, unpack_header
from storage.pages import PageImage, UnreadableDocument, count_pages, render_pages
from storage.plain_text import clean_text, decode_text
from storage.sniffing import MediaType, Refusal

pytestmark = pytest.mark.asyncio


def pdf(*lines: str, size: tuple[float, float] = (612, 792), encryption: StandardEncryption | None = None) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=size, encrypt=encryption)
    for line in lines:
        canvas.drawString(72, size[1] - 92, line)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def opened(page: PageImage) -> Image.Image:
    image = Image.open(io.BytesIO(page.jpeg), formats=["JPEG"])
    assert image.size == (page.width, page.height)
    return image


def render(document: bytes | io.BufferedIOBase, media_type: MediaType) -> list[PageImage]:
    """The pages drawn in this very process."""
    pages = open_pages(media_type, io.BytesIO(document) if isinstance(document, bytes) else document, most=1 << 20)
    assert not isinstance(pages, Refusal)
    return [pages.draw(index) for index in range(len(pages))]


async def drawn(document: bytes | AsyncIterator[bytes], media_type: MediaType, seconds: float = 60) -> list[PageImage]:
    return [page async for page in render_pages(document, media_type, timeout=seconds)]


async def test_a_pdf_becomes_grey_pages_in_order_with_their_text() -> None:
    pages = await drawn(pdf("Cough for three days.", "Lungs clear."), MediaType.PDF)
    assert [page.number for page in pages] == [1, 2]
    assert [page.text for page in pages] == ["Cough for three days.", "Lungs clear."]
    for page in pages:
        assert (page.width, page.height) == (935, 1210)
        image = opened(page)
        assert image.mode == "L"
        assert image.getextrema()[0] < 60  # there is writing on it


async def test_what_was_filled_into_a_form_is_drawn() -> None:
    def form(value: str) -> bytes:
        out = io.BytesIO()
        canvas = Canvas(out)
        canvas.acroForm.textfield(name="complaint", value=value, x=72, y=600, width=300, height=30)
        canvas.showPage()
        canvas.save()
        return out.getvalue()

    (filled,) = await drawn(form("COUGH FOR THREE DAYS"), MediaType.PDF)
    (blank,) = await drawn(form(""), MediaType.PDF)

    def dark(page: PageImage) -> int:
        return sum(opened(page).histogram()[:100])

    assert dark(filled) > dark(blank) + 500


async def test_a_poster_is_drawn_coarser() -> None:
    (page,) = await drawn(pdf("x", size=(14_400, 14_400)), MediaType.PDF)
    assert page.width * page.height <= 20_100_000


async def test_a_photo_is_turned_upright_and_made_smaller() -> None:
    photo = Image.new("RGB", (4000, 3000), "white")
    photo.paste("red", (0, 0, 4000, 300))
    exif = Image.Exif()
    exif[0x0112] = 6  # the top of the scene is the right edge of the stored picture once it is turned
    (page,) = await drawn(saved(photo, "JPEG", exif=exif), MediaType.JPEG)
    assert (page.width, page.height) == (1600, 2133)
    red, green, _ = opened(page).getpixel((1550, 1000))
    assert red > 200
    assert green < 60
    assert min(opened(page).getpixel((50, 1000))) > 200


@pytest.mark.parametrize(
    ("image", "options", "expected"),
    [
        (Image.new("RGBA", (60, 40), (0, 0, 0, 0)), {}, 255),
        (Image.new("LA", (60, 40), (0, 0)), {}, 255),
        (Image.new("P", (60, 40), 0), {"transparency": 0}, 255),
        (Image.new("1", (60, 40), 1), {}, 255),
        (Image.new("L", (60, 40), 77), {}, 77),
        (Image.new("I;16", (60, 40), 0x8000), {}, 128),
    ],
    ids=["rgba", "grey and alpha", "palette", "two levels", "grey", "sixteen bits"],
)
async def test_every_kind_of_png_keeps_its_shades(image: Image.Image, options: dict[str, int], expected: int) -> None:
    (page,) = render(saved(image, "PNG", **options), MediaType.PNG)
    shade = opened(page).convert("L").getpixel((30, 20))
    assert abs(shade - expected) <= 1
    assert (page.width, page.height, page.text) == (60, 40, None)


async def test_a_text_is_set_in_pages() -> None:
    pages = await drawn("\ufeffFièvre\r\n38 °C\x0cpage two\x1a".encode(), MediaType.TEXT)
    assert [page.text for page in pages] == ["Fièvre\n38 °C", "page two"]
    assert [(page.width, page.height) for page in pages] == [(1224, 1584)] * 2


@given(st.text(max_size=200).filter(lambda text: "\0" not in text))
async def test_a_text_is_read_the_same_from_any_line_ends(text: str) -> None:
    shown = clean_text(decode_text(text.encode()) or "")
    assert not any(letter < " " and letter not in "\n\t\f" for letter in shown)
    assert clean_text(shown) == shown or shown.endswith("\x1a")
    assert clean_text(text.replace("\r", "").replace("\n", "\r\n")) == clean_text(text.replace("\r", ""))


async def test_a_windows_text_keeps_its_dashes_and_quotes() -> None:
    assert decode_text("“Cough” – 3 days, 38 °C".encode("cp1252")) == "“Cough” – 3 days, 38 °C"
    for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
        assert decode_text("“Cough” – 3 days, fever".encode(encoding)) == "“Cough” – 3 days, fever"


async def test_pages_are_counted_without_drawing() -> None:
    assert await count_pages(pdf("one", "two", "three"), MediaType.PDF) == 3
    assert await count_pages(b"text", MediaType.TEXT) == 1


async def test_a_document_streams_from_its_seal_to_its_pages() -> None:
    key, place = bytes(32), context("blob", "x")
    sealed = seal(key, pdf("Sealed."), place)

    async def plain(sealed: bytes) -> AsyncIterator[bytes]:
        for piece in open_stream((sealed[i : i + 1000] for i in range(0, len(sealed), 1000)), key, place):
            yield piece

    (page,) = await drawn(plain(sealed), MediaType.PDF)
    assert page.text == "Sealed."
    with pytest.raises(SealBroken):
        await drawn(plain(sealed[:-1]), MediaType.PDF)


async def test_a_sealed_document_is_drawn_in_place() -> None:
    key, place = bytes(32), context("blob", "x")
    sealed = seal(key, pdf("Sealed."), place)
    reader = SealedReader(lambda start, stop: sealed[start:stop], len(sealed), key, place)
    (page,) = render(io.BufferedReader(reader), MediaType.PDF)
    assert reader.size < MAX_FILE_BYTES
    assert page.text == "Sealed."


def png_bomb() -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def pdf_bomb() -> bytes:
    """A page whose few hundred kilobytes of drawing swell to 600 MB."""
    compressor = zlib.compressobj(1)
    swollen = compressor.compress(b"0 0 m 100 100 l S\n" * 50_000) + compressor.flush(zlib.Z_FULL_FLUSH)
    # After a full flush the compressor starts afresh, so that the same block can be repeated as it is.
    again = compressor.compress(b"0 0 m 100 100 l S\n" * 50_000) + compressor.flush(zlib.Z_FULL_FLUSH)
    stream = swollen + again * 700 + compressor.flush()
    return (
        b"%%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj "
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R>>endobj "
        b"4 0 obj<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream endobj\n"
        b"trailer<</Size 5/Root 1 0 R>>\n%%%%EOF" % (len(stream), stream)
    )


def pdf_without_pages() -> bytes:
    return (
        b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\n"
        b"xref\n0 3\n0000000000 65535 f \n0000000009 00000 n \n0000000054 00000 n \n"
        b"trailer<</Size 3/Root 1 0 R>>\nstartxref\n100\n%%EOF\n"
    )


@pytest.mark.parametrize(
    ("media_type", "make", "says"),
    [
        (MediaType.PNG, png_bomb, "million dots"),
        (MediaType.PDF, pdf_bomb, "could not be drawn safely"),
        (MediaType.PDF, lambda: pdf(*["line"] * 30)[:9000], "end is missing"),
        (MediaType.PDF, lambda: pdf("x", encryption=StandardEncryption("secret")), "password"),
        (MediaType.PDF, lambda: b"%PDF-1.7 rubbish %%EOF", "damaged"),
        (MediaType.PDF, pdf_without_pages, "no pages"),
        (MediaType.TEXT, lambda: bytes((50 << 20) + 1_000_000), "larger than 50 MB"),
    ],
    ids=[
        "png of 900 million dots",
        "pdf that swells",
        "cut pdf",
        "locked pdf",
        "rubbish",
        "no pages",
        "more than is read",
    ],
)
async def test_bombs_and_broken_documents_end_in_a_sentence(
    media_type: MediaType, make: Callable[[], bytes], says: str
) -> None:
    document = make()
    began = time.monotonic()
    with pytest.raises(UnreadableDocument, match=says) as refused:
        await drawn(document, media_type)
    assert refused.value.status == 422
    assert not refused.value.passing
    assert time.monotonic() - began < 15


@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch) -> list[Process]:
    """The page processes that are started during the test."""
    started: list[Process] = []
    open_process = anyio.open_process

    async def remembered(*arguments: Any, **options: Any) -> Process:
        started.append(await open_process(*arguments, **options))
        return started[-1]

    monkeypatch.setattr(anyio, "open_process", remembered)
    return started


async def test_a_process_that_dies_gives_a_sentence(processes: list[Process]) -> None:
    seen = 0

    async def watch() -> None:
        nonlocal seen
        async for _ in render_pages(pdf(*["line"] * 200), MediaType.PDF):
            seen += 1
            processes[0].kill()

    with pytest.raises(UnreadableDocument, match="could not be drawn safely"):
        await watch()
    assert 1 <= seen < 200


async def test_a_process_that_hangs_is_ended_and_may_be_tried_again(processes: list[Process]) -> None:
    async def halting() -> AsyncIterator[bytes]:
        os.kill(processes[0].pid, signal.SIGSTOP)
        yield pdf("line")

    with pytest.raises(UnreadableDocument, match="too long") as refused:
        await drawn(halting(), MediaType.PDF, seconds=0.5)
    assert refused.value.passing
    assert processes[0].returncode == -signal.SIGKILL


async def test_the_time_that_the_caller_takes_between_pages_does_not_count() -> None:
    seen = 0
    async for _ in render_pages(pdf("one", "two", "three"), MediaType.PDF, timeout=20):
        await asyncio.sleep(0.05)
        seen += 1
    assert seen == 3


async def test_who_stops_early_leaves_no_process_behind(processes: list[Process]) -> None:
    async with aclosing(render_pages(pdf(*["line"] * 200), MediaType.PDF)) as pages:
        assert (await anext(pages)).number == 1
    assert processes[0].returncode is not None


async def test_a_cancelled_caller_leaves_no_process_behind(processes: list[Process]) -> None:
    first = asyncio.Event()

    async def read() -> None:
        async with aclosing(render_pages(pdf(*["line"] * 200), MediaType.PDF)) as pages:
            async for _ in pages:
                first.set()
                await asyncio.sleep(0.1)

    task = asyncio.create_task(read())
    await first.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert processes[0].returncode is not None


async def test_the_process_gets_nothing_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[dict[str, str]] = []
    open_process = anyio.open_process

    async def noted(*arguments: Any, **options: Any) -> Process:
        given.append(options["env"])
        return await open_process(*arguments, **options)

    monkeypatch.setattr(anyio, "open_process", noted)
    monkeypatch.setenv("CHARTWAY_DATABASE_URL", "postgresql://secret")
    await count_pages(b"text", MediaType.TEXT)
    assert set(given[0]) <= {"PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH"}


async def test_a_process_that_lies_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    def frame(kind: int, number: int, jpeg: bytes = b"", text: bytes = b"", jpeg_bytes: int | None = None) -> bytes:
        length = len(jpeg) if jpeg_bytes is None else jpeg_bytes
        return pack_header(FrameHeader(kind, number, 10, 10, length, len(text))) + jpeg + text

    one, jpeg = frame(FrameKind.CHECKED, 1), b"\xff\xd8\xff"
    page, end = frame(FrameKind.PAGE, 1, jpeg), frame(FrameKind.END, 0)
    lies = [
        b"",
        b"nonsense",
        frame(FrameKind.CHECKED, 0) + end,
        frame(FrameKind.CHECKED, 301) + b"".join(frame(FrameKind.PAGE, n, jpeg) for n in range(1, 302)) + end,
        frame(99, 1) + page + end,
        frame(FrameKind.REFUSED, 0, text=b"x" * 2000),
        one + frame(FrameKind.PAGE, 2, jpeg) + end,
        one + frame(99, 1, jpeg) + end,
        one + frame(FrameKind.PAGE, 1, b"<script>") + end,
        one + frame(FrameKind.PAGE, 1) + end,
        one + frame(FrameKind.PAGE, 1, jpeg_bytes=2**32 - 1) + end,
        one + page,
        one + page + page,
    ]
    open_process = anyio.open_process
    for lie in lies:

        async def lying(command: list[str], lie: bytes = lie, **options: Any) -> Process:
            program = f"import sys; sys.stdin.buffer.read(); sys.stdout.buffer.write({lie!r})"
            return await open_process([sys.executable, "-I", "-S", "-c", program], **options)

        monkeypatch.setattr(anyio, "open_process", lying)
        with pytest.raises(UnreadableDocument, match="could not be drawn safely"):
            await drawn(pdf("line"), MediaType.PDF)


async def test_a_frame_header_unpacks_to_what_was_packed() -> None:
    header = FrameHeader(FrameKind.PAGE, 300, 935, 1210, 40_000, 1)
    assert len(pack_header(header)) == HEADER_BYTES
    assert unpack_header(pack_header(header)) == header
