"""What a document says of its encounter: a proposal for the form, never trusted without somebody's confirmation."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Facts:
    """What was found in a document; None where it says nothing, or says it twice in different ways."""

    patient_name: str | None = None
    mrn: str | None = None
    born_on: date | None = None
    encounter_number: str | None = None
    service_on: date | None = None
    provider: str | None = None
