"""Clinical text as words: folded and stemmed for comparing, each with its place, its sentence and its section. Pure."""

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache

WORD = re.compile(r"[^\W_]+")
#: Words that never tell two phrases apart, in the two languages that were measured. "no", "not" and "without" stay.
STOP_WORDS = frozenset(
    [
        "a",
        "al",
        "an",
        "and",
        "at",
        "by",
        "con",
        "de",
        "del",
        "e",
        "el",
        "en",
        "es",
        "for",
        "from",
        "in",
        "is",
        "la",
        "las",
        "lo",
        "los",
        "o",
        "of",
        "on",
        "or",
        "para",
        "por",
        "que",
        "se",
        "su",
        "sus",
        "the",
        "to",
        "u",
        "un",
        "una",
        "uno",
        "was",
        "were",
        "with",
        "y",
    ]
)
# A line end ends a sentence unless the line was only wrapped: the next one goes on in lower case.
_BREAK = re.compile(r"[.;!?](?=\s|$)|:(?=\s*\n)|\r?\n\s*(?=[^\sa-zà-ÿ])|\n\s*\n")
_HEADING = re.compile(r"^[ \t]*([A-Za-z][A-Za-z /&-]{2,40}):", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Reading:
    """The telling words of a text: stems, places (characters, half-open), and the number of the sentence of each.

    `all_words`, `all_starts` and `all_sentences` have the stop words too, folded and not stemmed, for what is around.
    """

    text: str
    stems: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    sentences: tuple[int, ...]
    all_words: tuple[str, ...]
    all_starts: tuple[int, ...]
    all_sentences: tuple[int, ...]
    sentence_starts: tuple[int, ...]

    def heading_before(self, at: int) -> str:
        """The heading of the section that this character stands in, folded; empty if there is none."""
        found = ""
        for match in _HEADING.finditer(self.text, 0, at):
            found = match[1]
        return fold(found)


def read(text: str) -> Reading:
    """The words of a text; empty for an empty one."""
    breaks = [match.start() for match in _BREAK.finditer(text)]
    starts = [match.start() for match in WORD.finditer(text)]
    ends = [match.end() for match in WORD.finditer(text)]
    words = [fold(text[start:end]) for start, end in zip(starts, ends, strict=True)]
    numbers = [bisect_right(breaks, start) for start in starts]
    told = [number for number, word in enumerate(words) if word not in STOP_WORDS]
    return Reading(
        text,
        tuple(stem(words[one]) for one in told),
        tuple(starts[one] for one in told),
        tuple(ends[one] for one in told),
        tuple(numbers[one] for one in told),
        tuple(words),
        tuple(starts),
        tuple(numbers),
        (0, *breaks),
    )


@lru_cache(maxsize=100_000)
def fold(word: str) -> str:
    """Lower case without accents."""
    word = word.lower()
    if word.isascii():
        return word
    return "".join(letter for letter in unicodedata.normalize("NFKD", word) if not unicodedata.combining(letter))


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """A folded word without its plural and its last open vowel, so that "masas", "masa" and "mass" come close."""
    if len(word) <= 3 or word.isdigit():
        return word
    if word.endswith("es") and len(word) > 5:
        word = word[:-2]
    elif word.endswith("s") and not word.endswith("ss") and len(word) > 4:
        word = word[:-1]
    return word[:-1] if word[-1] in "aeo" and len(word) > 4 else word
