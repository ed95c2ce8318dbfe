"""Star a code, take the star back; both are calm when repeated."""

from datetime import datetime

from assignments.code_use.counting import forget_own
from assignments.codesets.procedures import classify_procedure
from assignments.drafting.entries import read_diagnosis
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Invalid

MOST_FAVOURITES = 200


async def star_code(actor: Actor, *, code: str, now: datetime) -> None:
    """Make a code one of the actor's favourites; raises Invalid for what is no code, or one too many."""
    system, code = _named(code)
    async with acting_as(actor):
        if await DB.value("SELECT count(*) FROM favourite_code") >= MOST_FAVOURITES:
            raise Invalid(f"There is room for {MOST_FAVOURITES} favourites. Take a star back first.")
        await DB.execute(
            "INSERT INTO favourite_code (person_id, system, code, starred_at) VALUES (acting_person(), $1, $2, $3)"
            " ON CONFLICT DO NOTHING",
            system, code, now,
        )  # fmt: skip
    forget_own(actor)


async def unstar_code(actor: Actor, *, code: str) -> None:
    """Take the star back."""
    system, code = _named(code)
    async with acting_as(actor):
        await DB.execute("DELETE FROM favourite_code WHERE system = $1 AND code = $2", system, code)
    forget_own(actor)


async def find_favourites() -> list[tuple[str, str]]:
    """System and code of whoever acts, in the order of codes, inside the current transaction."""
    rows = await DB.fetch("SELECT system, code FROM favourite_code ORDER BY system DESC, code")
    return [(row["system"], row["code"]) for row in rows]


def _named(code: str) -> tuple[str, str]:
    procedure = classify_procedure(code)
    diagnosis = read_diagnosis(code)
    if diagnosis and (procedure is None or "." in code):
        return "ICD-10-CM", diagnosis.code
    if procedure:
        return procedure.system, procedure.code
    raise Invalid("That is no code. Star a code of the list.")
