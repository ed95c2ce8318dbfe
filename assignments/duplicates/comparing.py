"""Compare a document's text with the client's others: copied notes are found across patients, days and file names."""

from dataclasses import dataclass
from uuid import UUID

import anyio.to_thread
import asyncpg

from assignments.duplicates.finding import write_matches
from assignments.duplicates.likeness import (
    FEWEST_PASSAGES,
    THRESHOLD,
    Signature,
    bands,
    likeness,
    pack,
    passages,
    sign,
    unpack,
)
from assignments.duplicates.rules import Rule
from assignments.opening import open_fields
from portal.actor import WORKER
from portal.database import DB, acting_as
from storage.blobs import OpenableBlob, find_blob, read_whole_blob
from storage.client_keys import ClientKey, get_active_key
from storage.envelope import derive
from storage.sealed_fields import seal_field
from storage.text_layer import unpack_layer

#: A template can be like very many; the list of things to decide holds the likest.
_MOST_KEPT = 3
_MOST_COMPARED = 200


@dataclass(frozen=True, slots=True)
class _Signed:
    count: int
    signature: Signature
    bands: list[bytes]


async def compare_text(document_id: UUID) -> None:
    """Sign a document's text and note which earlier charts have nearly the same. Calm when repeated.

    Runs after the document's pages are made, and again whenever they get another text.
    """
    async with acting_as(WORKER):
        document = await DB.fetch_one(
            "SELECT client_id, chart_id FROM document WHERE id = $1 AND state = 'ready'", document_id
        )
        if document is None:
            return
        client_id, chart_id = document["client_id"], document["chart_id"]
        key = await get_active_key(client_id)
        rows = await DB.fetch(
            "SELECT text_blob_id FROM document_page WHERE document_id = $1 AND text_blob_id IS NOT NULL"
            " ORDER BY number",
            document_id,
        )
        texts = [await find_blob(row["text_blob_id"]) for row in rows]
    signed = await _sign(key, texts)
    async with acting_as(WORKER):
        # One document of a client after the other: of two copies that come at once, the second finds the first.
        await DB.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 15))", str(client_id))
        await DB.execute("DELETE FROM document_signature WHERE document_id = $1", document_id)
        if signed is None:
            return
        await DB.execute(
            "INSERT INTO document_signature (document_id, client_id, chart_id, passages, signature_sealed, bands)"
            " VALUES ($1, $2, $3, $4, $5, $6)",
            document_id, client_id, chart_id, signed.count,
            seal_field(key, "document_signature.signature", document_id, pack(signed.signature)), signed.bands,
        )  # fmt: skip
        for (later, earlier), share in await _find_alike(document_id, signed):
            await write_matches(WORKER, client_id, later, [(earlier, Rule.NEAR_TEXT)], similarity=share)


async def _sign(key: ClientKey, texts: list[OpenableBlob]) -> _Signed | None:
    """The signature of a document's whole text; None if there is too little of it."""
    found = passages("\n".join([unpack_layer(await read_whole_blob(text)).text for text in texts]))
    if len(found) < FEWEST_PASSAGES:
        return None
    secret = derive(key.index, "document likeness")
    signature = await anyio.to_thread.run_sync(sign, secret, found)
    return _Signed(len(found), signature, bands(secret, signature))


async def _find_alike(document_id: UUID, signed: _Signed) -> list[tuple[tuple[UUID, UUID], float]]:
    """Pairs of a later and an earlier chart with nearly the same text, the likest first, inside the transaction."""
    rows: list[asyncpg.Record] = await DB.fetch(_CANDIDATES, document_id, signed.bands, _MOST_COMPARED)
    opened = await open_fields(
        "document_signature.signature", {row["document_id"]: row["signature_sealed"] for row in rows}
    )
    best: dict[tuple[UUID, UUID], float] = {}
    for row in rows:
        pair = (row["chart_id"], row["other_id"]) if row["is_later"] else (row["other_id"], row["chart_id"])
        share = likeness(signed.signature, unpack(opened[row["document_id"]]))
        if share >= THRESHOLD:
            best[pair] = max(share, best.get(pair, 0.0))
    return sorted(best.items(), key=lambda found: -found[1])[:_MOST_KEPT]


#: Charts of one encounter share their papers rightly, and equal files are told of by another rule.
_CANDIDATES = """
  SELECT s.document_id, s.signature_sealed, c.id AS chart_id, oc.id AS other_id,
         (d.received_at, d.id) > (od.received_at, od.id) AS is_later
    FROM document_signature s JOIN document od ON od.id = s.document_id JOIN chart oc ON oc.id = od.chart_id
    JOIN document d ON d.id = $1 JOIN chart c ON c.id = d.chart_id
   WHERE s.client_id = d.client_id AND s.bands && $2 AND s.document_id <> d.id AND oc.encounter_id <> c.encounter_id
     AND oc.state <> 'cancelled' AND NOT EXISTS (
       SELECT FROM duplicate_match m WHERE m.rule = 'same_file'
          AND ((m.chart_id = c.id AND m.other_chart_id = oc.id) OR (m.chart_id = oc.id AND m.other_chart_id = c.id)))
   ORDER BY od.received_at DESC, od.id DESC LIMIT $3
"""
