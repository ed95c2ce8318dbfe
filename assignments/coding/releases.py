"""Which releases of the code sets a coding was made with."""

from datetime import date
from typing import get_args

from assignments.codesets.icd10cm import load_release, release_in_force
from assignments.codesets.loaded import imported
from assignments.codesets.procedure_codes import NAMES
from assignments.codesets.procedure_sets import System
from assignments.drafting.rules import Lines


def name_releases(lines: Lines, on: date) -> str:
    """The release of each code set that these lines use, as it answered for the date of service; kept with a coding.

    A set without one is named too: nothing may look as if it had been looked up.
    """
    diagnoses = release_in_force(on)
    said = [_named("ICD-10-CM", diagnoses.label if diagnoses else f"{load_release().label} (not in force)")]
    for system in get_args(System):
        if any(line.system == system for line in lines.procedures):
            known = imported().procedures.get(system)
            release = known.release_on(on) if known else None
            said.append(_named(NAMES[system], release.label) if release else f"{NAMES[system]} by its form only")
    return ", ".join(said)


def _named(system: str, label: str) -> str:
    return label if label.startswith(system) else f"{system} {label}"
