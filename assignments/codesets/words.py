"""Words of a query: how text becomes tokens, and the abbreviations, lay words and phrases that coders use."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

# said in queries and titles alike, and never what tells two codes apart
STOP_WORDS = frozenset({"an", "and", "at", "by", "for", "from", "in", "is", "of", "on", "or", "other"}) | frozenset(
    {"patient", "pt", "the", "to", "w", "with"}
)
LONGEST_ENTRY = 4  # words in the longest entry of words.tsv


Words = tuple[str, ...]
Readings = dict[Words, tuple[Words, ...]]


@dataclass(frozen=True)
class Wordbook:
    """Our own list of written words with their readings, and of phrases with their codes."""

    readings: Readings
    phrases: dict[Words, Words]
    phrases_with: dict[str, frozenset[Words]]
    known: frozenset[str]
    phrase_words: list[str]  # sorted


@lru_cache(maxsize=1)
def load_wordbook() -> Wordbook:
    """The wordbook, read once; phrases are kept by their first readings."""
    readings = {
        tuple(word for word in written.replace("'s", "").split() if word not in STOP_WORDS): tuple(
            tuple(reading.split()) for reading in rest
        )
        for written, *rest in _lines("words.tsv")
    }
    phrases: dict[Words, Words] = {}
    for phrase, codes in _lines("phrases.tsv"):
        phrases.setdefault(_first_readings(tokens_of(phrase, readings), readings), tuple(codes.split()))
    words = {word for phrase in phrases for word in phrase}
    phrases_with = {word: frozenset(phrase for phrase in phrases if word in phrase) for word in sorted(words)}
    return Wordbook(readings, phrases, phrases_with, frozenset(words.union(*readings)), sorted(words))


@lru_cache(maxsize=1)
def load_synonyms() -> dict[str, tuple[Words, ...]]:
    """Words that no code has, each with what it is otherwise called; see docs/vendored.md."""
    return {word: tuple(tuple(reading.split()) for reading in rest) for word, *rest in _lines("synonyms.tsv")}


def plain(text: str) -> str:
    """Lower case without accents."""
    return re.sub("[^\x00-\x7f]+", _without_accents, text.lower())


def _without_accents(run: re.Match[str]) -> str:
    decomposed = unicodedata.normalize("NFKD", run[0])
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def title_words(text: str) -> list[str]:
    """The words and line ends of titles and terms, hyphenated words also written together."""
    words: list[str] = []
    for word in re.findall("[a-z0-9]+(?:-[a-z0-9]+)*|\n", plain(text).replace("'s", "")):
        words.append(word)
        if "-" in word:
            words[-1:] = [*word.split("-"), word.replace("-", "")]
    return words


def query_tokens(text: str) -> list[str]:
    """The telling words of a query, in their order; `n/v` and `w/o` stay whole where the wordbook has them."""
    return tokens_of(text, load_wordbook().readings)


def tokens_of(text: str, readings: Readings) -> list[str]:
    """Query tokens by a given list of readings."""
    found: list[str] = []
    for run in re.findall(r"[a-z0-9]+(?:[/&'][a-z0-9]+)*", re.sub(r"'s\b", "", plain(text))):
        if (run,) in readings:
            found.append(run)
        else:
            found.extend(part for piece in re.findall("[a-z0-9]+", run) for part in _split_stage(piece, readings))
    return [token for token in found if token not in STOP_WORDS]


def first_readings(tokens: list[str]) -> Words:
    """The query in the words by which phrases are kept."""
    return _first_readings(tokens, load_wordbook().readings)


def _first_readings(tokens: list[str], readings: Readings) -> Words:
    words: list[str] = []
    for written, choices in spans(tokens, readings):
        words.extend(choices[0] if choices else written)
    return tuple(words)


def spans(tokens: list[str], readings: Readings) -> list[tuple[Words, tuple[Words, ...]]]:
    """The tokens in runs, longest known entry first, each with its readings (none for an unlisted word)."""
    found = []
    start = 0
    while start < len(tokens):
        for size in range(min(LONGEST_ENTRY, len(tokens) - start), 0, -1):
            run = tuple(tokens[start : start + size])
            if run in readings or size == 1:
                found.append((run, readings.get(run, ())))
                start += size
                break
    return found


def _split_stage(piece: str, readings: Readings) -> list[str]:
    """`ckd3b` is `ckd 3b`."""
    apart = re.fullmatch(r"([a-z]{2,})(\d[a-z]?)", piece)
    if apart and (piece,) not in readings and (apart[1],) in readings:
        return [apart[1], apart[2]]
    return [piece]


def _lines(name: str) -> list[list[str]]:
    text = (files(__package__) / "data" / name).read_text("utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
