"""The pages of a PDF as ranges, each one chart's or left out; together they are all its pages. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from portal.errors import Invalid

HOW = "Write ranges such as 1-3, 4-9."


@dataclass(frozen=True, slots=True)
class PageRange:
    """Pages that belong together; both ends are included."""

    first: int
    last: int
    is_left_out: bool = False

    @property
    def words(self) -> str:
        """What people call it: page 5, or pages 5–7."""
        return f"page {self.first}" if self.first == self.last else f"pages {self.first}–{self.last}"


def toggle_beginning(ranges: Sequence[PageRange], page: int) -> list[PageRange]:
    """The ranges with another one beginning on `page`; where one begins there already, it joins the one before."""
    found: list[PageRange] = []
    for one in ranges:
        if one.first == page and found:
            before = found.pop()
            found.append(PageRange(before.first, one.last, before.is_left_out))
        elif one.first < page <= one.last:
            found += [PageRange(one.first, page - 1, one.is_left_out), PageRange(page, one.last, one.is_left_out)]
        else:
            found.append(one)
    return found


def read_ranges(kept: str, left_out: str, *, pages: int) -> list[PageRange]:
    """Typed ranges, in the order of the pages; raises Invalid unless each page stands in exactly one of them."""
    found = sorted([*_read(kept, False), *_read(left_out, True)], key=lambda one: one.first)
    expected = 1
    for one in found:
        if one.last > pages or one.first > one.last or one.first < 1:
            raise Invalid(f"{_typed(one)} is no range of pages: this PDF has pages 1 to {pages}.")
        if one.first < expected:
            raise Invalid(f"Page {one.first} stands in two ranges. A page belongs to one chart.")
        if one.first > expected:
            raise Invalid(_missing(expected, one.first - 1))
        expected = one.last + 1
    if expected <= pages:
        raise Invalid(_missing(expected, pages))
    return found


def write_ranges(ranges: Sequence[PageRange], *, left_out: bool) -> str:
    """The ranges that are kept, or those left out, as they are typed."""
    return ", ".join(_typed(one) for one in ranges if one.is_left_out == left_out)


def _read(words: str, is_left_out: bool) -> list[PageRange]:
    found = []
    for word in re.split(r"[,;\s]+", re.sub(r"\s*[-–]\s*", "-", words.strip())):
        if not word:
            continue
        match = re.fullmatch(r"(\d{1,4})(?:-(\d{1,4}))?", word)
        if match is None:
            raise Invalid(f"These are no ranges of pages. {HOW}")
        found.append(PageRange(int(match[1]), int(match[2] or match[1]), is_left_out))
    return found


def _missing(first: int, last: int) -> str:
    which = f"Page {first} stands" if first == last else f"Pages {first}-{last} stand"
    return f"{which} in no range. Add what is missing to a chart, or leave it out below."


def _typed(one: PageRange) -> str:
    return str(one.first) if one.first == one.last else f"{one.first}-{one.last}"
