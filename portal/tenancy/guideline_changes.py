"""What a new version of a guideline changes, rule by rule. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal


@dataclass(frozen=True, slots=True)
class Change:
    """One rule that is there, has come, or is gone."""

    kind: Literal["kept", "added", "removed"]
    rule: str


def rules_of(body: str) -> list[str]:
    """The rules of a guideline, one by one: each line of its text is one."""
    return [rule.strip() for rule in body.splitlines() if rule.strip()]


def what_changed(before: Sequence[str], after: Sequence[str]) -> list[Change]:
    """Every rule of both in reading order; where one stands in place of another, the old one comes first."""
    changes: list[Change] = []
    for tag, first, last, start, end in SequenceMatcher(a=list(before), b=list(after), autojunk=False).get_opcodes():
        if tag == "equal":
            changes += [Change("kept", rule) for rule in after[start:end]]
            continue
        changes += [Change("removed", rule) for rule in before[first:last]]
        changes += [Change("added", rule) for rule in after[start:end]]
    return changes
