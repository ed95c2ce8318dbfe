"""Phrases that may be known without a history: titles, inclusion terms and the coder's own words of the code table."""

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache

from assignments.assistance.counting import DOUBTS, with_contexts
from assignments.assistance.phrases import Mention, Phrasebook, Stems
from assignments.assistance.reading import Reading, read
from assignments.codesets.icd10cm import code_of, dotted
from assignments.codesets.tabular import load_tabular
from assignments.codesets.words import load_wordbook

MOST_CODES = 3
_MOST_WORDS = 6
_IDLE = re.compile(
    r"\b(?:unspecified|not otherwise specified|nos|not elsewhere classified|nec|specified|other|initial encounter"
    r"|without complications?|organism|type|of (?:the )?site|any site|site|disorder of)\b|[(\[].*?[)\]]",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class DictionaryHit:
    """A dictionary phrase in a text: by words, with its codes, the likeliest first."""

    phrase: Stems
    first: int
    after: int
    codes: tuple[str, ...]
    context: int

    @property
    def is_doubted(self) -> bool:
        """Whether its sentence speaks against it."""
        return self.context in DOUBTS


class Dictionary:
    """Phrases with their codes."""

    def __init__(self, entries: dict[Stems, tuple[str, ...]]) -> None:
        self._entries = entries
        self._book = Phrasebook(list(entries))

    def find(self, reading: Reading) -> list[DictionaryHit]:
        """The longest phrases of a text, word for word, none inside another."""
        mentions = [one for one in self._book.find(reading) if one.is_exact]
        kept: list[Mention] = []
        end = 0
        for one in sorted(mentions, key=lambda one: (one.first, -one.after)):
            if one.first >= end:
                kept.append(one)
                end = one.after
        return [
            DictionaryHit(
                phrase := self._book.phrases[one.phrase], one.first, one.after, self._entries[phrase], context
            )
            for one, context in with_contexts(reading, kept)
        ]


EMPTY = Dictionary({})


@lru_cache(maxsize=1)
def load_dictionary() -> Dictionary:
    """The dictionary of the shipped code table, made once per process in a few seconds."""
    table = load_tabular()
    found: defaultdict[Stems, list[str]] = defaultdict(list)
    for words, codes in load_wordbook().phrases.items():  # what coders write, with its codes, comes first
        _note(found, " ".join(words), [dotted(code.replace(".", "")) for code in codes])
    for row, bare in enumerate(table.codes):
        code = code_of(table, bare)
        if code is None or not code.billable or bare[0] in "VWXY":
            continue
        _note(found, table.titles[row], [code.code])
        for term in table.terms[row].split("|"):
            _note(found, term, [code.code])
    written: dict[Stems, tuple[str, ...]] = {phrase: tuple(codes[:MOST_CODES]) for phrase, codes in found.items()}
    for short, readings in load_wordbook().readings.items():  # "htn" is "hypertension" where that is a phrase
        phrase = _stems(" ".join(readings[0])) if readings else ()
        if phrase in written:
            written.setdefault(_stems(" ".join(short)) or phrase, written[phrase])
    return Dictionary(written)


def _note(found: defaultdict[Stems, list[str]], text: str, codes: list[str]) -> None:
    for version in {text, _IDLE.sub(" ", text)}:
        phrase = _stems(version)
        if phrase and len(phrase) <= _MOST_WORDS and max(map(len, phrase)) > 2:
            found[phrase].extend(code for code in codes if code not in found[phrase])


def _stems(text: str) -> Stems:
    return read(text.replace("'s", "")).stems
