"""What a document says of its encounter: a proposal for the form, never trusted without somebody's confirmation."""

from dataclasses import dataclass
from datetime import date

#: Administrative sex, by what records and exports write for it (HL7 v2 table 0001, C-CDA AdministrativeGender).
_SEXES = {
    "female": "f female woman girl",
    "male": "m male man boy",
    "other": "o other x nonbinary undifferentiated un a ambiguous",
    "unknown": "u unk unknown",
}
SEXES = {name: name.capitalize() for name in _SEXES}
_SEX_OF = {word: name for name, words in _SEXES.items() for word in words.split()}


def read_sex(written: str) -> str | None:
    """female, male, other or unknown for the usual ways to write it; None for anything else."""
    return _SEX_OF.get("".join(letter for letter in written.casefold() if letter.isalpha()))


@dataclass(frozen=True, slots=True)
class Facts:
    """What was found in a document; None where it says nothing, or says it twice in different ways."""

    patient_name: str | None = None
    mrn: str | None = None
    born_on: date | None = None
    encounter_number: str | None = None
    service_on: date | None = None
    provider: str | None = None
    sex: str | None = None  # of SEXES
