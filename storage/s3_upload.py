"""One object on its way into a bucket: put at once if it is small, in parts if it is not, never half."""

import asyncio
import contextlib
import secrets
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import anyio
import anyio.to_thread
from botocore.exceptions import ClientError

from portal.errors import PortalError
from storage.aws import TRIES, code_of, unavailable_as
from storage.objects import ObjectExists, StoreUnavailable

Result = TypeVar("Result")

PART = 8 << 20  # bytes of a part; S3 takes none below 5 MiB but the last
SMALL = 1 << 20  # bytes up to which an object waits for no place

#: What a server says to a conditional write that met something, or that came a second time.
_MET_SOMETHING = ("PreconditionFailed", "412", "ConditionalRequestConflict", "409", "NoSuchUpload")


class S3Upload:
    """The sink of one new object. At most two parts are in memory: one on its way, and one that is being filled."""

    def __init__(
        self, client: Any, place: dict[str, str], limiter: anyio.CapacityLimiter, places: anyio.Semaphore
    ) -> None:
        self._client, self._place, self._limiter, self._places = client, place, limiter, places
        self._buffer = bytearray()
        self._upload_id: str | None = None
        self._parts: list[dict[str, Any]] = []
        self._flying: asyncio.Task[None] | None = None
        self._has_place = False
        self._ended = False
        # Tells our object from another writer's, when an answer was lost and the request had to be repeated.
        self._writer = secrets.token_hex(16)

    async def write(self, data: bytes, /) -> None:
        """Add `data`; waits while a part is on its way and the next one is full."""
        if self._ended:
            raise ValueError("this object is no longer being written")
        if len(self._buffer) + len(data) > SMALL and not self._has_place:
            await self._places.acquire()
            self._has_place = True
        self._buffer += data
        while len(self._buffer) >= PART:
            await self._send(PART)

    async def finish(self) -> None:
        """Make the object appear; raises ObjectExists if another writer was first."""
        if self._upload_id is None:
            await self._run(partial(self._put, bytes(self._buffer)))
        else:
            if self._buffer:
                await self._send(len(self._buffer))
            await self._land()
            await self._run(self._complete)
        self._end()

    async def discard(self) -> None:
        """Leave nothing behind; what the store does not let us tidy up, the sweeper will."""
        with contextlib.suppress(PortalError):
            await self._land()
        with contextlib.suppress(PortalError):
            await self._run(self._abort)
        self._end()

    def _end(self) -> None:
        self._ended = True
        self._buffer.clear()
        if self._has_place:
            self._has_place = False
            self._places.release()

    async def _send(self, size: int) -> None:
        """Let the first `size` bytes take off as a part, as soon as the one before has landed."""
        await self._land()
        if self._upload_id is None:
            await self._run(self._begin)
        with memoryview(self._buffer) as whole:
            body = bytes(whole[:size])
        del self._buffer[:size]
        number = len(self._parts) + 1
        self._flying = asyncio.create_task(self._run(partial(self._upload_part, number, body)))

    async def _land(self) -> None:
        flying, self._flying = self._flying, None
        if flying:
            try:
                await asyncio.shield(flying)
            except asyncio.CancelledError:
                self._flying = flying  # `discard` waits for it
                raise

    async def _run(self, work: Callable[[], Result]) -> Result:
        """Do `work` in a thread. When cancelled, its end is awaited first: nobody may tidy up what is still growing."""
        running = asyncio.ensure_future(anyio.to_thread.run_sync(work, limiter=self._limiter))
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            with anyio.CancelScope(shield=True):
                while not running.done():
                    with contextlib.suppress(asyncio.CancelledError):
                        await asyncio.wait({running})
            if not running.cancelled():
                running.exception()  # seen; the cancellation is what counts
            raise

    # What follows blocks, in a thread.

    def _begin(self) -> None:
        with unavailable_as(StoreUnavailable):
            begun = self._client.create_multipart_upload(**self._place, **self._marks(), **self._checksum())
            self._upload_id = begun["UploadId"]

    def _upload_part(self, number: int, body: bytes) -> None:
        with unavailable_as(StoreUnavailable):
            sent = self._client.upload_part(
                **self._place, UploadId=self._upload_id, PartNumber=number, Body=body, **self._checksum()
            )
        part = {"PartNumber": number, "ETag": sent["ETag"]}
        if "ChecksumCRC32" in sent:
            part["ChecksumCRC32"] = sent["ChecksumCRC32"]
        self._parts.append(part)

    def _put(self, body: bytes) -> None:
        self._publish(self._client.put_object, Body=body, **self._marks())

    def _complete(self) -> None:
        parts = {"Parts": self._parts}
        self._publish(self._client.complete_multipart_upload, UploadId=self._upload_id, MultipartUpload=parts)
        self._upload_id = None

    def _publish(self, request: Callable[..., Any], **arguments: Any) -> None:
        with unavailable_as(StoreUnavailable):
            for tries_left in reversed(range(TRIES)):
                try:
                    request(**self._place, **arguments, IfNoneMatch="*")
                except ClientError as error:
                    if code_of(error) not in _MET_SOMETHING or not tries_left:
                        raise
                    # Either another writer was first, or we were and did not hear the answer, or two of us met and
                    # the server wants one to come again.
                    if self._is_there():
                        return
                else:
                    return

    def _is_there(self) -> bool:
        """True if the object is there and is ours; raises ObjectExists if it is another writer's."""
        try:
            found = self._client.head_object(**self._place)
        except ClientError as error:
            if code_of(error) in ("404", "NoSuchKey", "NotFound"):
                return False
            raise
        if found.get("Metadata", {}).get("writer") != self._writer:
            raise ObjectExists
        return True

    def _abort(self) -> None:
        if self._upload_id is None:
            return
        with unavailable_as(StoreUnavailable):
            try:
                self._client.abort_multipart_upload(**self._place, UploadId=self._upload_id)
            except ClientError as error:
                if code_of(error) != "NoSuchUpload":
                    raise
        self._upload_id = None

    def _marks(self) -> dict[str, Any]:
        return {"Metadata": {"format": "cob256-v1", "writer": self._writer}}

    def _checksum(self) -> dict[str, str]:
        supported = self._client.meta.config.request_checksum_calculation == "when_supported"
        return {"ChecksumAlgorithm": "CRC32"} if supported else {}
