"""Search of ICD-10-CM as coders type: numbers and beginnings of numbers, shorthand, lay words, one typo."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

import numpy as np

from assignments.codesets.icd10cm import code_of, dotted, shallowest, squeeze, stem_with
from assignments.codesets.index import Floats, Index, load_index
from assignments.codesets.loaded import tabular_on
from assignments.codesets.spelling import mend
from assignments.codesets.tabular import Tabular
from assignments.codesets.words import first_readings, load_wordbook, query_tokens, spans

LONGEST_QUERY = 120  # characters
MOST_TOKENS = 10
LITERAL = 0.9  # what the written letters count beside the reading of an abbreviation
WHOLE = 0.999  # of the query; less than 1 because the parts are summed in floating point
PHRASE = 2.0  # a phrase of the wordbook stands before everything that is found by single words
NO_PHRASE: frozenset[tuple[str, ...]] = frozenset()
NOTHING = (0.0, 0)

How = Literal["number", "phrase", "words"]


@dataclass(frozen=True)
class Seventh:
    """One 7th character that a stem can take, and the full code."""

    character: str
    meaning: str
    code: str


@dataclass(frozen=True)
class Hit:
    """One line of an answer: a billable code, a stem that needs its 7th character, or a header with codes below."""

    code: str
    title: str
    billable: bool
    needs_seventh: tuple[Seventh, ...]
    how: How

    @property
    def is_header(self) -> bool:
        """Whether there are codes below to choose from."""
        return not self.billable and not self.needs_seventh


def search(query: str, *, on: date, limit: int = 20) -> list[Hit]:
    """The codes that a query most likely means, best first; none when no loaded release serves the date of service."""
    table = tabular_on(on)
    if limit < 1 or table is None:
        return []
    text = query[:LONGEST_QUERY]
    by_number = _by_number(table, squeeze(re.sub("[-–]", "", text)), limit)
    if by_number:
        return by_number
    prefix, words = _split_prefix(table, text)
    found = _by_words(load_index(table), query_tokens(words)[:MOST_TOKENS], prefix, limit)
    return found or _by_number(table, prefix, limit)


def _by_number(table: Tabular, bare: str, limit: int) -> list[Hit]:
    """Drill down by the beginning of a number: as deep as fits in the answer."""
    if not re.fullmatch(r"[A-Z](?=[0-9A-Z]?[0-9])[0-9A-Z]{1,6}", bare):
        return []
    full = _with_sevenths(table, bare)
    if full:
        return [_hit(table, code, "number") for code in full[:limit]]
    codes = [code for code in table.below(bare) if table.is_leaf(table.rows[code])]
    if len(codes) > limit:
        codes = shallowest([code for code in table.below(bare) if code != bare])
    return [_hit(table, code, "number") for code in codes[:limit]]


def _with_sevenths(table: Tabular, bare: str) -> list[str]:
    """The full codes of a stem that is typed whole, with or without its X and 7th character."""
    for size in range(len(bare), 2, -1):
        stem = bare[:size]
        if stem in table.rows:
            codes = [stem_with(stem, character) for character in table.sevenths[table.rows[stem]]]
            return [code for code in codes if code.startswith(bare)]
    return []


def _split_prefix(table: Tabular, text: str) -> tuple[str, str]:
    """`e11 foot ulcer` is words among the codes that begin with E11."""
    first, _, rest = text.strip().partition(" ")
    bare = squeeze(first)
    if rest and re.fullmatch(r"[A-Z][0-9A-Z]{2,6}", bare) and re.search("[0-9]", bare) and table.below(bare):
        return bare, rest
    return "", text


def _by_words(index: Index, tokens: list[str], prefix: str, limit: int) -> list[Hit]:
    if len("".join(tokens)) < 2:
        return []  # nothing, or one lone letter
    known = load_wordbook().known
    mended = [
        token if token in known or index.knows(token) else next(iter(mend(token, index)), token) for token in tokens
    ]
    scores, covered = _score(index, mended)
    if covered < WHOLE:
        # no code has all the words: perhaps one is a typo that happens to begin another word
        bolder = [token if token in index.ids else next(iter(mend(token, index)), token) for token in mended]
        again, now_covered = _score(index, bolder) if bolder != mended else (scores, covered)
        if now_covered > covered:
            scores = again
    if prefix:
        inside = np.zeros_like(scores)
        inside[index.leaves_below(prefix)] = 1
        scores *= inside
    return _best(index, scores, limit)


def _best(index: Index, scores: Floats, limit: int) -> list[Hit]:
    count = min(limit, len(scores))
    best = np.argpartition(-scores, count - 1)[:count].tolist()
    ordered = sorted((leaf for leaf in best if scores[leaf] > 0), key=lambda leaf: (-scores[leaf], leaf))
    codes = [index.table.codes[row] for row in index.leaf_rows[ordered]]
    hows: list[How] = ["phrase" if scores[leaf] > PHRASE - 0.5 else "words" for leaf in ordered]
    return [_hit(index.table, code, how) for code, how in zip(codes, hows, strict=True)]


def _score(index: Index, tokens: list[str]) -> tuple[Floats, float]:
    """A score per leaf, and how much of the query the leaf with most of it has."""
    total, covered = np.zeros_like(index.favour), np.zeros_like(index.favour)
    weights = 0.0
    for written, readings in spans(tokens, load_wordbook().readings):
        choices = [_match_all(index, reading, 1.0 - 0.05 * place) for place, reading in enumerate(readings)]
        choices.append(_match_all(index, written, LITERAL if readings else 1.0))
        weight = max(choice[2] for choice in choices)
        total += weight * np.maximum.reduce([choice[0] for choice in choices])
        covered += weight * np.maximum.reduce([choice[1] for choice in choices])
        weights += weight
    covered /= weights
    scores = total / weights * covered * covered * index.favour
    scores[covered < covered.max() / 2] = 0
    phrased = _phrased(first_readings(tokens))
    for code, (cover, place) in phrased.items():
        leaves = index.leaves_below(code)
        if cover >= WHOLE:
            scores[leaves] = PHRASE + 0.01 * place
        else:
            scores[leaves] += cover / 2 + 0.01 * place
    return scores, max(float(covered.max()), *(cover for cover, _ in phrased.values()), 0.0)


def _match_all(index: Index, words: Sequence[str], factor: float) -> tuple[Floats, Floats, float]:
    """For each leaf how well it has these words and which part of them, and how telling the words are."""
    score, has = np.zeros_like(index.favour), np.zeros_like(index.favour)
    rarities = []
    for word in words:
        found = index.match(word)
        present = found > 0
        rarity = math.log(1 + len(found) / (1 + np.count_nonzero(present)))
        rarities.append(rarity)
        score += rarity * found
        has += present
    has /= len(words)
    return factor / sum(rarities) * score * has, has, max(rarities)


def _phrased(words: Sequence[str]) -> dict[str, tuple[float, int]]:
    """Codes of the phrases with all these words, the last perhaps unfinished: the part typed, and minus the place."""
    book = load_wordbook()
    *whole, last = words
    found: dict[str, tuple[float, int]] = {}
    for end in (word for word in book.phrases_with if word.startswith(last)):
        for phrase in frozenset.intersection(*(book.phrases_with.get(word, NO_PHRASE) for word in (*whole, end))):
            typed = len({*whole, end}) - 1 + len(last) / len(end)
            cover = typed / len(set(phrase))
            for place, code in enumerate(book.phrases[phrase]):
                found[squeeze(code)] = max(found.get(squeeze(code), NOTHING), (cover, -place))
    return found


def _hit(table: Tabular, bare: str, how: How) -> Hit:
    code = code_of(table, bare)
    if code is None:
        raise LookupError(bare)
    return Hit(code.code, code.title, code.billable, _sevenths(table, bare), how)


@lru_cache(maxsize=4096)
def _sevenths(table: Tabular, stem: str) -> tuple[Seventh, ...]:
    row = table.rows.get(stem)
    if row is None:
        return ()
    meanings = table.meanings[table.tables[row]]
    return tuple(
        Seventh(character, meanings[character], dotted(stem_with(stem, character))) for character in table.sevenths[row]
    )
