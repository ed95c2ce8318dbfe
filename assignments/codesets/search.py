"""Search of ICD-10-CM as coders type: numbers and beginnings of numbers, shorthand, lay words, one typo."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

import numpy as np

from assignments.codesets.icd10cm import code_of, dotted, shallowest, squeeze, stem_with
from assignments.codesets.index import Floats, Index, load_index
from assignments.codesets.loaded import tabular_on
from assignments.codesets.scoring import PHRASE, score
from assignments.codesets.spelling import join
from assignments.codesets.tabular import Tabular
from assignments.codesets.words import query_tokens

LONGEST_QUERY = 120  # characters
MOST_TOKENS = 10
UNWEIGHTED: Mapping[str, float] = MappingProxyType({})

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


def search(query: str, *, on: date, limit: int = 20, weights: Mapping[str, float] = UNWEIGHTED) -> list[Hit]:
    """The codes that a query most likely means, best first; none when no loaded release serves the date of service.

    `weights` raises codes that are used much here or by this coder: a factor by squeezed code, 1 for what is not there.
    """
    table = tabular_on(on)
    if limit < 1 or table is None:
        return []
    text = query[:LONGEST_QUERY]
    by_number = _by_number(table, squeeze(re.sub("[-–]", "", text)), limit)
    if by_number:
        return by_number
    prefix, words = _split_prefix(table, text)
    ranked = rank(load_index(table), words, limit=limit, prefix=prefix, weights=weights)
    return [_hit(table, code, how) for code, how in ranked] or _by_number(table, prefix, limit)


def rank(
    index: Index, text: str, *, limit: int, prefix: str = "", weights: Mapping[str, float] = UNWEIGHTED
) -> list[tuple[str, How]]:
    """The squeezed codes of any index for these words, best first, and whether a phrase or single words found them."""
    tokens = query_tokens(text)[:MOST_TOKENS]
    if len("".join(tokens)) < 2:
        return []  # nothing, or one lone letter
    scores = score(index, join(index, tokens))
    for code, factor in weights.items():
        leaf = index.leaf_of(code)
        if leaf is not None:
            scores[leaf] *= factor
    if prefix:
        inside = np.zeros_like(scores)
        inside[index.leaves_below(prefix)] = 1
        scores *= inside
    return _best(index, scores, limit)


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


def _best(index: Index, scores: Floats, limit: int) -> list[tuple[str, How]]:
    count = min(limit, len(scores))
    best = np.argpartition(-scores, count - 1)[:count].tolist()
    ordered = sorted((leaf for leaf in best if scores[leaf] > 0), key=lambda leaf: (-scores[leaf], leaf))
    return [
        (index.table.codes[index.leaf_rows[leaf]], "phrase" if scores[leaf] > PHRASE - 0.5 else "words")
        for leaf in ordered
    ]


@lru_cache(maxsize=8192)
def _hit(table: Tabular, bare: str, how: How) -> Hit:
    code = code_of(table, bare)
    if code is None:
        raise LookupError(bare)
    return Hit(code.code, code.title, code.billable, _sevenths(table, bare), how)


def _sevenths(table: Tabular, stem: str) -> tuple[Seventh, ...]:
    row = table.rows.get(stem)
    if row is None:
        return ()
    meanings = table.meanings[table.tables[row]]
    return tuple(
        Seventh(character, meanings[character], dotted(stem_with(stem, character))) for character in table.sevenths[row]
    )
