"""The parts of a multipart body, one after the other: small fields, and files whose bytes are kept nowhere."""

from collections.abc import AsyncIterable, AsyncIterator, Iterator
from typing import TypeAlias

from multipart import MultipartError, MultipartSegment, ParserLimitReached, PushMultipartParser

from portal.errors import Invalid

MOST_FIELD_BYTES = 4000
MOST_FIELDS = 40
#: Files beyond what one upload takes still get a line on the receipt, up to here.
MOST_PARTS = 200

_Event: TypeAlias = MultipartSegment | bytes | bytearray | None


class FilePart:
    """One file on its way in. Iterate over it for its bytes; `size` counts those that have passed."""

    def __init__(self, name: str, parts: "Parts") -> None:
        self.name = name
        self.size = 0
        self._parts = parts
        self._ended = False

    def __aiter__(self) -> "FilePart":
        return self

    async def __anext__(self) -> bytes:
        if self._ended:
            raise StopAsyncIteration
        event = await self._parts.next_event()
        if event is None:
            self._ended = True
            raise StopAsyncIteration
        assert not isinstance(event, MultipartSegment)
        self.size += len(event)
        return bytes(event)

    async def skip(self) -> None:
        """Let the rest of the file pass by."""
        async for _ in self:
            pass


class Parts:
    """A multipart body as it comes in: first `fields`, then `files`, in the order in which the form has them."""

    def __init__(self, chunks: AsyncIterable[bytes], boundary: str) -> None:
        self._chunks = aiter(chunks)
        self._parser = PushMultipartParser(boundary, max_segment_count=MOST_PARTS)
        self._events: Iterator[_Event] = iter(())
        self._first_file: FilePart | None = None

    async def read_fields(self) -> dict[str, str]:
        """The fields in front of the first file; of a field sent twice the last counts. Takes no byte of a file."""
        values: dict[str, str] = {}
        while (segment := await self._next_segment()) is not None:
            if segment.filename is not None:
                self._first_file = FilePart(segment.filename, self)
                break
            values[segment.name or ""] = await self._read_field()
            if len(values) > MOST_FIELDS:
                raise Invalid("This form has more fields than it should. Reload the page and fill it in again.")
        return values

    async def files(self) -> AsyncIterator[FilePart]:
        """The files, each to be read before the next is asked for; what is left of one then passes by."""
        file, self._first_file = self._first_file, None
        while True:
            if file is not None:
                yield file
                await file.skip()
            segment = await self._next_segment()
            if segment is None:
                return
            if segment.filename is None:
                await self._read_field()
                file = None
            else:
                file = FilePart(segment.filename, self)

    async def skip(self) -> None:
        """Let everything pass by, so that a browser which is still sending gets to read the answer."""
        async for _ in self.files():
            pass

    async def next_event(self) -> _Event:
        """What comes next: a part's beginning, some of its bytes, None for its end; StopAsyncIteration at last."""
        try:
            while True:
                for event in self._events:
                    return event
                chunk = await anext(self._chunks, None)
                if chunk is None:
                    self._parser.close()  # type: ignore[no-untyped-call]  # the library does not annotate it
                    raise StopAsyncIteration
                self._events = self._parser.parse(chunk) if chunk and not self._parser.closed else iter(())
        except ParserLimitReached:
            raise Invalid("One upload takes at most 20 files. Put the pages together in fewer PDFs.") from None
        except MultipartError:
            raise Invalid("The upload did not arrive whole. Nothing was kept of it; send the files again.") from None

    async def _next_segment(self) -> MultipartSegment | None:
        try:
            event = await self.next_event()
        except StopAsyncIteration:
            return None
        assert isinstance(event, MultipartSegment)
        return event

    async def _read_field(self) -> str:
        value = bytearray()
        while (event := await self.next_event()) is not None:
            assert not isinstance(event, MultipartSegment)
            value += event
            if len(value) > MOST_FIELD_BYTES:
                raise Invalid("One of the fields holds far more text than it has room for. Shorten it and send again.")
        return value.decode("utf-8", "replace")
