"""CPT as its licensee has it: LONGULT (code, tab, long title), MEDU and SHORTU (code, space, title), modifiers.

The publisher's notice stands before the data; it is kept and shown with the release.
"""

import re

from assignments.codesets.sources import Content, Row, Source, only_once

_NUMBER = "[0-9]{4}[0-9FMTU]"


def read_cpt(
    long: Source, medium: Source | None = None, short: Source | None = None, modifiers: Source | None = None
) -> Content:
    """The numbers of a licensee's files; raises Malformed for a line that is neither notice nor data."""
    notice, titles = _read(long, _NUMBER)
    shorter: dict[str, Row] = {}
    for source in (medium, short):  # the shortest counts
        if source:
            more, rows = _read(source, _NUMBER)
            shorter |= {row.code: row for row in rows}
            notice = notice or more
    rows = tuple(Row(row.code, row.title, shorter[row.code].title if row.code in shorter else "") for row in titles)
    if modifiers:
        _, found = _read(modifiers, "[A-Z0-9]{2}")
        rows = (*rows, *(Row(row.code, row.title, modifier=True) for row in found))
    sources = tuple(source for source in (long, medium, short, modifiers) if source)
    return Content("CPT", rows, sources, notice=notice)


def _read(source: Source, code: str) -> tuple[str, tuple[Row, ...]]:
    notice: list[str] = []
    rows: list[tuple[int, Row]] = []
    for number, line in source.lines():
        found = re.fullmatch(rf"({code})[\t ]\s*(\S.*)", line)
        if found:
            rows.append((number, Row(found[1], " ".join(found[2].split()))))
        elif rows:
            raise source.refuse(number, "a code, a tab or space, and a title are expected here.")
        else:
            notice.append(line.strip())
    if not rows:
        raise source.refuse(1, "the file has no line with a code and a title.")
    return "\n".join(notice), only_once(rows, source)
