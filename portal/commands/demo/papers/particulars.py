"""What every paper says about its encounter: head fields, signing time, and numbers drawn from the encounter."""

from datetime import datetime, time, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from portal.commands.demo.company import CLIENTS, Client
from portal.commands.demo.notes.shape import Note

_CLIENTS = {client.code: client for client in CLIENTS}
_SHIFT_ENDS = {"EDP": time(20, 40), "EDF": time(20, 40), "ORT": time(18, 45)}


def client_of(note: Note) -> Client:
    """The client whose letterhead the note bears."""
    return _CLIENTS[note.client]


def number_from(note: Note, purpose: str, low: int, high: int) -> int:
    """A number from low to high that looks random and is the same for this encounter and purpose for ever."""
    digest = sha256(f"{note.encounter}/{purpose}".encode()).digest()
    return low + int.from_bytes(digest[:8], "big") % (high - low + 1)


def signed_at(note: Note) -> datetime:
    """When the note was signed, in the client's zone: in the evening, after everything that it tells."""
    earliest = _SHIFT_ENDS.get(note.client, time(15, 30))
    begun = datetime.combine(note.finished_on or note.seen_on, earliest, ZoneInfo(client_of(note).time_zone))
    return begun + timedelta(minutes=number_from(note, "signed", 10, 160))


def head_fields(note: Note) -> tuple[tuple[str, str], ...]:
    """Label and value of each field of the head, in the order in which they are printed."""
    born_on = note.patient.born_on
    age = note.patient.age_on(note.seen_on)
    return (
        ("Patient", note.patient.name),
        ("MRN", note.patient.mrn),
        ("Date of birth", f"{born_on:%m/%d/%Y} ({age} {note.patient.sex})"),
        ("Date of service", f"{note.seen_on:%m/%d/%Y}"),
        ("Encounter", note.encounter),
        ("Provider", note.provider),
        ("Location", note.location),
        ("Payer", note.payer),
    )
