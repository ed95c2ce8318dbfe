"""HCPCS Level II as CMS publishes it: the contractors' file, 320 characters a record, codes and modifiers.

Characters 1-5 code (a modifier in 4-5), 6-10 sequence, 11 record kind (3 code, 4 more of it, 7 modifier, 8 more of it),
12-91 long title, 92-119 short title, 269-276 added, 285-292 last day, 293 action. Disclaimers may stand above. Dental
codes are passed over: they are the American Dental Association's.
"""

import re
from datetime import date

from assignments.codesets.sources import Content, Row, Source, only_once

_CODE, _MODIFIER = re.compile("[A-V][0-9]{4}"), re.compile("[A-Z0-9]{2}")
_RECORD = re.compile("[A-Z0-9 ]{5}[0-9]{5}[3478]")
#: The name of the file in CMS's ZIP, in small letters.
MEMBER = r"hcpc.*_anweb.*\.txt"


def read_hcpcs(source: Source) -> Content:
    """The codes and modifiers of a contractors' file; raises Malformed for a line that is none of it."""
    rows: list[tuple[int, Row]] = []
    for number, line in source.lines():
        record = line.rstrip().ljust(320)
        if not rows and not _RECORD.match(record):
            continue
        if len(record) > 320:
            raise source.refuse(number, f"a record has 320 characters, and this one {len(record)}.")
        kind, code = record[10], record[:5].strip()
        if kind not in "3478" or not (_CODE if kind in "34" else _MODIFIER).fullmatch(code):
            raise source.refuse(number, "this is no record of the contractors' file: code in 1-5, 3, 4, 7 or 8 in 11.")
        title = " ".join(record[11:91].split())
        if kind in "48":
            if not rows or rows[-1][1].code != code:
                raise source.refuse(number, f"more of {code}, which did not begin on the line before.")
            at, begun = rows[-1]
            rows[-1] = (
                at,
                Row(code, f"{begun.title} {title}".strip(), begun.short_title, begun.modifier, begun.last_day),
            )
            continue
        last_day = _day(source, number, record[284:292])
        rows.append((number, Row(code, title, " ".join(record[91:119].split()), kind == "7", last_day)))
    kept = only_once(rows, source)
    if not kept:
        raise source.refuse(1, "the file has no record: code in 1-5, digits in 6-10, 3, 4, 7 or 8 in 11.")
    return Content("HCPCS", tuple(row for row in kept if row.modifier or row.code[0] != "D"), (source,))


def _day(source: Source, number: int, text: str) -> date | None:
    if not text.strip() or not text.strip("0 "):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        raise source.refuse(number, "the last day in 285-292 is no date (YYYYMMDD).") from None
