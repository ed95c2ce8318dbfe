"""Read stored documents to their end and compare them with what their rows say; look for objects without a row."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import structlog

from auditing.access_log.actions import Action
from auditing.access_log.recording import record
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.ids import new_id
from storage.blobs import find_blob, read_blob
from storage.client_keys import get_key
from storage.envelope import SealBroken
from storage.objects import ObjectMissing
from storage.providers import KeyDestroyed
from storage.vault import VAULT

log = structlog.get_logger()

#: A night's sample.
NIGHTLY = 500
#: An object younger than this may belong to an upload that is still under way.
STRAY_AFTER = timedelta(hours=24)
#: So many of each are written down; more than that is one and the same disaster.
MOST_TOLD = 1000

_BATCH = 200


@dataclass(frozen=True, slots=True)
class Failure:
    """A blob that is not what its row says."""

    blob_id: UUID
    client_id: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What a run has found."""

    id: UUID
    checked: int
    failures: tuple[Failure, ...]
    strays: tuple[str, ...]  # keys of objects

    @property
    def holds(self) -> bool:
        """True if everything was as it should be."""
        return not (self.failures or self.strays)


async def verify_documents(
    worker: Actor, *, sample: int | None, client_id: UUID | None = None, progress: Callable[[int], None] | None = None
) -> Checked:
    """Read every stored blob, or a sample of so many, of one client or of all, to its end; records the run."""
    async with acting_as(worker):
        run_id = await _begin("sample" if sample else "all", client_id)
    return await _run(worker, run_id, sample, client_id, progress)


async def verify_nightly(worker: Actor, *, now: datetime) -> Checked | None:
    """Check a sample if it is night (UTC) and nobody has done so yet; several workers may ask at once."""
    if not 1 <= now.astimezone(UTC).hour < 6:
        return None
    async with acting_as(worker):
        await DB.execute("SELECT pg_advisory_xact_lock(hashtext('chartway-nightly-check'))")
        if await DB.value(_DONE_TONIGHT):
            return None
        run_id = await _begin("nightly", None)
    return await _run(worker, run_id, NIGHTLY, None, None)


async def _begin(scope: str, client_id: UUID | None) -> UUID:
    run_id = new_id()
    await DB.execute(
        "INSERT INTO document_check (id, scope, only_client_id) VALUES ($1, $2, $3)", run_id, scope, client_id
    )
    return run_id


async def _run(
    worker: Actor, run_id: UUID, sample: int | None, client_id: UUID | None, progress: Callable[[int], None] | None
) -> Checked:
    checked, failures = 0, []
    async for blob_id in _find_blob_ids(worker, sample, client_id):
        failure = await _check(worker, blob_id)
        checked += 1
        if failure:
            log.error("a stored document does not hold", blob=str(blob_id), reason=failure.reason)
            failures.append(failure)
        if progress and checked % _BATCH == 0:
            progress(checked)
    strays = [key async for key in _find_strays(worker, client_id)]
    if strays:
        log.error("objects without a row", count=len(strays))
    result = Checked(run_id, checked, tuple(failures), tuple(strays))
    async with acting_as(worker):
        await DB.execute(
            "UPDATE document_check SET finished_at = clock_timestamp(), checked = $2, failures = $3::jsonb,"
            " strays = $4::jsonb WHERE id = $1",
            run_id, checked, json.dumps(
                [{"blob": str(one.blob_id), "client": str(one.client_id), "reason": one.reason}
                 for one in failures[:MOST_TOLD]]
            ), json.dumps(strays[:MOST_TOLD]),
        )  # fmt: skip
        await record(
            worker, Action.DOCUMENTS_CHECKED, object_type="document check", object_id=run_id, client_id=client_id,
            details={"checked": checked, "failures": len(failures), "strays": len(strays)},
        )  # fmt: skip
    return result


async def _find_blob_ids(worker: Actor, sample: int | None, client_id: UUID | None) -> AsyncIterator[UUID]:
    after = UUID(int=0)
    while True:
        async with acting_as(worker):
            rows = await DB.fetch(_SAMPLE, client_id, sample) if sample else await DB.fetch(
                _ALL, client_id, after, _BATCH
            )  # fmt: skip
        for row in rows:
            yield UUID(bytes=row["id"].bytes)
        if sample or not rows:
            return
        after = rows[-1]["id"]


async def _check(worker: Actor, blob_id: UUID) -> Failure | None:
    async with acting_as(worker):
        row = await DB.fetch_one(
            "SELECT client_id, key_id, store_key, plain_size, sealed_size, content_mac FROM blob"
            " WHERE id = $1 AND state = 'stored'",
            blob_id,
        )
        if row is None:
            return None  # deleted since it was listed
        try:
            key = await get_key(row["key_id"])
            blob = await find_blob(blob_id)
        except (SealBroken, KeyDestroyed) as error:
            return _failure(row, blob_id, "its key is gone" if isinstance(error, KeyDestroyed) else "its key is broken")
    reason = None
    try:
        if await VAULT.store.size(row["store_key"]) != row["sealed_size"]:
            reason = "the object has another size"
        else:
            mac, size = hmac.new(key.content, digestmod=hashlib.sha256), 0
            async for piece in read_blob(blob):
                mac.update(piece)
                size += len(piece)
            if size != row["plain_size"] or not hmac.compare_digest(mac.digest(), bytes(row["content_mac"])):
                reason = "the content is another"
    except ObjectMissing:
        reason = "the object is missing"
    except SealBroken:
        reason = "the seal is broken"
    if reason is None:
        return None
    async with acting_as(worker):  # unless somebody has deleted it meanwhile
        if not await DB.value("SELECT EXISTS (SELECT FROM blob WHERE id = $1 AND state = 'stored')", blob_id):
            return None
    return _failure(row, blob_id, reason)


def _failure(row: asyncpg.Record, blob_id: UUID, reason: str) -> Failure:
    return Failure(blob_id, UUID(bytes=row["client_id"].bytes), reason)


async def _find_strays(worker: Actor, client_id: UUID | None) -> AsyncIterator[str]:
    """Objects that have been there for a day and that no row speaks of. They are told, never deleted."""
    async with acting_as(worker):
        latest = await DB.value("SELECT clock_timestamp()") - STRAY_AFTER
    batch: list[str] = []
    async for found in VAULT.store.list_keys(client_id):
        if found.modified_at < latest:
            batch.append(found.key)
        if len(batch) >= _BATCH:
            for stray in await _without_row(worker, batch):
                yield stray
            batch = []
    for stray in await _without_row(worker, batch):
        yield stray


async def _without_row(worker: Actor, keys: list[str]) -> list[str]:
    async with acting_as(worker):
        known = await DB.fetch(
            "SELECT store_key FROM blob WHERE store_key = ANY ($1::text[]) AND state NOT IN ('abandoned', 'deleted')",
            keys,
        )
    return sorted(set(keys) - {row["store_key"] for row in known})


_SAMPLE = (
    "SELECT id FROM blob WHERE state = 'stored' AND ($1::uuid IS NULL OR client_id = $1) ORDER BY random() LIMIT $2"
)
_ALL = (
    "SELECT id FROM blob WHERE state = 'stored' AND ($1::uuid IS NULL OR client_id = $1) AND id > $2"
    " ORDER BY id LIMIT $3"
)
_DONE_TONIGHT = (
    "SELECT EXISTS (SELECT FROM document_check WHERE scope = 'nightly'"
    " AND started_at > clock_timestamp() - interval '12 hours')"
)
