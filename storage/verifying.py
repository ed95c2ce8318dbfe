"""Read stored documents to their end and compare them with what their rows say, and the whole store with the rows."""

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
from storage.inventory import take_inventory
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
_MISSING = "the object is missing"


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
    strays: tuple[str, ...]  # keys of objects that no row speaks of; they are told, never deleted

    @property
    def holds(self) -> bool:
        """True if everything was as it should be."""
        return not (self.failures or self.strays)


async def verify_documents(
    worker: Actor, *, sample: int | None, client_id: UUID | None = None, progress: Callable[[int], None] | None = None
) -> Checked:
    """Read every stored blob, or a sample of so many, of one client or of all, to its end; records the run.

    Whatever the sample: no object may be missing, and none may be there that no row speaks of for a day.
    """
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
    checked, found = 0, dict[UUID, Failure]()
    async for blob_id in _find_blob_ids(worker, sample, client_id):
        failure = await _check(worker, blob_id)
        checked += 1
        if failure:
            found[blob_id] = failure
        if progress and checked % _BATCH == 0:
            progress(checked)
    inventory = await take_inventory(worker, client_id=client_id, sparing=STRAY_AFTER)
    for blob_id, owner in inventory.without_object:
        found[blob_id] = Failure(blob_id, owner, _MISSING)
    failures, strays = tuple(found.values()), inventory.without_row
    for failure in failures[:MOST_TOLD]:
        log.error("a stored document does not hold", blob=str(failure.blob_id), reason=failure.reason)
    if strays:
        log.error("objects without a row", count=len(strays))
    result = Checked(run_id, checked, failures, strays)
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
        reason = _MISSING
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
