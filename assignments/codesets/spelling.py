"""What a word that nobody knows may have been meant to be: mended, joined with its neighbour, or taken apart."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import islice

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from assignments.codesets.index import Index
from assignments.codesets.words import load_synonyms, load_wordbook

SHORTEST = 4  # letters; below that every word is one typo from another
LONG = 9  # letters from which two typos are forgiven
MOST = 4
FACTORS = (1.0, 0.85, 0.65)  # what a mended word counts, by the number of its typos

LONGEST_WORD = 20  # letters that are made ready for
LONGEST_BEGINNING = 12  # letters; whoever has typed more of a word has nearly all of it

Among = tuple[list[str], list[int]]  # words, and how many codes have each
Mended = tuple[tuple[str, float], ...]


@lru_cache(maxsize=8192)
def mend(index: Index, word: str, *, is_last: bool) -> Mended:
    """Known words one typo away, or two for a long one; the nearest and commonest first, each with its factor.

    A typo is a letter missing, too many, wrong, or two that changed places. Where no whole word is near, beginnings are
    tried for the last word of a query: it may be unfinished.
    """
    if not is_mendable(word):
        return ()
    found = _nearest(word, _words_of(index, len(word), 1), 1)
    if not found and is_last:
        found = _nearest(word, _beginnings(index, len(word)), 1)
    if not found and len(word) >= LONG:
        found = _nearest(word, _words_of(index, len(word), 2), 2)
    return found


def is_mendable(word: str) -> bool:
    """Whether this is long enough to say what else it could be."""
    return len(word) >= SHORTEST and word.isalpha() and word.isascii()


def instead(index: Index, word: str) -> tuple[tuple[str, ...], ...]:
    """What an unknown word is otherwise called, or the two known words that it is written together from."""
    known = index.ids
    apart = ((word[:at], word[at:]) for at in range(4, len(word) - 3) if word[:at] in known and word[at:] in known)
    return (*load_synonyms().get(word, ()), *islice(apart, 2))


def join(index: Index, tokens: Sequence[str]) -> list[str]:
    """`hyper tension` is `hypertension`: neighbours in one word, where only together they make a known one."""
    known = index.ids
    joined: list[str] = []
    for token in tokens:
        if joined and len(token) > 2 and joined[-1] + token in known and not (joined[-1] in known and token in known):
            joined[-1] += token
        else:
            joined.append(token)
    return joined


def _nearest(word: str, among: Among, most: int) -> Mended:
    if not among[0]:
        return ()
    away = process.cdist([word], among[0], scorer=OSA.distance, score_cutoff=most, dtype=np.uint8)[0]
    found = [(int(away[at]), among[0][at], among[1][at]) for at in np.flatnonzero(away <= most).tolist()]
    found.sort(key=lambda one: (one[0], one[1][0] != word[0], -one[2], one[1]))
    return tuple((candidate, FACTORS[typos]) for typos, candidate, _ in found[:MOST])


def prepare(index: Index) -> None:
    """Make the lists that mending reads, so that the first person who mistypes does not wait for them."""
    for size in range(SHORTEST, LONGEST_BEGINNING + 1):
        _beginnings(index, size)
    for size in range(SHORTEST, LONGEST_WORD + 1):
        _words_of(index, size, 1)
    load_synonyms()


@lru_cache(maxsize=4)
def _words(index: Index) -> dict[str, int]:
    """Every word that can be meant, with how many codes have it."""
    counts = {word: 1 for word in load_wordbook().known if word.isalpha()}
    for word, number in index.ids.items():
        if word.isalpha():
            counts[word] = int(index.starts[number + 1] - index.starts[number])
    return counts


@lru_cache(maxsize=64)
def _words_of(index: Index, size: int, reach: int) -> Among:
    """The words of about this length."""
    return _among({word: count for word, count in _words(index).items() if abs(len(word) - size) <= reach})


@lru_cache(maxsize=32)
def _beginnings(index: Index, size: int) -> Among:
    """The beginnings of words at about this length, with how many codes have words that begin so."""
    counts: dict[str, int] = {}
    if size > LONGEST_BEGINNING:
        return _among(counts)
    for word, count in _words(index).items():
        for length in (size - 1, size, size + 1):
            if length < len(word):
                counts[word[:length]] = counts.get(word[:length], 0) + count
    return _among(counts)


def _among(counts: dict[str, int]) -> Among:
    return list(counts), list(counts.values())
