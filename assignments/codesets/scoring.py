"""How well each leaf of the tabular list answers the words of a query."""

import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np

from assignments.codesets.icd10cm import squeeze
from assignments.codesets.index import Floats, Index
from assignments.codesets.spelling import instead, is_mendable, mend
from assignments.codesets.words import Words, first_readings, load_wordbook, spans

LITERAL = 0.9  # what the written letters count beside the reading of an abbreviation
OTHERWISE = 0.8  # what another name of an unknown word counts
WHOLE = 0.999  # of the query; less than 1 because the parts are summed in floating point
PHRASE = 2.0  # a phrase of the wordbook stands before everything that is found by single words
NO_PHRASE: frozenset[tuple[str, ...]] = frozenset()
NOTHING = (0.0, 0)


def score(index: Index, tokens: Sequence[str]) -> Floats:
    """A score per leaf: from PHRASE up where a phrase of the wordbook says it, else 0 to about 1."""
    total, covered = np.zeros_like(index.favour), np.zeros_like(index.favour)
    weights = 0.0
    last = tokens[-1]
    for written, readings in spans(list(tokens), load_wordbook().readings):
        meanings = _meanings(index, written, readings, is_last=written[-1] is last)
        choices = [_match_all(index, words, factor) for words, factor in meanings]
        weight = min(choice[2] for choice in choices)
        total += weight * _best_of([choice[0] for choice in choices])
        covered += weight * _best_of([choice[1] for choice in choices])
        weights += weight
    covered /= weights
    scores = total / weights * covered * covered * index.favour
    scores[covered < covered.max() / 2] = 0
    if not index.has_phrases:
        return scores
    for code, (cover, place) in _phrased(first_readings([_likeliest(index, token) for token in tokens])).items():
        leaves = index.leaves_below(code)
        if cover >= WHOLE:
            scores[leaves] = PHRASE + 0.01 * place
        else:
            scores[leaves] += cover / 2 + 0.01 * place
    return scores


def _best_of(choices: list[Floats]) -> Floats:
    return choices[0] if len(choices) == 1 else np.maximum.reduce(choices)


def _meanings(
    index: Index, written: Words, readings: Sequence[Words], *, is_last: bool
) -> Iterator[tuple[Words, float]]:
    """What a run of words may mean, each with what it counts: as read, as written, as mended."""
    for place, reading in enumerate(readings):
        yield reading, 1.0 - 0.05 * place
    yield written, LITERAL if readings else 1.0
    word = written[0]
    if readings or word in index.ids or word in load_wordbook().known:
        return
    if not index.knows(word):
        for words in instead(index, word):
            yield words, OTHERWISE
    for candidate, factor in mend(index, word, is_last=is_last):
        for reading in load_wordbook().readings.get((candidate,), ()):
            yield reading, factor
        yield (candidate,), factor


def _likeliest(index: Index, token: str) -> str:
    """A token, mended where nothing known begins like it."""
    if not is_mendable(token) or token in load_wordbook().known or index.knows(token):
        return token
    return next((candidate for candidate, _ in mend(index, token, is_last=True)), token)


def _match_all(index: Index, words: Sequence[str], factor: float) -> tuple[Floats, Floats, float]:
    """For each leaf how well it has these words and which part of them, and how telling the words are."""
    if len(words) == 1:
        found, present, rarity = _match(index, words[0])
        return factor * found, present, rarity
    score, has = np.zeros_like(index.favour), np.zeros_like(index.favour)
    rarities = []
    for word in words:
        found, present, rarity = _match(index, word)
        rarities.append(rarity)
        score += rarity * found
        has += present
    has /= len(words)
    return factor / sum(rarities) * score * has, has, max(rarities)


@lru_cache(maxsize=96)  # of 300 KB each
def _match(index: Index, word: str) -> tuple[Floats, Floats, float]:
    """For each leaf how well it has this word and whether it has it, and how telling the word is."""
    found = index.match(word)
    present = (found > 0).astype(np.float32)
    return found, present, math.log(1 + len(found) / (1 + int(present.sum())))


def _phrased(words: Sequence[str]) -> dict[str, tuple[float, int]]:
    """Codes of the phrases with all these words, the last perhaps unfinished: the part typed, and minus the place."""
    book = load_wordbook()
    *whole, last = words
    found: dict[str, tuple[float, int]] = {}
    endings = book.phrase_words[bisect_left(book.phrase_words, last) : bisect_left(book.phrase_words, last + "~")]
    for end in endings:
        for phrase in frozenset.intersection(*(book.phrases_with.get(word, NO_PHRASE) for word in (*whole, end))):
            typed = len({*whole, end}) - 1 + len(last) / len(end)
            cover = typed / len(set(phrase))
            for place, code in enumerate(book.phrases[phrase]):
                found[squeeze(code)] = max(found.get(squeeze(code), NOTHING), (cover, -place))
    return found
