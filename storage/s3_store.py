"""The store that keeps objects in a bucket of S3, or of a server that speaks its language."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

import anyio
import anyio.to_thread
from botocore.exceptions import BotoCoreError, ClientError

from storage.aws import TRIES, code_of, unavailable_as
from storage.objects import ObjectMissing, Sink, StoredObject, StoreUnavailable, is_object_key
from storage.s3_upload import S3Upload

Result = TypeVar("Result")

_MISSING = ("NoSuchKey", "404", "NotFound")
_READ = 1 << 20  # bytes read from a connection at once


class S3Store:
    """Objects in one bucket, under keys that begin with `v1/`. Each is written once, by conditional requests."""

    def __init__(self, client: Any, bucket: str, *, uploads: int = 16, threads: int = 24) -> None:
        """`uploads` bounds how many large objects are written at once, 16 MiB of memory each; `threads`, the requests.

        The limits are this store's own: a slow bucket must not take the threads that the rest of the process needs.
        """
        self._client, self._bucket = client, bucket
        self._limiter = anyio.CapacityLimiter(threads)
        self._places = anyio.Semaphore(uploads)

    def check(self) -> None:
        """Ask whether the bucket is there and ours; raises what boto3 raises if it is not. Blocks."""
        self._client.head_bucket(Bucket=self._bucket)

    @asynccontextmanager
    async def writing(self, key: str) -> AsyncIterator[Sink]:
        """A sink for a new object: it appears, whole and durable, on clean exit, and never after an error."""
        upload = S3Upload(self._client, {"Bucket": self._bucket, "Key": _checked(key)}, self._limiter, self._places)
        try:
            yield upload
            await upload.finish()
        except BaseException:
            with anyio.CancelScope(shield=True):
                await upload.discard()
            raise

    def read_range(self, key: str, start: int, stop: int) -> bytes:
        """The bytes from `start` to before `stop`, fewer at the end; blocks."""
        if not 0 <= start <= stop:
            raise ValueError("a range runs from a start to a stop that is not before it")
        if start == stop:
            self._size(key)
            return b""
        held = bytearray()
        with unavailable_as(StoreUnavailable):
            # boto3 tries a request again, but not a body that breaks off: that is fetched on from where it broke.
            for tries_left in reversed(range(TRIES)):
                try:
                    self._read_on(_checked(key), start, stop, held)
                    break
                except BotoCoreError:
                    if not tries_left:
                        raise
        return bytes(held)

    async def fetch_range(self, key: str, start: int, stop: int) -> bytes:
        """`read_range` for the event loop."""
        return await self._run(lambda: self.read_range(key, start, stop))

    async def size(self, key: str) -> int:
        """Bytes of the object; raises ObjectMissing."""
        return await self._run(lambda: self._size(key))

    async def delete(self, key: str) -> None:
        """Remove the object; calm when it is gone already."""
        await self._ask(self._client.delete_object, Key=_checked(key))

    async def give_up(self, key: str) -> None:
        """Remove the object and whatever unfinished writers of it left."""
        # Uploads first: one that is completed in between is then found as an object.
        await self._abort_uploads(_checked(key))
        await self.delete(key)

    async def list_keys(self, client_id: UUID | None = None) -> AsyncIterator[StoredObject]:
        """Every object of a client, or of all."""
        place: dict[str, Any] = {"Prefix": f"v1/{client_id.hex}/" if client_id else "v1/"}
        while True:
            answer = await self._ask(self._client.list_objects_v2, **place)
            for entry in answer.get("Contents", ()):
                if is_object_key(entry["Key"]):
                    yield StoredObject(entry["Key"], entry["Size"], entry["LastModified"])
            if not answer.get("IsTruncated"):
                return
            place["ContinuationToken"] = answer["NextContinuationToken"]

    async def sweep_temporary(self, older_than_seconds: float) -> int:
        """Abort multipart uploads that began that long ago; returns how many."""
        return await self._abort_uploads("v1/", begun_before=time.time() - older_than_seconds)

    async def _abort_uploads(self, prefix: str, *, begun_before: float | None = None) -> int:
        aborted = 0
        place: dict[str, Any] = {"Prefix": prefix}
        while True:
            answer = await self._ask(self._client.list_multipart_uploads, **place)
            for entry in answer.get("Uploads", ()):
                if begun_before is None or entry["Initiated"].timestamp() <= begun_before:
                    await self._run(partial(self._abort, entry["Key"], entry["UploadId"]))
                    aborted += 1
            if not answer.get("IsTruncated"):
                return aborted
            place |= {"KeyMarker": answer["NextKeyMarker"], "UploadIdMarker": answer["NextUploadIdMarker"]}

    def _abort(self, key: str, upload_id: str) -> None:
        with unavailable_as(StoreUnavailable):
            try:
                self._client.abort_multipart_upload(Bucket=self._bucket, Key=key, UploadId=upload_id)
            except ClientError as error:
                if code_of(error) != "NoSuchUpload":  # its writer was faster
                    raise

    def _read_on(self, key: str, start: int, stop: int, held: bytearray) -> None:
        asked = f"bytes={start + len(held)}-{stop - 1}"
        try:
            body = self._client.get_object(Bucket=self._bucket, Key=key, Range=asked)["Body"]
        except ClientError as error:
            if code_of(error) in _MISSING:
                raise ObjectMissing from None
            if code_of(error) in ("InvalidRange", "416"):  # nothing is there any more from here on
                return
            raise
        with body:
            for piece in body.iter_chunks(_READ):
                held += piece

    def _size(self, key: str) -> int:
        with unavailable_as(StoreUnavailable):
            try:
                return int(self._client.head_object(Bucket=self._bucket, Key=_checked(key))["ContentLength"])
            except ClientError as error:
                if code_of(error) in _MISSING:
                    raise ObjectMissing from None
                raise

    async def _ask(self, operation: Callable[..., Any], **arguments: Any) -> Any:
        def ask() -> Any:
            with unavailable_as(StoreUnavailable):
                return operation(Bucket=self._bucket, **arguments)

        return await self._run(ask)

    async def _run(self, work: Callable[[], Result]) -> Result:
        return await anyio.to_thread.run_sync(work, limiter=self._limiter)


def _checked(key: str) -> str:
    if not is_object_key(key):
        raise ValueError("this is not the key of an object")
    return key
