"""The made-up encounter documents of the demo company, by service line."""

from portal.commands.demo.notes.cardiology import CARDIOLOGY_NOTES
from portal.commands.demo.notes.emergency import EMERGENCY_NOTES
from portal.commands.demo.notes.emergency_facility import EMERGENCY_FACILITY_NOTES
from portal.commands.demo.notes.endoscopy import ENDOSCOPY_NOTES
from portal.commands.demo.notes.office import OFFICE_NOTES
from portal.commands.demo.notes.orthopaedics import ORTHOPAEDIC_NOTES
from portal.commands.demo.notes.radiology import RADIOLOGY_NOTES
from portal.commands.demo.notes.shape import PLACEHOLDER, PLACEHOLDER_LABEL, AnswerKey, Mistake, Note, ProcedureLine

# Visits first coded for the physicians come before the same visits at the hospital.
NOTES: tuple[Note, ...] = (
    *RADIOLOGY_NOTES,
    *EMERGENCY_NOTES,
    *EMERGENCY_FACILITY_NOTES,
    *OFFICE_NOTES,
    *ORTHOPAEDIC_NOTES,
    *ENDOSCOPY_NOTES,
    *CARDIOLOGY_NOTES,
)

__all__ = ["NOTES", "PLACEHOLDER", "PLACEHOLDER_LABEL", "AnswerKey", "Mistake", "Note", "ProcedureLine"]
