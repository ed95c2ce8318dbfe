"""PDFs of many patients, looked through and taken apart in a process of its own: the door for everyone else."""

from collections.abc import AsyncGenerator, AsyncIterable, Sequence

from storage.page_frames import FrameKind, PageImage
from storage.pages import UnreadableDocument, open_conversation
from storage.pdf_parts import write_ranges
from storage.sniffing import MediaType

TOO_LARGE = "A part of this PDF is larger than one document may be. Split it into smaller ranges."


async def draw_small_pages(
    document: AsyncIterable[bytes], *, timeout: float = 120  # noqa: ASYNC109 - counts waiting alone
) -> AsyncGenerator[PageImage, None]:
    """Yield a small picture of each page of a PDF, with the text on it; raises as `render_pages` does."""
    async with open_conversation(MediaType.PDF, "small", timeout) as conversation:
        await conversation.send(document)
        pages = await conversation.receive_verdict()
        for number in range(1, pages + 1):
            yield await conversation.receive_page(number)
        await conversation.receive_end()


async def split_pdf(
    document: AsyncIterable[bytes], ranges: Sequence[tuple[int, int]], *,
    timeout: float = 300,  # noqa: ASYNC109 - counts waiting alone
) -> AsyncGenerator[bytes, None]:  # fmt: skip
    """Yield a PDF for each range of pages, in the order of the ranges; raises as `render_pages` does.

    Ranges are first and last page, counted from 1; they must lie within the document.
    """
    async with open_conversation(MediaType.PDF, f"split:{write_ranges(ranges)}", timeout) as conversation:
        await conversation.send(document)
        await conversation.receive_verdict()
        for number in range(1, len(ranges) + 1):
            part = await conversation.receive_bytes(FrameKind.PART, number)
            if not part.startswith(b"%PDF-"):
                raise UnreadableDocument(TOO_LARGE)
            yield part
        await conversation.receive_end()
