"""Sets of lines that the demo company's manager offers the coders of a client."""

from datetime import datetime

from assignments.favourites.sets import push_set
from portal.actor import Kind
from portal.commands.demo.at_work import Company
from portal.commands.demo.company import CARDIOLOGY, ENDOSCOPY

_SETS = (
    (ENDOSCOPY, "Screening of average risk, nothing found", ("Z12.11", "G0121 A")),
    (CARDIOLOGY, "Heart failure clinic", ("I50.22", "I25.10", "G0463 AB")),
)


async def push_sets(company: Company, now: datetime) -> None:
    """One set for each of two clients."""
    manager = company.of_kind(Kind.MANAGER)[0]
    for client, name, entries in _SETS:
        await push_set(
            manager, name=name, entries="\n".join(entries), specialty="", client_id=company.clients[client.code],
            service_line_id=None, now=now,
        )  # fmt: skip
