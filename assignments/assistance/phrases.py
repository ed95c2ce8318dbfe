"""Phrases of a lexicon and where a text has them: word for word, with gaps, or the words in another order. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from assignments.assistance.reading import Reading

Stems = tuple[str, ...]

#: A phrase has at most so many telling words, and so many others may stand between them.
MOST_WORDS = 8
MOST_BETWEEN = 2
#: The first stem of a loose phrase: its words in any order, each only by its beginning.
LOOSE = "~"
_BEGINNING = 6
_MOST_LOOSE = 5


@dataclass(frozen=True, slots=True)
class Mention:
    """A phrase in a text, by the numbers of its first word and of the word after its last."""

    phrase: int
    first: int
    after: int
    is_exact: bool


class Phrasebook:
    """Numbered phrases, found in a text in one walk."""

    def __init__(self, phrases: Sequence[Stems]) -> None:
        self.phrases = list(phrases)
        self.numbers = {phrase: number for number, phrase in enumerate(self.phrases)}
        self._tree: dict[Any, Any] = {}
        loose = []
        for number, phrase in enumerate(self.phrases):
            if phrase[0] == LOOSE:
                loose.append((phrase[1:], number))
                continue
            node = self._tree
            for word in phrase:
                node = node.setdefault(word, {})
            node[""] = number
        often = Counter(word for words, _ in loose for word in words)
        # each loose phrase is looked up by its rarest word
        self._anchors: dict[str, list[tuple[Stems, int]]] = defaultdict(list)
        for words, number in loose:
            self._anchors[min(words, key=lambda word: (often[word], word))].append((words, number))

    def find(self, reading: Reading) -> list[Mention]:
        """Every mention, the closest first where the same words begin one twice."""
        return [*self._find_in_order(reading), *self._find_loose(reading)]

    def _find_in_order(self, reading: Reading) -> Iterable[Mention]:
        stems, sentences = reading.stems, reading.sentences
        for first, word in enumerate(stems):
            node = self._tree.get(word)
            if node is None:
                continue
            found: dict[int, tuple[int, int]] = {}
            paths = [(node, first, 0)]
            while paths:
                node, at, between = paths.pop()
                number = node.get("")
                if number is not None and between < found.get(number, (MOST_BETWEEN + 1, 0))[0]:
                    found[number] = (between, at + 1)
                if len(node) == (number is not None):
                    continue
                for following in range(at + 1, min(at + 2 + MOST_BETWEEN - between, len(stems))):
                    if sentences[following] != sentences[first]:
                        break
                    below = node.get(stems[following])
                    if below is not None:
                        paths.append((below, following, between + following - at - 1))
            for number, (between, after) in found.items():
                yield Mention(number, first, after, between == 0)

    def _find_loose(self, reading: Reading) -> Iterable[Mention]:
        beginnings = [word[:_BEGINNING] for word in reading.stems]
        places: dict[str, list[int]] = defaultdict(list)
        for at, word in enumerate(beginnings):
            places[word].append(at)
        for at, anchor in enumerate(beginnings):
            for words, number in self._anchors.get(anchor, ()):
                reach = len(words) + MOST_BETWEEN
                taken = [at]
                for word in words:
                    near = [
                        one
                        for one in places.get(word, ())
                        if abs(one - at) <= reach and reading.sentences[one] == reading.sentences[at]
                    ]
                    if not near:
                        break
                    taken.append(min(near, key=lambda one: abs(one - at)))
                else:
                    yield Mention(number, min(taken), max(taken) + 1, False)


def loosened(stems: Stems) -> Stems | None:
    """The loose phrase of these words; None for too many."""
    if len(stems) > _MOST_LOOSE:
        return None
    return (LOOSE, *sorted({word[:_BEGINNING] for word in stems}))


def words_in(reading: Reading, start: int, end: int) -> tuple[int, int]:
    """The telling words that these characters touch: number of the first and of the one after the last."""
    first = _first_after(reading.ends, start)
    after = first
    while after < len(reading.starts) and reading.starts[after] < end:
        after += 1
    return first, after


def _first_after(ends: Sequence[int], start: int) -> int:
    low, high = 0, len(ends)
    while low < high:
        middle = (low + high) // 2
        if ends[middle] > start:
            high = middle
        else:
            low = middle + 1
    return low


@dataclass(frozen=True, slots=True)
class Pinned:
    """One pinned place in words. `alone` if no other place in its sentence was pinned to the same code."""

    first: int
    after: int
    code: str
    alone: bool


def pinned_words(reading: Reading, spans: dict[str, Sequence[tuple[int, int]]]) -> list[Pinned]:
    """The pinned places of each code; places without a telling word are left out."""
    found = []
    for code, places in spans.items():
        ranges = sorted({words_in(reading, start, end) for start, end in places})
        ranges = [(first, after) for first, after in ranges if after > first]
        for first, after in ranges:
            alone = not any(
                reading.sentences[other] == reading.sentences[first] and (other_after <= first or other >= after)
                for other, other_after in ranges
            )
            found.append(Pinned(first, after, code, alone))
    return found


def phrases_of(reading: Reading, pins: Sequence[Pinned]) -> dict[tuple[Stems, str], bool]:
    """(phrase, code) of each place and of two neighbouring ones together, loose ones too; True if one stood alone."""
    found: dict[tuple[Stems, str], bool] = {}

    def add(stems: Stems, code: str, alone: bool) -> None:
        for phrase in (stems, loosened(stems)):
            if phrase is not None and len(stems) <= MOST_WORDS:
                found[phrase, code] = found.get((phrase, code), False) or alone

    for pin in pins:
        add(reading.stems[pin.first : pin.after], pin.code, pin.alone)
    for one, other in pairwise(pins):  # a mention in two parts: "dolor … abdominal"
        same = one.code == other.code and one.after <= other.first <= one.after + 6
        if same and reading.sentences[one.first] == reading.sentences[other.after - 1]:
            stems = reading.stems
            add(stems[one.first : one.after] + stems[other.first : other.after], one.code, alone=True)
    return found
