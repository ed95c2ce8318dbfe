"""What an edit is, how much its result weighs, what it asks of a coder, and how all of them are run. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from assignments.edits.context import Context


class Level(StrEnum):
    """How much a result weighs, heaviest first."""

    ERROR = "error"  # blocks the submission
    CRITICAL = "critical"  # blocks until there is a reason
    WARNING = "warning"  # wants an answer
    INFO = "info"  # is shown


class Ask(StrEnum):
    """What a result wants of whoever codes."""

    NOTHING = "nothing"
    WORD = "word"  # one key: seen, and it is right
    REASON = "reason"  # in words


#: A level of a client that switches a rule off.
OFF = "off"


@dataclass(frozen=True, slots=True)
class Fired:
    """One time that a rule fires: where, on which codes, and what its message is filled with."""

    line: str = ""
    codes: tuple[str, ...] = ()
    words: Mapping[str, object] = field(default_factory=dict)
    more: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Edit:
    """A rule. What is `fixed` the claim itself refuses, so nobody may take it more lightly."""

    number: str
    level: Level
    title: str
    message: str  # a template for what a coder reads
    source: str
    find: Callable[[Context], Iterable[Fired]]
    fixed: bool = False
    wants_reason: bool = False  # as a warning; what is critical always does
    reasons: tuple[str, ...] = ()  # usual ones, to choose from
    version: int = 1


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody answered to a result. An empty reason is one key: seen, and it is right."""

    reason: str
    by: str
    at: datetime
    person_id: UUID | None = None
    is_own: bool = True  # of whoever acts, and not of the coding before


@dataclass(frozen=True, slots=True)
class Check:
    """One result. `line` is `d2` for the second diagnosis, `p1` for the first procedure, empty for the whole coding."""

    rule: str
    level: Level
    text: str
    line: str = ""
    codes: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    ask: Ask = Ask.NOTHING
    reasons: tuple[str, ...] = ()
    version: int = 1
    source: str = ""
    answer: Answer | None = None

    @property
    def mark(self) -> str:
        """What an answer belongs to: the rule and the codes it fired on, wherever they stand."""
        return " ".join((self.rule, "+".join(self.codes))).strip()

    @property
    def spot(self) -> str:
        """The line and the mark: no two results of a coding have the same."""
        return f"{self.line or 'all'} {self.mark}"

    @property
    def place(self) -> str:
        """The spot as an id on the page."""
        return "edit-" + "".join(character if character.isalnum() else "-" for character in self.spot)

    @property
    def is_answered(self) -> bool:
        """True if it asks nothing, or has been answered as it asks."""
        if self.ask is Ask.NOTHING:
            return True
        return self.answer is not None and (self.ask is Ask.WORD or bool(self.answer.reason))

    @property
    def is_open(self) -> bool:
        """True while it waits for an answer."""
        return not self.is_answered


def run_edits(context: Context, edits: Iterable[Edit], levels: Mapping[str, str] | None = None) -> tuple[Check, ...]:
    """Everything that the rules have to say, in the order of the lines. `levels` are a client's own, by rule."""
    found = []
    for order, edit in enumerate(edits):
        level = level_of(edit, (levels or {}).get(edit.number))
        if level is None:
            continue
        for fired in edit.find(context):
            found.append((_place(fired.line), order, _check(edit, level, fired)))
    return tuple(check for _, _, check in sorted(found, key=lambda one: one[:2]))


def level_of(edit: Edit, wanted: str | None) -> Level | None:
    """How much a rule weighs where a client wants it so; None if it is off. What is fixed stays as it is."""
    if wanted is None or edit.fixed or wanted not in (OFF, *Level):
        return edit.level
    return None if wanted == OFF else Level(wanted)


def with_answers(checks: Iterable[Check], answers: Mapping[str, Answer]) -> tuple[Check, ...]:
    """The results with what was answered to them; an answer to what no longer fires waits until it does again."""
    return tuple(replace(check, answer=answers.get(check.mark)) if check.ask is not Ask.NOTHING else check
                 for check in checks)  # fmt: skip


def has_errors(checks: Iterable[Check]) -> bool:
    """True if any of them blocks the submission whatever is answered."""
    return any(check.level is Level.ERROR for check in checks)


def open_checks(checks: Sequence[Check]) -> tuple[Check, ...]:
    """Those that wait for an answer, in the order of the lines."""
    return tuple(check for check in checks if check.is_open)


def _check(edit: Edit, level: Level, fired: Fired) -> Check:
    text = edit.message.format_map(dict(fired.words))
    return Check(
        edit.number, level, text, fired.line, fired.codes, fired.more, _ask(edit, level), edit.reasons, edit.version,
        edit.source,
    )  # fmt: skip


def _ask(edit: Edit, level: Level) -> Ask:
    if level is Level.CRITICAL:
        return Ask.REASON
    if level is Level.WARNING:
        return Ask.REASON if edit.wants_reason else Ask.WORD
    return Ask.NOTHING


def _place(line: str) -> tuple[int, int]:
    return (0, 0) if not line else (1 if line[0] == "d" else 2, int(line[1:]))
