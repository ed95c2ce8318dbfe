"""What the demo company's clients take into their billing, and the levels of the visits that its coders fill in."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from assignments.charges.making import make_export
from assignments.charges.mapping import save_mapping
from assignments.charges.queries import answer_export
from assignments.charges.rules import USUAL_COLUMNS
from assignments.leveling.rules import Answers, Patient, Risk
from portal.actor import Actor

#: Office visits by the end of their number: new patients are 99202 to 99205, established ones 99212 to 99215.
_ANSWERS = {
    "2": {"minor": 1, "risk": Risk.MINIMAL},
    "3": {"stable_chronic": 1, "risk": Risk.LOW},
    "4": {"stable_chronic": 2, "risk": Risk.MODERATE},
    "5": {"severe_chronic": 1, "risk": Risk.HIGH},
}


def level_of(codes: Sequence[str]) -> Answers | None:
    """What a coder would fill in for the office visit among these numbers, if there is one."""
    visit = next((code for code in codes if code[:4] in ("9920", "9921") and code[4:] in _ANSWERS), None)
    if visit is None:
        return None
    patient = Patient.NEW if visit.startswith("9920") else Patient.ESTABLISHED
    return Answers(patient=patient, **_ANSWERS[visit[4:]])  # type: ignore[arg-type]


async def export_charges(staff: Actor, *, is_answered: bool, now: datetime) -> UUID:
    """One of a client's people says how charges are written and takes the first export."""
    await save_mapping(staff, columns=USUAL_COLUMNS, now=now)
    export_id = await make_export(staff, now=now)
    if is_answered:
        await answer_export(staff, export_id=export_id, verdict="accepted", reason="", now=now)
    return export_id
