"""What may be sent in: how many files, how old an encounter, and which days make sense. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

MOST_FILES = 20
TOO_MANY_FILES = (
    f"One upload takes at most {MOST_FILES} files, and this one came after them. Put the pages together in fewer PDFs."
)
#: Payers refuse claims that are older; what comes in later is a mistyped year.
OLDEST_ENCOUNTER = timedelta(days=731)
OLDEST_PERSON = timedelta(days=130 * 366)


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


def earliest_service(today: date) -> date:
    """The earliest date of service that is taken in."""
    return today - OLDEST_ENCOUNTER


def earliest_birth(service_on: date) -> date:
    """The earliest birth date that somebody seen on that day can have."""
    return service_on - OLDEST_PERSON
