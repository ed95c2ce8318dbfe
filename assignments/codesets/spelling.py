"""Mending a word with one typo: a letter missing, too many, wrong, or two changed places."""

from collections.abc import Iterator
from string import ascii_lowercase

from assignments.codesets.index import Index
from assignments.codesets.words import load_wordbook

SHORTEST = 4  # letters; below that every word is one typo from another
MOST = 3


def mend(word: str, index: Index) -> list[str]:
    """Known words one typo away, whole words first and the commonest before the rest; at most three."""
    if len(word) < SHORTEST or not word.isalpha() or not word.isascii():
        return []
    known = load_wordbook().known
    whole, begun = {}, {}
    for candidate in _edits(word):
        if candidate in index.ids:
            number = index.ids[candidate]
            whole[candidate] = int(index.starts[number + 1] - index.starts[number])
        elif candidate in known:
            whole[candidate] = 1
        elif index.knows(candidate):
            begun[candidate] = len(candidate)
    # an unfinished word is a guess at a guess: only when there is nothing better
    ranked = sorted(whole, key=lambda candidate: (-whole[candidate], candidate)) or sorted(begun)
    return ranked[:MOST]


def _edits(word: str) -> Iterator[str]:
    seen = {word}
    for at in range(len(word) + 1):
        head, tail = word[:at], word[at:]
        edits = [head + letter + tail for letter in ascii_lowercase]
        if tail:
            edits.append(head + tail[1:])
            edits.extend(head + letter + tail[1:] for letter in ascii_lowercase)
        if len(tail) > 1:
            edits.append(head + tail[1] + tail[0] + tail[2:])
        for edit in edits:
            if edit not in seen:
                seen.add(edit)
                yield edit
