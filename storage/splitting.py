"""PDFs of many patients, taken apart in a process of its own: the door for everyone else."""

from collections.abc import AsyncGenerator, AsyncIterable, Sequence

from storage.page_frames import FrameKind
from storage.page_orders import PageOrder
from storage.pages import UnreadableDocument, open_conversation
from storage.sniffing import MediaType

#: Of small pictures: enough to read whose page it is.
SMALL_DPI = 72
TOO_LARGE = "A part of this PDF is larger than one document may be. Split it into smaller ranges."


async def split_pdf(
    document: AsyncIterable[bytes], ranges: Sequence[tuple[int, int]], *,
    timeout: float = 300,  # noqa: ASYNC109 - counts waiting alone
) -> AsyncGenerator[bytes, None]:  # fmt: skip
    """Yield a PDF for each range of pages, in the order of the ranges; raises as `render_pages` does.

    Ranges are first and last page, counted from 1; they must lie within the document.
    """
    order = PageOrder(MediaType.PDF, "split", ranges=tuple(ranges))
    async with open_conversation(document, order, timeout) as conversation:
        await conversation.receive_verdict()
        for number in range(1, len(ranges) + 1):
            part = await conversation.receive_bytes(FrameKind.PART, number)
            if not part.startswith(b"%PDF-"):
                raise UnreadableDocument(TOO_LARGE)
            yield part
        await conversation.receive_end()
