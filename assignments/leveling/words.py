"""What the worksheet asks, in our own words, and how two people's answers differ. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from assignments.leveling.rules import MOST, MOST_MINUTES, SETTINGS, Answers, Patient, Risk, Setting, counts_time


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that is asked: a count, a yes or no, or a choice."""

    name: str
    label: str
    kind: str = "count"  # or "flag", "choice"
    most: int = MOST
    options: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """One question with both answers in words."""

    label: str
    coder: str
    auditor: str

    @property
    def differs(self) -> bool:
        """True if they do not say the same."""
        return self.coder != self.auditor


VISIT = (
    Question("setting", "Where", "choice", options=[(one.value, words) for one, words in SETTINGS.items()]),
    Question("patient", "Patient", "choice", options=[
        (Patient.ESTABLISHED.value, "established: seen here within three years"), (Patient.NEW.value, "new"),
    ]),
)  # fmt: skip
PROBLEMS = (
    Question("minor", "Minor, would pass by itself"),
    Question("stable_chronic", "Long-term, where treatment wants it"),
    Question("acute_simple", "New and simple, illness or injury"),
    Question("unstable_chronic", "Long-term, worse, not at its goal, or harmed by its treatment"),
    Question("unclear", "New, and what will come of it is open"),
    Question("systemic", "Acute, and the whole body is ill"),
    Question("complicated_injury", "Injury with complications"),
    Question("severe_chronic", "Long-term, and severely worse"),
    Question("threatening", "Threatens life or a function of the body"),
)
DATA = (
    Question("notes", "Outside notes read, each source once"),
    Question("results", "Results read, each test once"),
    Question("orders", "Tests ordered, each once"),
    Question("historian", "Somebody else had to tell the history", "flag"),
    Question("interpretation", "A test was interpreted here and is not billed by itself", "flag"),
    Question("discussion", "Talked over with a professional from outside", "flag"),
)
RISK = (
    Question("risk", "Risk of how it is managed", "choice", options=[
        (Risk.NONE.value, "not judged yet"),
        (Risk.MINIMAL.value, "minimal: a bandage, rest"),
        (Risk.LOW.value, "low: medicine from the shelf, exercises"),
        (Risk.MODERATE.value, "moderate: a prescription, a small operation on somebody at risk, hardship in the way"),
        (Risk.HIGH.value, "high: a medicine watched for poisoning, a large operation at risk or at once, hospital"),
    ]),
)  # fmt: skip
TIME = (Question("minutes", "Total minutes on that day, if they are noted", most=MOST_MINUTES),)

GROUPS: Sequence[tuple[str, Sequence[Question]]] = (
    ("Visit", VISIT), ("Problems dealt with", PROBLEMS), ("Data", DATA), ("Risk", RISK), ("Time", TIME),
)  # fmt: skip


def compare(coder: Answers | None, auditor: Answers | None) -> list[Difference]:
    """Every question that either has answered with more than nothing, with both answers."""
    nothing, rows = Answers(), []
    for _, questions in GROUPS:
        for question in questions:
            values = [getattr(one, question.name) if one else None for one in (coder, auditor)]
            if question in VISIT or any(value not in (None, getattr(nothing, question.name)) for value in values):
                rows.append(Difference(question.label, *(_say(question, value) for value in values)))
    return rows


def hint(setting: Setting) -> str:
    """What whoever fills it in has to know of a setting."""
    return "" if counts_time(setting) else "Minutes do not count here."


def _say(question: Question, value: object) -> str:
    if value is None:
        return "not filled in"
    if question.kind == "flag":
        return "yes" if value else "no"
    if question.kind == "choice":
        return next(words for key, words in question.options if key == value).partition(":")[0]
    return str(value)
