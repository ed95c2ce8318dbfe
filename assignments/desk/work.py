"""The line editor as it is shown: entry box, lines with their checks beside them, and what was said and typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from assignments.assistance.offering import Offer, Waiting, find_waiting, read_offers
from assignments.codesets.icd10cm import get_code, load_release, release_in_force
from assignments.coding.checks import Check, Level, find_checks, open_checks
from assignments.desk.searching import Option, find_options
from assignments.drafting.claim_facts import ACQUAINTANCES, PAYER_CLASSES, PLACES
from assignments.drafting.editing import StoredDraft, begin_draft
from assignments.drafting.fields import PROVIDERS, say_header, write_further, write_header
from assignments.drafting.operations import ENTRY, pointer_letters
from assignments.drafting.rules import Lines, Pin, ProcedureLine, letter
from assignments.edits.gathering import is_poa_asked
from assignments.pulling import LOST, Hold, find_hold
from assignments.rules import Stage
from assignments.viewing.queries import find_places
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
    left_open: str = ""  # numbers of queries that the next submission leaves open


@dataclass(frozen=True, slots=True)
class PinMark:
    """A pinned place as its mark shows it. `page` counts through the chart's documents; 0 if that page was replaced."""

    number: int  # of the line's pins, from 1
    page: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class DiagnosisRow:
    """One diagnosis on the desk."""

    at: int
    name: str  # d1
    letter: str
    code: str
    title: str
    checks: tuple[Check, ...]
    pins: tuple[PinMark, ...] = ()
    poa: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProcedureRow:
    """One procedure on the desk; modifiers, units and pointers as they stand in their fields.

    `further` is what stands in the fields behind the line, and `said` the same in words.
    """

    at: int
    name: str  # p1
    code: str
    system: str
    modifiers: str
    units: str
    pointers: str
    checks: tuple[Check, ...]
    errors: Mapping[str, str]
    further: Mapping[str, str] = field(default_factory=dict)
    said: str = ""
    pins: tuple[PinMark, ...] = ()

    @property
    def is_open(self) -> bool:
        """True if a field behind the line has to be put right."""
        return any(name in self.errors for name in self.further)


@dataclass(frozen=True, slots=True)
class ClaimFields:
    """The fields of the whole claim: what stands in them, what is wrong with it, and the same in one line."""

    values: Mapping[str, str]
    errors: Mapping[str, str]
    said: str
    lists: Mapping[str, Mapping[str, str]] = field(
        default_factory=lambda: {"place": PLACES, "payer_class": PAYER_CLASSES, "acquaintance": ACQUAINTANCES}
    )
    providers: Mapping[str, str] = field(default_factory=lambda: PROVIDERS)


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
    claim: ClaimFields
    offers: tuple[Offer, ...] = ()  # codes proposed for the chart
    asks_poa: bool = False  # whether diagnoses say if they were there at admission
    offers_are_coming: bool = False
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
        waiting = await find_waiting(chart_id, draft.lines) if stage is Stage.CODING else Waiting()
        places, asks_poa = await find_places(chart_id), await is_poa_asked(chart_id)
    work = show_work(
        hold, draft, on=chart["service_on"], prefix=prefix, places=places, typed=typed, checks=checks,
        specialty=chart["specialty"], asks_poa=asks_poa,
    )  # fmt: skip
    return await with_offers(work, waiting)


async def with_offers(work: Work, waiting: Waiting) -> Work:
    """The line editor with the proposals that are to be shown; outside a transaction."""
    return replace(work, offers=await read_offers(waiting, on=work.on), offers_are_coming=waiting.are_coming)


async def get_offers(coder: Actor, *, chart_id: UUID, late: bool) -> tuple[tuple[Offer, ...], bool]:
    """The proposals for a chart that the coder holds, and whether they are still being made; raises Conflict.

    If they are `late`, those that are there are shown.
    """
    async with acting_as(coder):
        if await find_hold(chart_id=chart_id, stage=Stage.CODING) is None:
            raise Conflict(LOST)
        draft = await begin_draft(chart_id=chart_id, stage=Stage.CODING)
        on = await DB.value("SELECT service_on FROM chart WHERE id = $1", chart_id)
        waiting = await find_waiting(chart_id, draft.lines, late=late)
    return await read_offers(waiting, on=on), waiting.are_coming


def show_work(
    hold: Hold, draft: StoredDraft, *, on: date, prefix: str, checks: tuple[Check, ...], places: Mapping[UUID, int],
    typed: Typed = NOTHING_TYPED, specialty: str = "", asks_poa: bool = False,
) -> Work:  # fmt: skip
    """The line editor for a draft, with its checks and whatever was typed and could not be used.

    `places` says which page of the chart an id is.
    """
    return Work(
        prefix=prefix,
        stage=hold.stage,
        on=on,
        fence=hold.fence,
        revision=draft.revision,
        lease_seconds=int(hold.left.total_seconds()),
        page=draft.page,
        lines=draft.lines,
        diagnoses=tuple(_diagnoses(draft.lines, checks, typed, on, places)),
        procedures=tuple(_procedures(draft.lines, checks, typed, on, places)),
        checks=tuple(check for check in checks if not check.line),
        errors=sum(check.level is Level.ERROR for check in checks),
        waiting=open_checks(checks),
        answered=sum(check.answer is not None and not check.is_open for check in checks),
        can_undo=bool(draft.past),
        release=_release(on),
        typed=typed,
        options=tuple(find_options(typed.look, on=on, diagnoses=len(draft.lines.diagnoses)) if typed.look else ()),
        specialty=specialty,
        asks_poa=asks_poa,
        claim=_claim(draft.lines, typed, on),
    )


def mark_pins(pins: Sequence[Pin], places: Mapping[UUID, int]) -> tuple[PinMark, ...]:
    """The marks of a line's pins."""
    return tuple(PinMark(at, places.get(pin.page_id, 0), pin.start, pin.end) for at, pin in enumerate(pins, start=1))


def _diagnoses(
    lines: Lines, checks: tuple[Check, ...], typed: Typed, on: date, places: Mapping[UUID, int]
) -> list[DiagnosisRow]:
    rows = []
    for at, line in enumerate(lines.diagnoses, start=1):
        found = get_code(line.code, on)
        title = found.title if found else "Not in the release in force"
        pins = mark_pins(line.evidence, places)
        wrong = {"a": typed.errors[f"a{at}"]} if f"a{at}" in typed.errors else {}
        poa = typed.values.get(f"a{at}", line.poa) if wrong else line.poa
        rows.append(
            DiagnosisRow(at, f"d{at}", letter(at), line.code, title, _beside(checks, f"d{at}"), pins, poa, wrong)
        )
    return rows


def _procedures(
    lines: Lines, checks: tuple[Check, ...], typed: Typed, on: date, places: Mapping[UUID, int]
) -> list[ProcedureRow]:
    rows = []
    for at, line in enumerate(lines.procedures, start=1):
        wrong = {name: typed.errors[f"{name}{at}"] for name in "mupsbnt" if f"{name}{at}" in typed.errors}
        stored = {
            "m": ",".join(line.modifiers), "u": str(line.units), "p": pointer_letters(line.pointers),
            **write_further(line, on),
        }  # fmt: skip
        # What was refused stays as it was typed, so that it can be put right.
        shown = {name: typed.values.get(f"{name}{at}", text) if wrong else text for name, text in stored.items()}
        rows.append(
            ProcedureRow(
                at, f"p{at}", line.code, line.system, shown["m"], shown["u"], shown["p"], _beside(checks, f"p{at}"),
                wrong, {name: shown[name] for name in "sbnt"}, _said(line, on), mark_pins(line.evidence, places),
            )
        )  # fmt: skip
    return rows


def _said(line: ProcedureLine, on: date) -> str:
    stored = write_further(line, on)
    words = {"s": "on {}", "b": "by {}", "n": "NDC {}", "t": "{} min"}
    return " · ".join(words[name].format(stored[name]) for name in "sbnt" if stored[name])


def _claim(lines: Lines, typed: Typed, on: date) -> ClaimFields:
    values = write_header(lines.header, on)
    errors = {name: typed.errors[f"claim_{name}"] for name in values if f"claim_{name}" in typed.errors}
    if errors:  # what was refused stays as it was typed
        values = {name: typed.values.get(f"claim_{name}", stored) for name, stored in values.items()}
    return ClaimFields(values, errors, say_header(lines.header, on))


def _beside(checks: tuple[Check, ...], name: str) -> tuple[Check, ...]:
    return tuple(check for check in checks if check.line == name)


def _release(on: date) -> str:
    release = release_in_force(on)
    return f"{release.label} in force" if release else f"{load_release().label} does not reach this date of service"
