"""What the code set says of a diagnosis: validity, notes, and what its titles tell of side, age, sex and manifestation.

CMS's own lists take the place of what is read from titles, where they are loaded.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date
from functools import lru_cache

from assignments.codesets.icd10cm import (
    Code,
    children_of,
    dotted,
    explain_invalid,
    get_code,
    release_in_force,
    squeeze,
)
from assignments.codesets.notes import notes_of
from assignments.edits.context import CodeFacts, NoteFact

NEWBORN = (0, 0, "newborns")
CHILD = (0, 17, "children")
MOTHER = (9, 64, "mothers")
ADULT = (15, 124, "adults")

#: The lists of the Medicare Code Editor by the names that they are kept under, and the ages that they are for.
AGES = {"newborn": NEWBORN, "pediatric": CHILD, "maternity": MOTHER, "adult": ADULT}

_SIDE = re.compile(r"\b(right|left)\b", re.IGNORECASE)
_BOTH = re.compile(r"\b(bilateral|both)\b", re.IGNORECASE)
_FILLING = frozenset(
    ("a", "an", "and", "bilateral", "both", "due", "in", "left", "of", "on", "or", "right", "side", "the", "to",
     "unilateral", "unspecified", "with")
)  # fmt: skip

_CHILD = re.compile(
    r"of infancy and\b|hypogammaglobulinemia of infancy\b|\(child\)|child health exam|\binfantile (?:colic|acne)"
    r"|under 18 years",
    re.IGNORECASE,
)
_ADULT = re.compile(r"\badult\b|\bsenile\b|\bage-related\b|\bpostmenopausal\b|\bpresenile\b", re.IGNORECASE)
_FEMALE = re.compile(
    r"\bfemales?\b|\bpregnan|\bmaternal\b|\bmenopaus|\bpostmenopausal\b|\bmenstru|\bmenorrh|\bovar|\buter(?:us|ine)\b"
    r"|\bvagin|\bvulv|\bcervix uteri\b|\bendometri|\bfallopian\b|\bpostpartum\b", re.IGNORECASE,
)  # fmt: skip
_MALE = re.compile(
    r"\bmales?\b|\bprostat|\btestic|\btestis\b|\bpenis\b|\bpenile\b|\bscrot|\bepididym|\bspermat", re.IGNORECASE
)


def facts_of(code: str, on: date) -> CodeFacts:
    """Everything the rules ask of a code; of one that cannot be billed on that date, only why."""
    release = release_in_force(on)
    if release is None:
        return CodeFacts(code)
    refusal = explain_invalid(code, on)
    return CodeFacts(code, squeeze(code), refusal=refusal) if refusal else _facts(code, on, release.sha256)


def with_lists(facts: CodeFacts, lists: Collection[str] | None, loaded: Collection[str]) -> CodeFacts:
    """The facts as the Medicare Code Editor has them, for the lists that are loaded."""
    if lists is None or facts.refusal:
        return facts
    if "manifestation" in loaded:
        facts = replace(facts, is_manifestation="manifestation" in lists)
    if set(AGES) & set(loaded):
        facts = replace(facts, ages=next((AGES[name] for name in AGES if name in lists), None))
    if {"female", "male"} & set(loaded):
        facts = replace(facts, sex="F" if "female" in lists else "M" if "male" in lists else "")
    return facts


@lru_cache(maxsize=20_000)
def _facts(code: str, on: date, release: str) -> CodeFacts:  # noqa: ARG001  another release has other facts
    found = get_code(code, on)
    if found is None:  # billable and not listed cannot be
        return CodeFacts(code)
    family = [found, *_ancestors(code, on)]
    stem = _stem(family, on)
    pool = _near(stem, family, on)
    notes = tuple(_notes(code, on))
    causes_first = any(note.kind == "code_first" for note in notes)
    return CodeFacts(
        code, squeeze(code), found.title,
        is_manifestation=causes_first and any(_is_manifestation(one.title) for one in family),
        ages=_ages(squeeze(code), found.title), sex=_sex(squeeze(code), found.title), side=_side(stem.title),
        sided=tuple(_sided(stem, found, pool)), bilateral=_bilateral(stem, found, pool),
        notes=notes,
    )  # fmt: skip


def _ancestors(code: str, on: date) -> list[Code]:
    """What the code stands below, nearest first."""
    bare = squeeze(code)
    shorter = (get_code(dotted(bare[:size]), on) for size in range(len(bare) - 1, 2, -1))
    return [one for one in shorter if one]


def _stem(family: list[Code], on: date) -> Code:
    """The code without its 7th character where that comes from a table: sides are siblings there."""
    code, *above = family
    if (
        above
        and len(squeeze(code.code)) == 7
        and all(len(squeeze(one.code)) == 7 for one in children_of(above[0].code, on))
    ):
        return above[0]
    return code


def _near(stem: Code, family: list[Code], on: date) -> list[Code]:
    """The codes below the grandparent, that is siblings and their like, without 7th characters of a table."""
    above = family[family.index(stem) + 1 :][:2]
    if not above:
        return []
    found: list[Code] = []
    open_codes = [above[-1]]
    for _ in range(2 if len(above) == 2 else 1):
        open_codes = [child for one in open_codes for child in children_of(one.code, on)]
        found += open_codes
    return [one for one in found if one.code != stem.code]


def _is_manifestation(title: str) -> bool:
    """A germ `as the cause of diseases classified elsewhere` says more of a disease, and is none itself."""
    return "classified elsewhere" in title and not re.search("not elsewhere|not classified|the cause of", title)


def _ages(bare: str, title: str) -> tuple[int, int, str] | None:
    if bare.startswith("Z38") or "newborn under" in title.lower():
        return NEWBORN
    if bare[0] == "O" or bare[:3] in ("Z33", "Z34", "Z36", "Z37", "Z39", "Z3A"):
        return MOTHER
    if bare[0] == "P" or "history" in title.lower():
        return None  # what began at birth may last
    return CHILD if _CHILD.search(title) else ADULT if _ADULT.search(title) else None


def _sex(bare: str, title: str) -> str:
    if bare[0] in "PQ" or bare[:3] in ("Z38", "Z80", "Z82", "Z83", "Z84"):
        return ""  # the newborn of a mother, and what the family had
    if bare[0] == "O" or "C51" <= bare[:3] <= "C58" or "N70" <= bare[:3] <= "N98":
        return "F"
    if "C60" <= bare[:3] <= "C63" or "N40" <= bare[:3] <= "N53":
        return "M"
    female, male = _FEMALE.search(title), _MALE.search(title)
    return "" if bool(female) == bool(male) else "F" if female else "M"


def _side(title: str) -> str:
    sides = {found.lower() for found in _SIDE.findall(title)}
    if _BOTH.search(title):
        return "bilateral"
    return sides.pop() if len(sides) == 1 else ""


def _sided(stem: Code, code: Code, pool: list[Code]) -> Iterator[str]:
    """Codes near by whose title is this one's with right or left in place of `unspecified`."""
    title = stem.title.lower()
    titles = {one.title.lower(): one for one in pool}
    for found in re.finditer(r"\bunspecified\b", title):
        for side in ("right", "left"):
            sibling = titles.get(f"{title[: found.start()]}{side}{title[found.end() :]}")
            if sibling:
                yield _ending(sibling, stem, code)


def _bilateral(stem: Code, code: Code, pool: list[Code]) -> str:
    """The code near by that says of both sides what this one says of one."""
    if _side(stem.title) not in ("right", "left"):
        return ""
    words = _words(stem.title)
    part = _words(" ".join(re.findall(r"\b(?:right|left)\s+([^,()]*)", stem.title, re.IGNORECASE)))
    for one in pool:
        if _BOTH.search(one.title) and not _SIDE.search(one.title):
            both = _words(one.title)
            if both <= words and words - both <= part:
                return _ending(one, stem, code)
    return ""


def _words(title: str) -> frozenset[str]:
    return frozenset(word.rstrip("s") for word in re.findall(r"[a-z-]+", title.lower())) - _FILLING


def _ending(sibling: Code, stem: Code, code: Code) -> str:
    """The sibling's code, with the 7th character of the code that was asked about."""
    if stem.code == code.code:
        return sibling.code
    return dotted(squeeze(sibling.code).ljust(6, "X") + squeeze(code.code)[6])


def _notes(code: str, on: date) -> Iterator[NoteFact]:
    """The notes that hold for a code, own and inherited. Of what whole chapters and blocks say only what excludes, of
    chapters only Excludes1: all else stands there for every second chart and helps nobody.
    """
    levels = {"excludes1": ("code", "block", "chapter"), "excludes2": ("code", "block"), "includes": ()}
    for note in notes_of(code, on):
        if note.level in levels.get(note.kind, ("code",)) and (note.refs or not note.kind.startswith("excludes")):
            yield NoteFact(note.kind, note.text, note.refs, note.at)
