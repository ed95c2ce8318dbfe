"""The level of an evaluation-and-management visit, from counts of what was dealt with or from its minutes. Pure.

The structure is that of the rules Medicare adopted for office visits of 2021 and later (85 FR 84472) and for the other
settings of 2023 and later (87 FR 69404): three elements, two of which must reach a level, or the total minutes of the
day. The wording is ours throughout, and the result is a level, never a number: choosing that is the coder's.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

MOST = 99  # of anything that is counted
MOST_MINUTES = 600


class Setting(StrEnum):
    """Where the patient was seen, as far as levels differ by it."""

    OFFICE = "office"
    EMERGENCY = "emergency"
    HOSPITAL_FIRST = "hospital-first"
    HOSPITAL_LATER = "hospital-later"
    CONSULT_OFFICE = "consult-office"
    CONSULT_HOSPITAL = "consult-hospital"
    HOME = "home"


class Patient(StrEnum):
    """Whether the practice knows the patient: seen by it, in this specialty, within three years."""

    NEW = "new"
    ESTABLISHED = "established"


class Risk(StrEnum):
    """What may come of how the patient is managed; empty while nobody has judged it."""

    NONE = ""
    MINIMAL = "minimal"
    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"


#: Degrees of each element and of decision making as a whole, 0 to 4.
DEGREES = ("none", "straightforward", "low", "moderate", "high")
PROBLEM_DEGREES = ("none", "minimal", "low", "moderate", "high")
DATA_DEGREES = ("none", "minimal or none", "limited", "moderate", "extensive")


@dataclass(frozen=True, slots=True)
class Answers:
    """What somebody found in the documentation. Counts are of problems dealt with, and of single tests and notes."""

    setting: Setting = Setting.OFFICE
    patient: Patient = Patient.ESTABLISHED
    minor: int = 0
    stable_chronic: int = 0
    acute_simple: int = 0
    unstable_chronic: int = 0
    unclear: int = 0
    systemic: int = 0
    complicated_injury: int = 0
    severe_chronic: int = 0
    threatening: int = 0
    notes: int = 0
    results: int = 0
    orders: int = 0
    historian: bool = False
    interpretation: bool = False
    discussion: bool = False
    risk: Risk = Risk.NONE
    minutes: int = 0  # 0: no total time is documented


@dataclass(frozen=True, slots=True)
class Element:
    """One of the three, with the degree that it reaches and what carried it there."""

    name: str
    degree: int
    words: str
    because: str


@dataclass(frozen=True, slots=True)
class Result:
    """The level and how it was reached."""

    level: int | None
    by: str  # "decision making", "total time", or "" while there is no level
    sentence: str
    decision: int  # degree, 0 to 4
    elements: tuple[Element, ...]
    time: str  # what the minutes come to, or why they do not count
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Place:
    words: str
    has_new: bool  # new and established patients are told apart
    levels: tuple[int, int, int, int]  # for straightforward, low, moderate, high
    minutes: Mapping[Patient, Mapping[int, int]]  # level → minutes from which it is reached; empty: time never counts


def _same(minutes: Mapping[int, int]) -> Mapping[Patient, Mapping[int, int]]:
    return dict.fromkeys(Patient, minutes)


_PLACES: Mapping[Setting, _Place] = {
    Setting.OFFICE: _Place("office or other outpatient", True, (2, 3, 4, 5), {
        Patient.NEW: {2: 15, 3: 30, 4: 45, 5: 60}, Patient.ESTABLISHED: {2: 10, 3: 20, 4: 30, 5: 40},
    }),
    Setting.EMERGENCY: _Place("emergency department", False, (2, 3, 4, 5), _same({})),
    Setting.HOSPITAL_FIRST: _Place("hospital, first day", False, (1, 1, 2, 3), _same({1: 40, 2: 55, 3: 75})),
    Setting.HOSPITAL_LATER: _Place("hospital, later day", False, (1, 1, 2, 3), _same({1: 25, 2: 35, 3: 50})),
    Setting.CONSULT_OFFICE: _Place(
        "consultation, outpatient", False, (2, 3, 4, 5), _same({2: 20, 3: 30, 4: 40, 5: 55})
    ),
    Setting.CONSULT_HOSPITAL: _Place(
        "consultation, hospital", False, (2, 3, 4, 5), _same({2: 35, 3: 45, 4: 60, 5: 80})
    ),
    Setting.HOME: _Place("home or residence", True, (1, 2, 4, 5), {
        Patient.NEW: {1: 15, 2: 30, 4: 60, 5: 75}, Patient.ESTABLISHED: {1: 20, 2: 30, 3: 40, 4: 60},
    }),
}  # fmt: skip
#: Known patients at home have four levels, new ones too, but numbered otherwise.
_HOME_ESTABLISHED = (1, 2, 3, 4)

SETTINGS: Mapping[Setting, str] = {setting: place.words for setting, place in _PLACES.items()}


def level(answers: Answers) -> Result:
    """The level that these answers support: the higher of decision making and total time.

    More of anything never lowers it.
    """
    place = _PLACES[answers.setting]
    elements = (problems(answers), data(answers), risk(answers))
    decision = sorted(element.degree for element in elements)[1]
    by_decision = _levels(answers)[decision - 1] if decision else None
    by_time, time = _by_time(answers, place)
    missing = _missing(answers, by_time)
    if by_decision is None and by_time is None:
        return Result(None, "", "No level yet: " + "; ".join(missing) + ".", decision, elements, time, missing)
    is_time = by_time is not None and by_time > (by_decision or 0)
    found = by_time if is_time else by_decision
    how = f"by total time, {time}" if is_time else f"by decision making: {_say(elements, decision)}"
    return Result(
        found, "total time" if is_time else "decision making", f"Level {found}, {say_visit(answers)}, {how}.", decision,
        elements, time, missing,
    )  # fmt: skip


def say_visit(answers: Answers) -> str:
    """What kind of visit it was, in words."""
    place = _PLACES[answers.setting]
    return f"{answers.patient} patient, {place.words}" if place.has_new else place.words


def counts_time(setting: Setting) -> bool:
    """True if minutes can reach a level there; in an emergency department they never do."""
    return bool(_PLACES[setting].minutes[Patient.NEW])


def problems(answers: Answers) -> Element:
    """The degree of what was dealt with."""
    a = answers
    reached = (
        (4, a.severe_chronic > 0, "a long-term illness that has become severely worse"),
        (4, a.threatening > 0, "something that threatens life or a function of the body"),
        (3, a.unstable_chronic > 0, "a long-term illness that is not where it should be"),
        (3, a.stable_chronic > 1, f"{a.stable_chronic} long-term illnesses at their goal"),
        (3, a.unclear > 0, "a new problem whose outcome is open"),
        (3, a.systemic > 0, "an acute illness of the whole body"),
        (3, a.complicated_injury > 0, "a complicated injury"),
        (2, a.stable_chronic == 1, "a long-term illness at its goal"),
        (2, a.acute_simple > 0, "a simple new illness or injury"),
        (2, a.minor > 1, f"{a.minor} minor problems"),
        (1, a.minor == 1, "a minor problem"),
    )
    return _element("problems", reached, PROBLEM_DEGREES, "no problem is noted")


def data(answers: Answers) -> Element:
    """The degree of what was read, ordered, interpreted and discussed. Nothing at all is the first degree, too."""
    a = answers
    items = a.notes + a.results + a.orders
    kinds = [
        (items + a.historian >= 3, f"{items + a.historian} notes, results, orders and people asked"),
        (a.interpretation, "an own interpretation of a test"),
        (a.discussion, "a discussion with somebody outside"),
    ]
    met = [words for is_met, words in kinds if is_met]
    reached = (
        (4, len(met) > 1, " and ".join(met)),
        (3, len(met) == 1, "".join(met)),
        (2, items > 1, f"{items} notes, results and orders"),
        (2, a.historian, "somebody else gave the history"),
        (1, True, "at most one note, result or order"),
    )
    return _element("data", reached, DATA_DEGREES, "")


def risk(answers: Answers) -> Element:
    """The degree of risk, as it was judged."""
    degree = tuple(Risk).index(answers.risk)
    words = answers.risk.value or "not judged"
    return Element("risk", degree, words, "" if degree else "nobody has judged it yet")


def to_plain(answers: Answers) -> dict[str, Any]:
    """The answers as JSON keeps them."""
    return asdict(answers)


def from_plain(plain: Mapping[str, Any]) -> Answers:
    """The answers that `to_plain` wrote; what a later release no longer asks is left out."""
    known = {field.name for field in fields(Answers)}
    values = {name: value for name, value in plain.items() if name in known}
    return Answers(**values | {
        "setting": Setting(values["setting"]), "patient": Patient(values["patient"]), "risk": Risk(values["risk"]),
    })  # fmt: skip


def _levels(answers: Answers) -> tuple[int, int, int, int]:
    if answers.setting is Setting.HOME and answers.patient is Patient.ESTABLISHED:
        return _HOME_ESTABLISHED
    return _PLACES[answers.setting].levels


def _by_time(answers: Answers, place: _Place) -> tuple[int | None, str]:
    thresholds = place.minutes[answers.patient]
    if not thresholds:
        return None, "minutes do not count in an emergency department"
    if not answers.minutes:
        return None, "no total time is noted"
    reached = [(found, from_) for found, from_ in thresholds.items() if answers.minutes >= from_]
    if not reached:
        return None, f"{answers.minutes} minutes, below the {min(thresholds.values())} of the lowest level"
    found, from_ = max(reached)
    return found, f"{answers.minutes} minutes, where level {found} begins at {from_}"


def _element(name: str, reached: tuple[tuple[int, bool, str], ...], degrees: tuple[str, ...], nothing: str) -> Element:
    degree, because = next(((degree, words) for degree, is_met, words in reached if is_met), (0, nothing))
    return Element(name, degree, degrees[degree], because)


def _missing(answers: Answers, by_time: int | None) -> tuple[str, ...]:
    if by_time is not None:
        return ()
    wanted = []
    if not problems(answers).degree:
        wanted.append("say which problems were dealt with")
    if not answers.risk:
        wanted.append("judge the risk")
    return tuple(wanted)


def _say(elements: tuple[Element, ...], decision: int) -> str:
    each = ", ".join(f"{element.name} {element.words}" for element in elements)
    reach = sum(element.degree >= decision for element in elements)
    return f"{each}; {'all three' if reach == 3 else 'two of three'} reach {DEGREES[decision]}"
