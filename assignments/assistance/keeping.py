"""Learn a client's lexicon from its final charts, in the worker, and keep it sealed."""

import hashlib
from base64 import b64decode, b64encode
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import anyio.to_thread

from assignments.assistance.counting import PastChart
from assignments.assistance.dictionary import load_dictionary
from assignments.assistance.learning import Knowledge, learn
from assignments.assistance.packing import pack, unpack
from assignments.events import ChartEvent
from portal.actor import WORKER, Actor
from portal.database import DB, acting_as
from portal.ids import new_id
from portal.jobs import put_in_line
from storage.blobs import OpenableBlob, find_blob, read_whole_blob
from storage.client_keys import get_active_key, get_key
from storage.sealed_fields import key_of, open_field, seal_field
from storage.text_layer import unpack_layer

LEARN = "learn from final charts"
PROPOSE = "propose codes"
PLACE = "lexicon.knowledge"
#: The newest charts are learned from; older habits are older.
MOST_CHARTS = 2000
#: A lexicon of so many charts waits for the night, unless one in twenty of them is new.
_FEW_CHARTS = 50
_SHARE_NEW = 20


@dataclass(frozen=True, slots=True)
class PageText:
    """A page that has words, to be opened after the transaction."""

    id: UUID
    blob: OpenableBlob


@dataclass(frozen=True, slots=True)
class ChartText:
    """The words of a chart's pages as one text, and where each page begins in it."""

    text: str
    page_ids: tuple[UUID, ...]
    starts: tuple[int, ...]

    def place(self, start: int, end: int) -> tuple[UUID, int, int]:
        """A place of the text as page and characters of that page; the part that reaches into the next is left out."""
        number = max(at for at, begin in enumerate(self.starts) if begin <= start)
        begin = self.starts[number]
        after = self.starts[number + 1] - len(_BETWEEN) if number + 1 < len(self.starts) else len(self.text)
        return self.page_ids[number], start - begin, min(end, after) - begin


_BETWEEN = "\n\n"


async def note_final(_worker: Actor, event: ChartEvent) -> None:
    """A chart became final: its lexicon is to be learned again, soon or in the night."""
    specialty = await DB.value("SELECT specialty FROM chart WHERE id = $1", event.chart_id)
    await DB.execute(
        "INSERT INTO lexicon (id, client_id, specialty) VALUES ($1, $2, $3)"
        " ON CONFLICT (client_id, specialty) DO NOTHING",
        new_id(), event.client_id, specialty,
    )  # fmt: skip
    lexicon_id = await DB.value(
        "SELECT id FROM lexicon WHERE client_id = $1 AND specialty = $2", event.client_id, specialty
    )
    await put_in_line(LEARN, UUID(str(lexicon_id)))


async def learn_soon(lexicon_id: UUID) -> None:
    """Learn a lexicon again if enough is new. Calm when repeated."""
    await learn_lexicon(lexicon_id, least_share_new=_SHARE_NEW)


async def learn_nightly() -> int:
    """Learn every lexicon again that anything is new for; how many."""
    async with acting_as(WORKER):
        rows = await DB.fetch("SELECT id FROM lexicon ORDER BY client_id, specialty")
    return sum([await learn_lexicon(UUID(bytes=row["id"].bytes)) for row in rows])


async def learn_lexicon(lexicon_id: UUID, *, least_share_new: int | None = None) -> bool:
    """Learn from the client's final charts of the specialty; True if there was something new to learn.

    With `least_share_new` a large lexicon is left alone until one in so many of its charts is new.
    """
    async with acting_as(WORKER):
        lexicon = await DB.fetch_one(
            "SELECT client_id, specialty, charts, version, learned_at FROM lexicon WHERE id = $1", lexicon_id
        )
        if lexicon is None:
            return False
        finals = await DB.fetch(_FINALS, lexicon["client_id"], lexicon["specialty"], MOST_CHARTS)
        learned_at = lexicon["learned_at"]
        later = sum(learned_at is None or row["became_final_at"] > learned_at for row in finals)
        new = max(later, len(finals) - lexicon["charts"])
        is_large = least_share_new is not None and lexicon["charts"] >= _FEW_CHARTS
        if new <= 0 or (is_large and new * (least_share_new or 1) < lexicon["charts"]):
            return False
        began_at = await DB.value("SELECT clock_timestamp()")
    history = [await _read_final(row["chart_id"], row["coding_id"]) for row in finals]
    packed = await anyio.to_thread.run_sync(_learn, history)
    async with acting_as(WORKER):
        key = await get_active_key(lexicon["client_id"])
        await DB.execute(
            "UPDATE lexicon SET version = version + 1, charts = $2, learned_at = $3, knowledge_sealed = $4"
            " WHERE id = $1 AND version = $5",  # of two at once the first stays
            lexicon_id, len(history), began_at, seal_field(key, PLACE, lexicon_id, b64encode(packed).decode()),
            lexicon["version"],
        )  # fmt: skip
        for row in await DB.fetch(_WAITING, lexicon["client_id"], lexicon["specialty"]):
            await put_in_line(PROPOSE, UUID(bytes=row["id"].bytes))
    return True


def _learn(history: Sequence[PastChart]) -> bytes:
    return pack(learn(history, load_dictionary(), mine=False))


async def find_knowledge(client_id: UUID, specialty: str) -> tuple[UUID, int, Knowledge] | None:
    """What is known for a client's specialty, with its lexicon's id and version; inside the current transaction.

    The key is asked for each time, so that what was learned is gone with it.
    """
    row = await DB.fetch_one(
        "SELECT id, version, knowledge_sealed FROM lexicon WHERE client_id = $1 AND specialty = $2"
        " AND knowledge_sealed IS NOT NULL",
        client_id, specialty,
    )  # fmt: skip
    if row is None:
        return None
    lexicon_id, sealed = UUID(bytes=row["id"].bytes), bytes(row["knowledge_sealed"])
    key = await get_key(key_of(sealed))
    known = _kept.pop(lexicon_id, None)
    if known is None or known[0] != row["version"]:
        packed = b64decode(open_field(key, PLACE, lexicon_id, sealed))
        known = row["version"], unpack(packed)
    _kept[lexicon_id] = known
    if len(_kept) > _MOST_KEPT:
        _kept.popitem(last=False)
    return lexicon_id, known[0], known[1]


_kept: OrderedDict[UUID, tuple[int, Knowledge]] = OrderedDict()
_MOST_KEPT = 8


async def find_texts(chart_id: UUID) -> list[PageText]:
    """The pages of a chart's usable documents that have words, in reading order; inside the current transaction."""
    rows = await DB.fetch(
        "SELECT p.id, p.text_blob_id FROM document_page p JOIN document d ON d.id = p.document_id"
        " WHERE p.chart_id = $1 AND d.state = 'ready' AND d.superseded_at IS NULL AND p.text_blob_id IS NOT NULL"
        " ORDER BY d.position, p.number",
        chart_id,
    )
    return [PageText(UUID(bytes=row["id"].bytes), await find_blob(row["text_blob_id"])) for row in rows]


async def read_texts(pages: Sequence[PageText]) -> ChartText:
    """The words of these pages; outside a transaction."""
    texts = [unpack_layer(await read_whole_blob(page.blob)).text for page in pages]
    starts = [sum(len(text) + len(_BETWEEN) for text in texts[:at]) for at in range(len(texts))]
    return ChartText(_BETWEEN.join(texts), tuple(page.id for page in pages), tuple(starts))


def digest_of(pages: Sequence[PageText]) -> str:
    """A name for a set of pages and their words, that is another one when either changes."""
    named = "".join(f"{page.id}{page.blob.id}" for page in pages)
    return hashlib.sha256(named.encode()).hexdigest()[:16]


async def _read_final(chart_id: UUID, coding_id: UUID) -> PastChart:
    async with acting_as(WORKER):
        pages = await find_texts(chart_id)
        rows = await DB.fetch(
            "SELECT l.code, e.page_id, e.start_at, e.end_at FROM code_line l LEFT JOIN evidence e"
            " ON e.coding_id = l.coding_id AND e.kind = l.kind AND e.position = l.position"
            " WHERE l.coding_id = $1 AND l.kind = 'diagnosis' ORDER BY l.position, e.ordinal",
            coding_id,
        )
    whole = await read_texts(pages)
    begins = dict(zip(whole.page_ids, whole.starts, strict=True))
    codes: dict[str, list[tuple[int, int]]] = {}
    for row in rows:
        places = codes.setdefault(row["code"], [])
        begin = begins.get(UUID(bytes=row["page_id"].bytes)) if row["page_id"] else None
        if begin is not None:
            places.append((begin + row["start_at"], begin + row["end_at"]))
    return PastChart(whole.text, codes)


#: The last word on a chart, its coder's or its auditor's, where some of its codes have their places.
_FINALS = """
  SELECT c.id AS chart_id, v.id AS coding_id, greatest(v.submitted_at, c.final_at) AS became_final_at
    FROM chart c CROSS JOIN LATERAL (
      SELECT id, submitted_at FROM coding WHERE chart_id = c.id ORDER BY submitted_at DESC, id DESC LIMIT 1) v
   WHERE c.client_id = $1 AND c.specialty = $2 AND c.state IN ('final', 'delivered')
     AND EXISTS (SELECT FROM evidence e WHERE e.coding_id = v.id AND e.kind = 'diagnosis')
   ORDER BY v.submitted_at DESC, c.id LIMIT $3
"""
#: Without proposals, or on somebody's desk with those of an older version; others are asked for when they are opened.
_WAITING = """
  SELECT c.id FROM chart c LEFT JOIN proposing p ON p.client_id = c.client_id AND p.chart_id = c.id
   WHERE c.client_id = $1 AND c.specialty = $2 AND (c.state = 'assigned' OR c.state = 'ready' AND p.chart_id IS NULL)
"""
