"""What makes two charts possible duplicates, what holds a chart back, and what can be decided of it. Pure."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Rule(StrEnum):
    """Why a chart may be a duplicate of an earlier one. ADR 0017 has the table of cases."""

    SAME_FILE = "same_file"
    SAME_NUMBER = "same_number"
    SAME_VISIT = "same_visit"
    NEAR_TEXT = "near_text"


#: These hold a chart back until somebody decides; the others only warn.
HOLDING = frozenset({Rule.SAME_FILE, Rule.SAME_NUMBER})

#: What each rule reads as; none of it tells of a patient.
WORDS: Mapping[Rule, str] = {
    Rule.SAME_FILE: "the same file",
    Rule.SAME_NUMBER: "the same encounter number, written in another way",
    Rule.SAME_VISIT: "the same patient, day, provider and service line",
    Rule.NEAR_TEXT: "nearly the same text",
}


class Verdict(StrEnum):
    """What somebody decides of two charts."""

    SEPARATE = "separate"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason of the list, and the verdict that it is given for."""

    verdict: Verdict
    text: str


#: A fixed list: it can be counted, and a free text would name patients where managers read it.
REASONS: Mapping[str, Reason] = {
    "another-visit": Reason(Verdict.SEPARATE, "Another visit of the patient"),
    "another-study": Reason(Verdict.SEPARATE, "Another study or procedure of the day"),
    "other-patient": Reason(Verdict.SEPARATE, "Another patient"),
    "shared-file": Reason(Verdict.SEPARATE, "One file that belongs to both, such as a form or a shared report"),
    "template": Reason(Verdict.SEPARATE, "A template or normal findings: alike, but rightly so"),
    "sent-twice": Reason(Verdict.SAME, "Sent twice"),
    "wrong-encounter": Reason(Verdict.SAME, "Sent for the wrong encounter"),
    "copied-note": Reason(Verdict.SAME, "The note was copied from the other chart"),
}


class Standing(StrEnum):
    """How a chart stands as a whole, all its pairs together."""

    CLEAR = "clear"
    OPEN = "open"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Pair:
    """What is known of a chart and one earlier chart: the rules found, and the verdict, None while it is open."""

    rules: frozenset[Rule]
    verdict: Verdict | None

    @property
    def is_text_alone(self) -> bool:
        """True if only the texts are alike: that speaks of how a note was written, not of a chart that came twice."""
        return self.rules == {Rule.NEAR_TEXT}


def standing(pairs: Collection[Pair]) -> Standing:
    """What the pairs of a chart mean for it: it is the same as another, waits for a decision, or may go on."""
    if any(pair.verdict is Verdict.SAME and not pair.is_text_alone for pair in pairs):
        return Standing.SAME
    if any(pair.verdict is None and pair.rules & HOLDING for pair in pairs):
        return Standing.OPEN
    return Standing.CLEAR


def loose_number(number: str) -> str:
    """An encounter number as it reads without case, blanks, dashes and leading zeros; '' if nothing is left."""
    folded = unicodedata.normalize("NFKC", number).casefold()
    return re.sub(r"[\W_]+", "", re.sub(r"(?<!\d)0+(?=\d)", "", folded))
