"""Where codes are kept at hand: the search's phrases, sets that were pushed, people's favourites and own sets."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from assignments.codesets.words import load_wordbook
from assignments.favourites.sets import find_pushed_sets
from portal.database import DB


@dataclass(frozen=True, slots=True)
class KeptCode:
    """A code that somebody keeps at hand or wrote into a rule, and where."""

    code: str
    where: str


#: Asks some feature for those of these codes that it keeps; inside a manager's transaction.
Keeper = Callable[[frozenset[str]], Awaitable[Sequence[KeptCode]]]


async def find_in_phrases(codes: frozenset[str]) -> list[KeptCode]:
    """Codes that a phrase of the search leads to; one that ended leads nowhere."""
    phrases = load_wordbook().phrases.items()
    return [
        KeptCode(code, f"search phrase “{' '.join(words)}”") for words, to in phrases for code in to if code in codes
    ]


async def find_in_pushed_sets(codes: frozenset[str]) -> list[KeptCode]:
    """Codes of sets that managers pushed."""
    found: list[KeptCode] = []
    for one in await find_pushed_sets():
        members = [line.code for line in one.lines.diagnoses] + [line.code for line in one.lines.procedures]
        found.extend(KeptCode(code, f"pushed set “{one.name}”") for code in members if code in codes)
    return found


async def count_own(codes: frozenset[str]) -> list[KeptCode]:
    """Codes that people keep for themselves: how many of them, not who."""
    rows = await DB.fetch("SELECT code, kept_as, times FROM count_who_keep($1) ORDER BY code, kept_as", sorted(codes))
    return [KeptCode(row["code"], _COUNTED[row["kept_as"]].format(row["times"])) for row in rows]


_COUNTED = {"favourite": "people’s favourites: {}", "own set": "people’s own sets: {}"}

#: Everything that keeps codes.
KEEPERS: tuple[Keeper, ...] = (find_in_pushed_sets, count_own, find_in_phrases)
