"""The worksheet of levels as its pages want it: answers with what they come to, alone or two beside each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from assignments.leveling.keeping import find_draft, find_last
from assignments.leveling.rules import Answers, Result, level
from assignments.leveling.words import Difference, compare
from assignments.pulling import LOST, Hold, find_hold
from assignments.rules import Stage
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, NotFound


@dataclass(frozen=True, slots=True)
class Levels:
    """What coder and auditor filled in about one coding; either may be missing."""

    coder: Answers | None
    auditor: Answers | None

    @property
    def coder_result(self) -> Result | None:
        """What the coder's answers come to."""
        return level(self.coder) if self.coder else None

    @property
    def auditor_result(self) -> Result | None:
        """What the auditor's answers come to."""
        return level(self.auditor) if self.auditor else None

    @property
    def rows(self) -> Sequence[Difference]:
        """Both answers to each question."""
        return compare(self.coder, self.auditor)

    @property
    def agree(self) -> bool:
        """True if both come to the same level."""
        mine, theirs = self.coder_result, self.auditor_result
        return mine is not None and theirs is not None and mine.level == theirs.level


@dataclass(frozen=True, slots=True)
class Sheet:
    """The worksheet in somebody's hands."""

    number: str
    fence: int
    stage: Stage
    answers: Answers
    is_kept: bool
    beside: Levels | None  # for the auditor: the coder's answers beside their own
    errors: Mapping[str, str]

    @property
    def result(self) -> Result:
        """What the answers come to."""
        return level(self.answers)


async def open_sheet(
    actor: Actor, *, chart_id: UUID, stage: Stage, typed: Answers | None = None,
    errors: Mapping[str, str] | None = None,
) -> Sheet:  # fmt: skip
    """The worksheet of a chart that the actor holds, with what was typed; raises NotFound, Conflict."""
    async with acting_as(actor):
        number = await DB.value("SELECT number FROM chart WHERE id = $1", chart_id)
        if number is None:
            raise NotFound
        hold: Hold | None = await find_hold(chart_id=chart_id, stage=stage)
        if hold is None:
            raise Conflict(LOST)
        mine = await find_draft(chart_id=chart_id, stage=stage)
        coders = await find_last(chart_id)
    if stage is Stage.CODING:
        mine = mine or coders
    answers = typed or mine or Answers()
    beside = Levels(coders, mine) if stage is Stage.AUDIT else None
    return Sheet(number, hold.fence, stage, answers, mine is not None, beside, errors or {})
