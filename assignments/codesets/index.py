"""The search index over the tabular leaves: sorted words, and for each the leaves that have it and where."""

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from assignments.codesets.borrowed import load_borrowed
from assignments.codesets.tabular import Tabular, load_tabular
from assignments.codesets.words import STOP_WORDS, load_wordbook, title_words

ANCESTOR, BORROWED, INCLUSION, TITLE = 1, 2, 3, 4
FIELDS = 8  # places for a field in a sorting key
WEIGHTS = np.array([0.0, 0.7, 1.3, 1.6, 3.0], dtype=np.float32) / 3  # by field; measured with `chartway bench search`
PREFIX = 0.75  # what an unfinished word counts, against a whole one
# words that do not make a title longer: the choice among them is the coder's next step, not the search's
LIGHT = STOP_WORDS | {"unspecified", "specified", "other", "right", "left", "bilateral", "side"}
# what a query seldom means unless it says so, by the beginning of the code
SELDOM = {"O": 0.85, "P": 0.9, "T3": 0.85, "T4": 0.85, "T5": 0.85, "V": 0.85, "W": 0.9, "X": 0.85, "Y": 0.8}

# what a code is not counts little, so that "with hematuria" comes before "without hematuria"
# endings that change what a word is and not what it is about; at least four letters stay before them
ENDING = re.compile(
    "(?<=[a-z]{4})(?:ational|ization|ations|ation|ically|ical|ities|ious|eous|ings|ists|ing|ion|ions|itic|otic|etic|"
    "atic|etes|ies|ous|ity|ist|ial|ian|ias|ive|ary|ery|ors|ed|al|ic|ia|is|es|ar|or|um|us|on|ea|ae|ic|ly|e|s|y|a|i|o)$"
)
KIN = 0.85  # what another form of a word counts, against the word itself
WITHOUT = re.compile(r"\b(?:without|not) (?:loss of |mention of )?.*?(?=[,;]| of | with | in | due |$)")

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Index:
    """Postings of words in the order of `words`: leaves[starts[i]:starts[i + 1]] have word i, in `fields`."""

    table: Tabular
    leaf_rows: NDArray[np.int32]
    words: list[str]
    ids: dict[str, int]
    starts: NDArray[np.int64]
    leaves: NDArray[np.uint16]
    fields: NDArray[np.uint8]
    favour: Floats
    kin: dict[str, list[int]]  # words by their stem
    has_phrases: bool  # whether the phrases of the wordbook lead here

    def knows(self, word: str) -> bool:
        """Whether some word of the index begins so."""
        at = bisect_left(self.words, word)
        return at < len(self.words) and self.words[at].startswith(word)

    def leaves_below(self, prefix: str) -> NDArray[np.int64]:
        """The leaves whose codes begin so."""
        rows = [row for code in self.table.below(prefix) if self.table.is_leaf(row := self.table.rows[code])]
        return np.searchsorted(self.leaf_rows, np.array(rows, dtype=np.int32))

    def leaf_of(self, code: str) -> int | None:
        """The leaf of a squeezed code, with or without its 7th character; None where the list has none."""
        for size in range(len(code), 2, -1):
            for stem_of in (code[:size], code[:size].rstrip("X")):
                row = self.table.rows.get(stem_of)
                if row is not None:
                    return int(np.searchsorted(self.leaf_rows, row)) if self.table.is_leaf(row) else None
        return None

    def match(self, word: str) -> Floats:
        """For each leaf how well it has this word, 0 to 1: as a whole word, or as the beginning of one."""
        scores = np.zeros(len(self.leaf_rows), dtype=np.float32)
        if len(word) > 1:
            low = bisect_left(self.words, word)
            part = slice(self.starts[low], self.starts[bisect_left(self.words, word + "~", low)])
            leaves, fields = self.leaves[part], self.fields[part]
            for field in (ANCESTOR, BORROWED, INCLUSION, TITLE):  # the later and heavier wins where a leaf has both
                scores[leaves[fields == field]] = WEIGHTS[field] * PREFIX
        own = self.ids.get(word)
        for number in self.kin.get(stem(word), ()):
            part = slice(self.starts[number], self.starts[number + 1])
            leaves = self.leaves[part]
            weights = WEIGHTS[self.fields[part]] if number == own else KIN * WEIGHTS[self.fields[part]]
            scores[leaves] = np.maximum(scores[leaves], weights)
        return scores


def load_index(table: Tabular | None = None) -> Index:
    """The index of a release, the shipped one unless said otherwise; built once per process."""
    return _built(table or load_tabular())


@lru_cache(maxsize=4)
def _built(table: Tabular) -> Index:
    return build_index(table, load_borrowed())


def build_index(
    table: Tabular, borrowed: Mapping[str, str] = MappingProxyType({}), *, has_phrases: bool = True
) -> Index:
    """Index the leaves of a table by their titles, own and inherited terms, and ancestors' titles."""
    leaf_rows = np.array([row for row in range(len(table.codes)) if table.is_leaf(row)], dtype=np.int32)
    texts, firsts, lasts, fields = _texts(table, leaf_rows, borrowed)
    words: dict[str, int] = {"\n": 0}
    spoken = np.array([words.setdefault(word, len(words)) for word in title_words("\n".join(texts))], dtype=np.int64)
    of_text = np.cumsum(spoken == 0)[spoken != 0]
    spoken = spoken[spoken != 0]
    lengths = _lengths(words, spoken, of_text, len(texts))[: len(table.codes)][leaf_rows]

    ordered = sorted(words)[1:]  # without the line end
    rank = np.zeros(len(words), dtype=np.int64)
    rank[[words[word] for word in ordered]] = np.arange(len(ordered))
    counts = (lasts - firsts)[of_text]
    offsets = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    leaves = np.repeat(firsts[of_text], counts) + offsets
    # one number per posting, so that one sort puts them by word, leaf and field, the heaviest field last
    keys = np.sort(
        (np.repeat(rank[spoken], counts) * len(leaf_rows) + leaves) * FIELDS + np.repeat(fields[of_text], counts)
    )
    keys = keys[np.append(keys[1:] // FIELDS != keys[:-1] // FIELDS, True)]
    owners, leaves = np.divmod(keys // FIELDS, len(leaf_rows))
    return Index(
        table,
        leaf_rows,
        ordered,
        {word: number for number, word in enumerate(ordered)},
        np.searchsorted(owners, np.arange(len(ordered) + 1)),
        leaves.astype(np.uint16),
        (keys % FIELDS).astype(np.uint8),
        _favour(table, leaf_rows, lengths),
        kin_of(ordered),
        has_phrases,
    )


def kin_of(words: Sequence[str]) -> dict[str, list[int]]:
    """The places of words by their stem, where more than one word has it."""
    kin: dict[str, list[int]] = {}
    for number, word in enumerate(words):
        kin.setdefault(stem(word), []).append(number)
    return kin


def stem(word: str) -> str:
    """A word without its ending, so that `fractures` meets `fracture` and `diabetic` meets `diabetes`."""
    ending = ENDING.search(word)
    return word[: ending.start()] if ending else word


def _texts(
    table: Tabular, leaf_rows: NDArray[np.int32], borrowed: Mapping[str, str]
) -> tuple[list[str], Integers, Integers, Integers]:
    """Titles, one a row; then what they are not, terms, section titles. Each with its run of leaves and its field."""
    size = len(table.codes)
    ends = _ends(table)
    first_leaf = np.searchsorted(leaf_rows, np.arange(size + 1))
    texts = []
    absences = []
    for row, title in enumerate(table.titles):
        telling = title
        if "without" in title or "not " in title:
            absences.append((" ".join(WITHOUT.findall(title)), row, ends[row], ANCESTOR))
            telling = WITHOUT.sub(" ", title)
        texts.append((telling, row, ends[row], TITLE if ends[row] == row + 1 else ANCESTOR))
    texts.extend(absences)
    texts.extend((terms, row, ends[row], INCLUSION) for row, terms in enumerate(table.terms) if terms)
    texts.extend(
        (terms, table.rows[code], ends[table.rows[code]], BORROWED)
        for code, terms in borrowed.items()
        if code in table.rows
    )
    opening = np.searchsorted(np.array(table.sections), np.arange(len(table.section_titles) + 1)).tolist()
    texts.extend(
        (title, opening[section], opening[section + 1], ANCESTOR) for section, title in enumerate(table.section_titles)
    )
    words, rows, afters, fields = zip(*texts, strict=True)
    return list(words), first_leaf[list(rows)], first_leaf[list(afters)], np.array(fields)


def _lengths(words: dict[str, int], spoken: Integers, of_text: Integers, texts: int) -> Integers:
    """How many telling words each text has."""
    light = np.array([words.get(word, 0) for word in sorted(LIGHT)])
    return np.bincount(of_text[~np.isin(spoken, light)], minlength=texts)


def _ends(table: Tabular) -> list[int]:
    """The row after the last one below each row."""
    ends = [len(table.codes)] * len(table.codes)
    open_rows: list[int] = []
    for row, code in enumerate(table.codes):
        while open_rows and not code.startswith(table.codes[open_rows[-1]]):
            ends[open_rows.pop()] = row
        open_rows.append(row)
    return ends


def _favour(table: Tabular, leaf_rows: NDArray[np.int32], lengths: Integers) -> Floats:
    """A factor per leaf: short titles before long ones, what is often coded first, what is seldom meant last."""
    often = {code.replace(".", "") for codes in load_wordbook().phrases.values() for code in codes}
    factors: list[float] = []
    for row in leaf_rows.tolist():
        code = table.codes[row]
        factor = SELDOM.get(code[0], SELDOM.get(code[:2], 1.0)) * (1.1 if code in often else 1.0)
        factors.append(factor * (0.85 if "classified elsewhere" in table.titles[row] else 1.0))
    return np.array(np.array(factors) / (1 + 0.05 * lengths), dtype=np.float32)
