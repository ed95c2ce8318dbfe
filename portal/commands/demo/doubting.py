"""Where the demo's coders are unsure, and say so: an auditor looks at these charts."""

from datetime import datetime
from uuid import UUID

from assignments.doubts.marking import mark_unsure
from portal.actor import Actor
from portal.commands.demo.notes.shape import Note
from portal.ids import new_id

#: By client and encounter: the line that is meant, and what its coder asks.
UNSURE = {
    ("RAD", "PIA-260908-0212"): ("d1", "“Consistent with pneumonia, in the proper setting”: finding, or diagnosis?"),
    ("GIE", "SDH-6091502"): ("p1", "Stopped at the splenic flexure: modifier 53, or a shorter examination?"),
    ("EDP", "HB-0919-176"): ("d2", "Vaccine given at once: is the exposure still coded beside it?"),
    ("OEM", "JF-26-09-29-01"): ("d2", "Onychomycosis by looking, no culture. Is the word enough?"),
}


async def mark_what_is_unsure(coder: Actor, *, note: Note, chart_id: UUID, fence: int, now: datetime) -> None:
    """Mark the line of a held chart that its coder is unsure of, if there is one."""
    doubt = UNSURE.get((note.client, note.encounter))
    if doubt:
        line, words = doubt
        await mark_unsure(
            coder, chart_id=chart_id, fence=fence, request_id=new_id(), note=words, line=line, now=now
        )  # fmt: skip
