"""Add documents to a chart that is there: beside those that it has, or in their place."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from assignments.events import tell
from assignments.intake.limits import ensure_room
from assignments.intake.making import attach_documents
from assignments.intake.receiving import write_receipt
from assignments.intake.sending_staged import end_staged
from assignments.intake.staging import client_of
from assignments.intake.taking_files import Accepted, Refused
from assignments.pends.answering import answer_pend
from assignments.rules import CAN_BE_REPLACED, LATE_STATES, ChartState
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, NotFound
from storage.client_keys import get_active_key

CANCELLED = "This chart was cancelled, so it takes no more documents. Send the encounter again as a new chart."


@dataclass(frozen=True, slots=True)
class Addition:
    """A chart that documents are to be added to, and what that will mean."""

    chart_id: UUID
    number: str
    state: ChartState
    pend_id: UUID | None = None  # of a question to the client that these documents may answer

    @property
    def can_replace(self) -> bool:
        """True if nothing is coded yet, so that a new set may take the place of the old one."""
        return self.state in CAN_BE_REPLACED

    @property
    def sentence(self) -> str:
        """What happens with documents that come now."""
        if self.state in LATE_STATES:
            return (
                "The codes of this chart are delivered. The documents are attached as posted late, and we look whether"
                " they change the codes; if they do, you get them as another version with a notice of what changed."
            )
        if self.can_replace:
            return "Nothing is coded yet: the coder sees these documents too."
        return (
            "This chart is coded already. It goes back to its coder, who keeps the codes and looks at what these"
            " documents change; its promise runs anew."
        )


async def get_addition(person: Actor, *, chart_id: UUID) -> Addition:
    """A chart of the person's client that takes documents; NotFound for any other, Conflict if it was cancelled."""
    async with acting_as(person):
        return await _get(chart_id)


async def was_added(person: Actor, *, upload_id: UUID, chart_id: UUID) -> bool:
    """True if this form was received before, for this chart; raises Conflict if it was received for another."""
    async with acting_as(person):
        row = await DB.fetch_one("SELECT chart_id FROM upload WHERE id = $1", upload_id)
    if row and row["chart_id"] not in (chart_id, None):
        raise Conflict("This form was sent before and has its receipt. Open the chart again to add more documents.")
    return row is not None


async def add_documents(
    person: Actor, *, chart_id: UUID, upload_id: UUID, files: Sequence[Accepted | Refused], instead: bool,
    now: datetime, answers: bool = False, words: str = "",
) -> UUID:  # fmt: skip
    """Attach the accepted files to a chart and write their receipt; returns the upload's id. Calm when repeated.

    `instead`: once one of them can be read, the documents before them are superseded; kept and shown, but not offered
    to the coder. What the documents mean for the chart is decided when they are prepared. `answers`: they, and these
    words, answer what the client is asked about the chart, if it still is.
    """
    client_id = client_of(person)
    accepted = [file for file in files if isinstance(file, Accepted)]
    async with acting_as(person):
        key = await get_active_key(client_id)
        await ensure_room(person, client_id=client_id, size=sum(file.size for file in accepted if not file.is_stored))
        if await DB.value("SELECT 1 FROM upload WHERE id = $1", upload_id):
            return upload_id
        chart = await _get(chart_id)
        # The lock that `ensure_room` took puts additions of one client in a row, so the next position is free.
        first = 1 + await DB.value("SELECT coalesce(max(position), 0) FROM document WHERE chart_id = $1", chart_id)
        await attach_documents(
            person, key, chart_id=chart_id,
            patient_id=await DB.value("SELECT patient_id FROM chart WHERE id = $1", chart_id), files=accepted, now=now,
            first=first, is_added=True, supersedes_below=first if instead and chart.can_replace else None,
        )  # fmt: skip
        if accepted:
            await tell(
                person, kind="documents added", client_id=client_id, chart_id=chart_id, from_state=chart.state.value,
                to_state=chart.state.value, now=now, details={"documents": len(accepted), "instead": instead},
            )  # fmt: skip
            if answers and chart.pend_id:
                sent = await DB.fetch(
                    "SELECT id FROM document WHERE chart_id = $1 AND position >= $2 ORDER BY position", chart_id, first
                )
                await answer_pend(
                    person, pend_id=chart.pend_id, text=words, documents=[row["id"] for row in sent], now=now
                )
        await write_receipt(person, key, upload_id=upload_id, chart_id=chart_id, files=files, now=now)
        await end_staged(upload_id=upload_id, files=files)
    return upload_id


async def _get(chart_id: UUID) -> Addition:
    row = await DB.fetch_one(
        "SELECT c.id, c.number, c.state, p.id AS pend_id FROM chart c LEFT JOIN pend p ON p.chart_id = c.id"
        " AND p.owner = 'client' AND p.answered_at IS NULL AND p.ended_at IS NULL WHERE c.id = $1",
        chart_id,
    )
    if row is None:
        raise NotFound
    if row["state"] == ChartState.CANCELLED:
        raise Conflict(CANCELLED)
    return Addition(UUID(bytes=row["id"].bytes), row["number"], ChartState(row["state"]), row["pend_id"])
