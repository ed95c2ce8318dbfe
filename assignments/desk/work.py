"""The line editor as it is shown: entry box, lines with their checks beside them, and what was said and typed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from assignments.codesets.icd10cm import get_code, load_release, release_in_force
from assignments.coding.checks import Check, Level, find_checks, open_checks
from assignments.desk.searching import Option, find_options
from assignments.drafting.editing import StoredDraft, begin_draft
from assignments.drafting.operations import ENTRY, pointer_letters
from assignments.drafting.rules import Lines, letter
from assignments.pulling import LOST, Hold, find_hold
from assignments.rules import Stage
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict


@dataclass(frozen=True, slots=True)
class Typed:
    """What came with a request that is to be shown again, and what is to be said about it."""

    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    said: str = ""  # for the live region: what was done
    notice: str = ""  # above the lines: what could not be done
    focus: str = ""  # the line that was changed
    look: str = ""  # words to search for
    goes_on: bool = False  # to what still waits for an answer


@dataclass(frozen=True, slots=True)
class DiagnosisRow:
    """One diagnosis on the desk."""

    at: int
    name: str  # d1
    letter: str
    code: str
    title: str
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class ProcedureRow:
    """One procedure on the desk; modifiers, units and pointers as they stand in their fields."""

    at: int
    name: str  # p1
    code: str
    system: str
    modifiers: str
    units: str
    pointers: str
    checks: tuple[Check, ...]
    errors: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Work:
    """What the partials `_entry.html` and `_lines.html` need. `prefix` is the address of the chart's page."""

    prefix: str
    stage: Stage
    on: date
    fence: int
    revision: int
    lease_seconds: int
    page: int
    lines: Lines
    diagnoses: tuple[DiagnosisRow, ...]
    procedures: tuple[ProcedureRow, ...]
    checks: tuple[Check, ...]  # those of the whole coding
    errors: int
    waiting: tuple[Check, ...]  # for an answer
    answered: int
    can_undo: bool
    release: str
    typed: Typed
    options: tuple[Option, ...]
    specialty: str = ""  # whose use orders the answers of the search

    @property
    def entry(self) -> str:
        """What stands in the entry box."""
        return self.typed.values.get(ENTRY, "")

    @property
    def replaces(self) -> str:
        """The line whose code the entry is to replace, such as `d2 E11.22`; empty for none."""
        return self.typed.values.get("replaces", "")


NOTHING_TYPED = Typed()


async def get_work(actor: Actor, *, chart_id: UUID, stage: Stage, prefix: str, typed: Typed = NOTHING_TYPED) -> Work:
    """The line editor of a chart that the actor holds; raises Conflict if they do not (any more)."""
    async with acting_as(actor):
        hold = await find_hold(chart_id=chart_id, stage=stage)
        if hold is None:
            raise Conflict(LOST)
        draft = await begin_draft(chart_id=chart_id, stage=stage)
        chart = await DB.fetch_one("SELECT service_on, specialty FROM chart WHERE id = $1", chart_id)
        assert chart is not None  # whoever holds it sees it
        checks = await find_checks(
            chart_id=chart_id, client_id=hold.client_id, stage=stage, lines=draft.lines, on=chart["service_on"]
        )
    return show_work(
        hold, draft, on=chart["service_on"], prefix=prefix, typed=typed, checks=checks, specialty=chart["specialty"]
    )


def show_work(
    hold: Hold, draft: StoredDraft, *, on: date, prefix: str, checks: tuple[Check, ...], typed: Typed = NOTHING_TYPED,
    specialty: str = "",
) -> Work:  # fmt: skip
    """The line editor for a draft, with its checks and whatever was typed and could not be used."""
    return Work(
        prefix=prefix,
        stage=hold.stage,
        on=on,
        fence=hold.fence,
        revision=draft.revision,
        lease_seconds=int(hold.left.total_seconds()),
        page=draft.page,
        lines=draft.lines,
        diagnoses=tuple(_diagnoses(draft.lines, checks, on)),
        procedures=tuple(_procedures(draft.lines, checks, typed)),
        checks=tuple(check for check in checks if not check.line),
        errors=sum(check.level is Level.ERROR for check in checks),
        waiting=open_checks(checks),
        answered=sum(check.answer is not None and not check.is_open for check in checks),
        can_undo=bool(draft.past),
        release=_release(on),
        typed=typed,
        options=tuple(find_options(typed.look, on=on, diagnoses=len(draft.lines.diagnoses)) if typed.look else ()),
        specialty=specialty,
    )


def _diagnoses(lines: Lines, checks: tuple[Check, ...], on: date) -> list[DiagnosisRow]:
    rows = []
    for at, line in enumerate(lines.diagnoses, start=1):
        found = get_code(line.code, on)
        title = found.title if found else "Not in the release in force"
        rows.append(DiagnosisRow(at, f"d{at}", letter(at), line.code, title, _beside(checks, f"d{at}")))
    return rows


def _procedures(lines: Lines, checks: tuple[Check, ...], typed: Typed) -> list[ProcedureRow]:
    rows = []
    for at, line in enumerate(lines.procedures, start=1):
        wrong = {name: typed.errors[f"{name}{at}"] for name in "mup" if f"{name}{at}" in typed.errors}
        stored = {"m": ",".join(line.modifiers), "u": str(line.units), "p": pointer_letters(line.pointers)}
        # What was refused stays as it was typed, so that it can be put right.
        shown = {name: typed.values.get(f"{name}{at}", text) if wrong else text for name, text in stored.items()}
        rows.append(
            ProcedureRow(
                at, f"p{at}", line.code, line.system, shown["m"], shown["u"], shown["p"], _beside(checks, f"p{at}"),
                wrong,
            )
        )  # fmt: skip
    return rows


def _beside(checks: tuple[Check, ...], name: str) -> tuple[Check, ...]:
    return tuple(check for check in checks if check.line == name)


def _release(on: date) -> str:
    release = release_in_force(on)
    return f"{release.label} in force" if release else f"{load_release().label} does not reach this date of service"
