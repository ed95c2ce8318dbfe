"""What may be sent in: how many files of which size, how old an encounter, and which days make sense. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

MEGABYTE = 1 << 20
#: A file travels in parts of this size; the last one is shorter.
PART_BYTES = 8 * MEGABYTE
#: How long an upload that nobody sends is kept.
KEPT_OPEN = timedelta(hours=24)
MOST_FILES = 20
#: Payers refuse claims that are older; what comes in later is a mistyped year.
OLDEST_ENCOUNTER = timedelta(days=731)
OLDEST_PERSON = timedelta(days=130 * 366)

DUPLICATE = "This file is in the list already."
NOT_THERE = (
    "This service line is coded from documents, not in your own system. Choose its files, or another service line."
)
TO_RESUME = "Not all of this file has arrived. Choose the same file again and it goes on where it stopped."


@dataclass(frozen=True, slots=True)
class Limits:
    """What one client may send; sizes in bytes. The defaults are those of a client for whom nothing else was set."""

    file_bytes: int = 50 * MEGABYTE
    files: int = MOST_FILES
    pages: int = 300
    upload_bytes: int = 500 * MEGABYTE
    person_day_bytes: int = 2048 * MEGABYTE
    client_day_bytes: int = 20480 * MEGABYTE
    stored_bytes: int = 1024 * 1024 * MEGABYTE

    @property
    def too_many_files(self) -> str:
        """What is said of a file that comes after the last one taken."""
        return (
            f"One upload takes at most {self.files} files, and this one came after them."
            " Put the pages together in fewer PDFs."
        )

    @property
    def too_large(self) -> str:
        """What is said of a file that is too large."""
        return (
            f"The file is larger than {self.file_bytes // MEGABYTE} MB. Scan it in black and white or at 200 dpi, "
            "or split it into several files, and upload those."
        )

    @property
    def too_much(self) -> str:
        """What is said of a file with which the upload would grow too large."""
        return (
            f"With this file the upload would be larger than {self.upload_bytes // MEGABYTE} MB."
            " Send the other files first, and add this one to the chart afterwards."
        )


DEFAULT_LIMITS = Limits()
TOO_MANY_FILES = DEFAULT_LIMITS.too_many_files


@dataclass(frozen=True, slots=True)
class Used:
    """How much was sent within the last 24 hours, and how much is stored; in bytes."""

    by_person: int
    by_client: int
    stored: int


def quota_refusal(limits: Limits, used: Used, size: int) -> str | None:
    """Why so many more bytes cannot be taken, in a sentence; None if they can."""
    if used.by_person + size > limits.person_day_bytes:
        return (
            f"You have sent as much as one person may within 24 hours ({_gigabytes(limits.person_day_bytes)})."
            " Go on tomorrow, let a colleague send the rest, or ask us to raise the limit."
        )
    if used.by_client + size > limits.client_day_bytes:
        return (
            f"Your clinic has sent as much as it may within 24 hours ({_gigabytes(limits.client_day_bytes)})."
            " Go on tomorrow, or ask us to raise the limit."
        )
    if used.stored + size > limits.stored_bytes:
        return (
            f"Your clinic's space for documents ({_gigabytes(limits.stored_bytes)}) is full."
            " Ask us to raise the limit; nothing of what is stored is lost."
        )
    return None


def part_count(size: int) -> int:
    """How many parts a file of `size` bytes travels in."""
    return max(1, -(-size // PART_BYTES))


def part_size(size: int, number: int) -> int:
    """How many bytes part `number` (from 1) of a file of `size` bytes has; 0 if there is no such part."""
    return max(0, min(PART_BYTES, size - (number - 1) * PART_BYTES)) if number >= 1 else 0


@dataclass(frozen=True, slots=True)
class NewChart:
    """What the sender says of an encounter: everything but the documents."""

    encounter_number: str
    service_line_id: UUID
    location_id: UUID | None
    provider: str
    service_on: date
    payer: str | None
    is_stat: bool
    patient_name: str
    mrn: str
    born_on: date
    sex: str | None = None  # administrative: female, male, other or unknown; None if nothing is said
    in_own_system: bool = False  # coded in the client's own system: it may come without documents


def earliest_service(today: date) -> date:
    """The earliest date of service that is taken in."""
    return today - OLDEST_ENCOUNTER


def earliest_birth(service_on: date) -> date:
    """The earliest birth date that somebody seen on that day can have."""
    return service_on - OLDEST_PERSON


def _gigabytes(size: int) -> str:
    return f"{size / (1024 * MEGABYTE):.3g} GB" if size >= 1024 * MEGABYTE else f"{size // MEGABYTE} MB"
