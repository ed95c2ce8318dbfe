"""What a schedule knows of a patient, as one text that is sealed. Pure."""

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class SchedulePatient:
    """A patient as far as the schedule names one; the birth date as 2026-09-14."""

    name: str | None
    mrn: str | None
    born_on: str | None

    @property
    def is_empty(self) -> bool:
        """True if the schedule says nothing of the patient."""
        return not (self.name or self.mrn or self.born_on)


def write_patient(patient: SchedulePatient) -> str:
    """The text to seal."""
    return json.dumps(asdict(patient), sort_keys=True)


def open_patient(text: str) -> SchedulePatient:
    """What `write_patient` wrote."""
    return SchedulePatient(**json.loads(text))
