"""How fast documents become pages, each in the page process that uploads go through."""

import io
import resource
import secrets
import time
from contextlib import aclosing

import anyio
import anyio.to_thread
from PIL import Image, ImageDraw
from reportlab.pdfgen.canvas import Canvas

from portal.ids import new_id
from storage.envelope import SealedReader, StreamSealer, context, sealed_size
from storage.objects import ObjectStore, object_key
from storage.pages import render_pages
from storage.sniffing import MediaType

_KEY, _PLACE = secrets.token_bytes(32), context("bench")
_RUN = 1 << 20


async def measure_pages(
    document: bytes, first: bytes, media_type: MediaType = MediaType.PDF, *, times: int = 3
) -> dict[str, float]:
    """Pages for each second of processor time of the page process, with its start and after it, and on the wall.

    `first` is the first page as a document of its own: what it takes is the start with one page. Both are drawn
    several times, and the best counts.
    """
    runs = [await _draw(document, media_type) for _ in range(times)]
    begun = min([(await _draw(first, media_type))[1] for _ in range(times)])
    pages, used, wall = runs[0][0], min(run[1] for run in runs), min(run[2] for run in runs)
    return {
        "pages": pages, "pages_per_processor_second": round(pages / max(used, 0.001), 1),
        "pages_per_processor_second_after_the_first": round((pages - 1) / max(used - begun, 0.001), 1),
        "pages_per_second": round(pages / wall, 1),
    }  # fmt: skip


async def _draw(document: bytes, media_type: MediaType) -> tuple[int, float, float]:
    """How many pages were drawn, in how many seconds of processor time and by the clock."""
    began, used, pages = time.perf_counter(), _children(), 0
    async for _ in render_pages(document, media_type):
        pages += 1
    return pages, _children() - used, time.perf_counter() - began


async def measure_page(size: int, store: ObjectStore, *, number: int = 1) -> dict[str, float]:
    """A page of a sealed PDF of about `size` bytes in a store, a MiB each: seconds, and what was fetched for it."""
    key, sealed = object_key(new_id(), new_id()), _sealed_pdf(size)
    async with store.writing(key) as sink:
        for start in range(0, len(sealed), _RUN):
            await sink.write(sealed[start : start + _RUN])
    fetched: list[int] = []

    def read_range(start: int, stop: int) -> bytes:
        piece = store.read_range(key, start, stop)
        fetched.append(len(piece))
        return piece

    began = time.perf_counter()
    reader = await anyio.to_thread.run_sync(lambda: SealedReader(read_range, len(sealed), _KEY, _PLACE))
    async with aclosing(render_pages(reader, MediaType.PDF, first=number, last=number, most=reader.size)) as pages:
        await anext(pages)
    seconds = time.perf_counter() - began
    await store.delete(key)
    return {
        "seconds": round(seconds, 2), "ranges": len(fetched), "mib_fetched": round(sum(fetched) / (1 << 20), 2),
    }  # fmt: skip


def text_pdf(pages: int) -> bytes:
    """A PDF of typed pages."""
    out = io.BytesIO()
    canvas = Canvas(out)
    for page in range(pages):
        for line in range(46):
            canvas.drawString(60, 780 - 16 * line, f"Page {page + 1}, line {line + 1}: what was dictated of the visit.")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def scanned_pdf(pages: int) -> bytes:
    """A PDF of scanned pages, 200 dots per inch, grey."""
    made = []
    for page in range(pages):
        image = Image.effect_noise((1700, 2200), 12).point(lambda value: min(255, value + 110))
        pen = ImageDraw.Draw(image)
        for line in range(60):
            pen.text((120, 120 + 33 * line), f"Page {page + 1}, line {line + 1} of a scanned record", 40, font_size=24)
        made.append(image)
    out = io.BytesIO()
    made[0].save(out, "PDF", save_all=True, append_images=made[1:], resolution=200)
    return out.getvalue()


def _sealed_pdf(size: int) -> bytes:
    """A sealed PDF whose pages are raw pictures, so that it is as large as is wished.

    What describes its pages stands together, as programs write it that gather objects in streams; PDFium looks at all
    of it on its way to a page.
    """
    side = 1024
    count = max(1, size // (side * side))
    parts, places = [b"%PDF-1.7\n"], list[int]()

    def add(body: bytes) -> None:
        places.append(places[-1] + len(parts[-1]) if places else len(parts[0]))
        parts.append(b"%d 0 obj\n" % len(places) + body + b"\nendobj\n")

    kids = b" ".join(b"%d 0 R" % (3 + page) for page in range(count))
    add(b"<</Type/Catalog/Pages 2 0 R>>")
    add(b"<</Type/Pages/Count %d/Kids[%s]>>" % (count, kids))
    picture = secrets.token_bytes(side * side)
    for page in range(count):
        number = 3 + count + 2 * page
        add(b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents %d 0 R/Resources<</XObject<</I %d 0 R>>>>>>"
            % (number, number + 1))  # fmt: skip
    for _ in range(count):
        add(b"<</Length 26>>stream\nq 612 0 0 792 0 0 cm /I Do\nendstream")
        add(b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8/Length %d>>"
            b"stream\n%s\nendstream" % (side, side, len(picture), picture))  # fmt: skip
    end = places[-1] + len(parts[-1])
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    parts.append(b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
                 % (len(places) + 1, rows, len(places) + 1, end))  # fmt: skip
    sealer = StreamSealer(_KEY, _PLACE)
    sealed = b"".join([*(sealer.update(part) for part in parts), sealer.finalize()])
    assert len(sealed) == sealed_size(sum(map(len, parts)))
    return sealed


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
