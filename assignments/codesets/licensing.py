"""The licence of an installation to hold CPT, which belongs to the American Medical Association."""

from dataclasses import dataclass
from datetime import date, datetime

from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid
from portal.ids import new_id


@dataclass(frozen=True, slots=True)
class Licence:
    """What the licensee's contract with the publisher says."""

    licensee: str
    number: str
    users: int
    valid_until: date  # its last day
    recorded_by: str
    recorded_at: datetime

    def holds(self, on: date) -> bool:
        """Whether it is in force on this day."""
        return on <= self.valid_until


async def record_licence(
    actor: Actor, *, licensee: str, number: str, users: int, valid_until: date, now: datetime
) -> None:
    """Record the licence; it takes the place of the one before. Raises Invalid for one that has run out."""
    if not licensee.strip() or not number.strip() or users < 1:
        raise Invalid("A licence has a licensee, a number and at least one user.")
    if valid_until < now.date():
        raise Invalid(f"A licence that ended on {valid_until} cannot be used. Record the one in force.")
    async with acting_as(actor):
        await DB.execute(
            "INSERT INTO code_licence VALUES ($1, 'CPT', $2, $3, $4, $5, $6, $7)",
            new_id(), licensee.strip(), number.strip(), users, valid_until, actor.name, now,
        )  # fmt: skip


async def find_licence() -> Licence | None:
    """The licence that was recorded last, in force or not; needs an open transaction."""
    row = await DB.fetch_one(
        "SELECT licensee, number, users, valid_until, recorded_by, recorded_at FROM code_licence"
        " ORDER BY recorded_at DESC, id DESC LIMIT 1"
    )
    return Licence(**row) if row else None


async def count_readers() -> int:
    """How many people can see codes here: everybody who signs in; needs an open transaction."""
    count: int = await DB.value("SELECT count(*) FROM person WHERE disabled_at IS NULL")
    return count


async def ensure_licensed(on: date) -> None:
    """Raise Conflict unless CPT may be loaded on this day; needs an open transaction."""
    licence = await find_licence()
    if licence is None:
        raise Conflict(
            "CPT is loaded under a licence only, and none is recorded. Record yours first: chartway codes licence."
        )
    if not licence.holds(on):
        raise Conflict(
            f"The CPT licence ended on {licence.valid_until}. Record the one in force: chartway codes licence."
        )
