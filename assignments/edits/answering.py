"""Answer what an edit asked, beside its line; on submission the answers are kept with the coding."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from assignments.drafting.recording import record_drafted
from assignments.edits.rules import Answer, Check, Level
from assignments.opening import open_fields
from assignments.pulling import extend_lease, lock_hold
from assignments.rules import Stage
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Invalid
from portal.ids import new_id
from storage.client_keys import get_active_key
from storage.sealed_fields import seal_field

REASON = "edit_answer.reason"
KEPT_REASON = "edit_result.reason"
LONGEST = 300  # characters of a reason


@dataclass(frozen=True, slots=True)
class Result:
    """What an edit said of a submitted coding, and what was answered to it."""

    rule: str
    level: Level
    line: str
    codes: tuple[str, ...]
    said: str
    answer: Answer | None

    @property
    def mark(self) -> str:
        """The rule and the codes it fired on."""
        return " ".join((self.rule, "+".join(self.codes))).strip()


async def answer_edit(
    actor: Actor, *, chart_id: UUID, stage: Stage, fence: int, mark: str, reason: str, now: datetime
) -> None:
    """Answer a result, by its mark; another answer takes the place of the one before.

    It counts while the same rule fires on the same codes. Raises Conflict if the chart is no longer held, Invalid for a
    reason that is too long.
    """
    rule, codes = read_mark(mark)
    text = " ".join(reason.split())
    if len(text) > LONGEST:
        raise Invalid(f"Keep the reason within {LONGEST} characters.")
    async with acting_as(actor):
        hold = await lock_hold(chart_id=chart_id, stage=stage, fence=fence)
        found = await DB.value(
            "SELECT id FROM edit_answer WHERE chart_id = $1 AND stage = $2 AND person_id = acting_person()"
            " AND rule = $3 AND codes = $4",
            chart_id, stage.value, rule, codes,
        )  # fmt: skip
        answer_id = UUID(bytes=found.bytes) if found else new_id()
        sealed = seal_field(await get_active_key(hold.client_id), REASON, answer_id, text) if text else None
        await DB.execute(
            "INSERT INTO edit_answer (id, client_id, chart_id, stage, person_id, rule, codes, reason_sealed,"
            " answered_at) VALUES ($1, $2, $3, $4, acting_person(), $5, $6, $7, $8)"
            " ON CONFLICT (chart_id, stage, person_id, rule, codes)"
            " DO UPDATE SET reason_sealed = EXCLUDED.reason_sealed, answered_at = EXCLUDED.answered_at",
            answer_id, hold.client_id, chart_id, stage.value, rule, codes, sealed, now,
        )  # fmt: skip
        await record_drafted(actor, hold, edit=rule, answer="answered")
        await extend_lease(chart_id=chart_id, stage=stage, fence=fence)


async def take_back_answer(actor: Actor, *, chart_id: UUID, stage: Stage, fence: int, mark: str) -> None:
    """Let a result wait for an answer again. Calm when there is none; raises Conflict if the chart is lost."""
    rule, codes = read_mark(mark)
    async with acting_as(actor):
        hold = await lock_hold(chart_id=chart_id, stage=stage, fence=fence)
        if await DB.execute(
            "DELETE FROM edit_answer WHERE chart_id = $1 AND stage = $2 AND person_id = acting_person() AND rule = $3"
            " AND codes = $4",
            chart_id, stage.value, rule, codes,
        ):  # fmt: skip
            await record_drafted(actor, hold, edit=rule, answer="taken back")
        await extend_lease(chart_id=chart_id, stage=stage, fence=fence)


async def find_answers(*, chart_id: UUID, stage: Stage) -> dict[str, Answer]:
    """What whoever acts has answered, by mark; before that, what was answered of the chart's last coding: theirs when
    they correct it, the coder's when they audit it. Read inside the current transaction.
    """
    rows = await DB.fetch(
        "SELECT a.id, a.rule, a.codes, a.reason_sealed, p.name, a.answered_at, a.person_id FROM edit_answer a"
        " LEFT JOIN person p ON p.id = a.person_id"
        " WHERE a.chart_id = $1 AND a.stage = $2 AND a.person_id = acting_person()",
        chart_id, stage.value,
    )  # fmt: skip
    reasons = await open_fields(REASON, {row["id"]: row["reason_sealed"] for row in rows if row["reason_sealed"]})
    answers = {
        _mark(row["rule"], row["codes"]): Answer(
            reasons.get(row["id"], ""), row["name"] or "you", row["answered_at"], UUID(bytes=row["person_id"].bytes)
        )
        for row in rows
    }
    before = await DB.value(
        "SELECT id FROM coding WHERE chart_id = $1 AND role = 'coder' ORDER BY version DESC LIMIT 1", chart_id
    )
    kept = {one.mark: one.answer for one in await find_results(before) if one.answer} if before else {}
    return kept | answers


async def find_results(coding_id: UUID) -> list[Result]:
    """What the edits said of a submitted coding, inside the current transaction."""
    rows = await DB.fetch(
        "SELECT r.id, r.rule, r.level, r.line, r.codes, r.said, r.reason_sealed, p.name, r.answered_at,"
        " r.answered_by"
        " FROM edit_result r LEFT JOIN person p ON p.id = r.answered_by WHERE r.coding_id = $1 ORDER BY r.position",
        coding_id,
    )
    reasons = await open_fields(KEPT_REASON, {row["id"]: row["reason_sealed"] for row in rows if row["reason_sealed"]})
    return [
        Result(
            row["rule"], Level(row["level"]), row["line"], tuple(row["codes"]), row["said"],
            Answer(
                reasons.get(row["id"], ""), row["name"] or "the coder", row["answered_at"],
                UUID(bytes=row["answered_by"].bytes), is_own=False,
            ) if row["answered_at"] else None,
        )
        for row in rows
    ]  # fmt: skip


async def keep_results(
    author: Actor, *, coding_id: UUID, client_id: UUID, chart_id: UUID, stage: Stage, release: str,
    checks: Sequence[Check],
) -> None:  # fmt: skip
    """Keep what was said of a coding and answered to it, inside the current transaction; the draft's answers go."""
    key = await get_active_key(client_id)
    for position, check in enumerate((check for check in checks if check.level is not Level.INFO), start=1):
        result_id, answer = new_id(), check.answer
        sealed = seal_field(key, KEPT_REASON, result_id, answer.reason) if answer and answer.reason else None
        await DB.execute(
            "INSERT INTO edit_result (id, client_id, chart_id, coding_id, position, rule, rule_version, level, release,"
            " line, codes, said, answered_by, answered_at, reason_sealed)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
            result_id, client_id, chart_id, coding_id, position, check.rule, check.version, check.level.value, release,
            check.line, list(check.codes), check.text, (answer.person_id or author.person_id) if answer else None,
            answer.at if answer else None, sealed,
        )  # fmt: skip
    await DB.execute(
        "DELETE FROM edit_answer WHERE chart_id = $1 AND stage = $2 AND person_id = acting_person()",
        chart_id, stage.value,
    )  # fmt: skip


def read_mark(mark: str) -> tuple[str, list[str]]:
    """The rule and the codes of a mark."""
    rule, _, codes = mark.strip()[:400].partition(" ")
    if not rule:
        raise Invalid
    return rule, [code for code in codes.split("+") if code]


def _mark(rule: str, codes: Sequence[str]) -> str:
    return " ".join((rule, "+".join(codes))).strip()
