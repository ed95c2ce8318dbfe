"""Read a schedule as clients export it: any order of columns, many names for them, three delimiters. Pure."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from assignments.batches.sealing import SchedulePatient
from portal.errors import Invalid

MOST_BYTES = 2_000_000
MOST_LINES = 5_000
LONGEST = 200  # characters of one cell
FARTHEST_AHEAD = timedelta(days=366)
OLDEST_PERSON = timedelta(days=130 * 366)

#: What each column may be called: without case, spaces and marks.
COLUMNS: dict[str, tuple[str, frozenset[str]]] = {
    "number": ("Encounter number", frozenset({
        "encounternumber", "encounter", "encounterid", "encounterno", "visitnumber", "visit", "visitid", "visitno",
        "accession", "accessionnumber", "accessionno", "account", "accountnumber", "accountno", "csn", "fin",
        "appointmentid", "casenumber"})),
    "service_on": ("Date of service", frozenset({
        "dateofservice", "dos", "servicedate", "visitdate", "appointmentdate", "encounterdate", "examdate", "date",
        "apptdate", "serviceon"})),
    "location": ("Location", frozenset({"location", "site", "facility", "department", "dept", "clinic", "place"})),
    "service_line": ("Service line", frozenset({"serviceline", "service", "specialty", "speciality", "line"})),
    "provider": ("Provider", frozenset({
        "provider", "physician", "doctor", "renderingprovider", "clinician", "attending", "providername",
        "attendingphysician", "radiologist", "surgeon"})),
    "patient_name": ("Patient name", frozenset({"patientname", "patient", "name", "fullname"})),
    "last_name": ("Last name", frozenset({"lastname", "patientlastname", "surname", "familyname"})),
    "first_name": ("First name", frozenset({"firstname", "patientfirstname", "givenname"})),
    "mrn": ("MRN", frozenset({
        "mrn", "medicalrecordnumber", "patientid", "recordnumber", "patientmrn", "medicalrecord", "mrnumber"})),
    "born_on": ("Birth date", frozenset({
        "birthdate", "dateofbirth", "dob", "birthday", "patientdob", "born", "bornon"})),
}  # fmt: skip
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
_DATE_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%m/%d/%Y", "%m-%d-%Y", "%d.%m.%Y", "%Y%m%d", "%d-%b-%Y", "%d %b %Y",
                 "%b %d, %Y", "%B %d, %Y", "%m/%d/%y")  # fmt: skip


class Unreadable(Invalid):
    """The file as a whole is no schedule."""


@dataclass(frozen=True, slots=True)
class Known:
    """What names in the file may stand for: a client's locations and service lines (names and specialties)."""

    locations: Sequence[tuple[UUID, str]]
    lines: Sequence[tuple[UUID, str, str]]


@dataclass(frozen=True, slots=True)
class ScheduleLine:
    """One expected encounter for one service line; `row` is its line in the file."""

    row: int
    number: str
    service_on: date
    location_id: UUID | None
    service_line_id: UUID
    provider: str | None
    patient: SchedulePatient


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a line of the file cannot be used; the sentence repeats nothing of a patient."""

    row: int
    column: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says: lines that can be used, problems, and how it was understood."""

    lines: Sequence[ScheduleLine]
    problems: Sequence[Problem]
    columns: Sequence[tuple[str, str]]  # what stands in the file, and what it was taken for
    ignored: Sequence[str]
    delimiter: str
    encoding: str

    @property
    def unusable(self) -> int:
        """How many lines have a problem, or several."""
        return len({problem.row for problem in self.problems})


def read_schedule(data: bytes, *, known: Known, today: date) -> Reading:
    """The schedule in these bytes; raises Unreadable if it has no heads that can be recognised, or far too much."""
    text, encoding = _decode(data)
    delimiter, heads, rows = _split(text)
    found = _recognise(heads)
    lines: list[ScheduleLine] = []
    problems: list[Problem] = []
    first_seen: dict[tuple[str, UUID], int] = {}
    for count, (row, cells) in enumerate(rows, start=1):
        if count > MOST_LINES:
            raise Unreadable(f"A file holds at most {MOST_LINES:,} encounters. Split it by weeks and import the parts.")
        line = _read_line(row, {name: cells[at].strip() for name, at in found.items() if at < len(cells)}, known, today)
        if isinstance(line, list):
            problems += line
            continue
        key = (" ".join(line.number.casefold().split()), line.service_line_id)
        if key in first_seen:
            problems.append(Problem(row, "Encounter number", f"The same encounter stands in line {first_seen[key]}."))
            continue
        first_seen[key] = row
        lines.append(line)
    if not lines and not problems:
        raise Unreadable("The file has heads, but no line below them.")
    taken = [(heads[at].strip(), COLUMNS[name][0]) for name, at in sorted(found.items(), key=lambda pair: pair[1])]
    ignored = [head.strip() for at, head in enumerate(heads) if at not in found.values() and head.strip()]
    return Reading(lines, problems, taken, ignored, _DELIMITERS[delimiter], encoding)


def read_date(text: str) -> date | None:
    """A day in one of the usual forms, month first between slashes; a time of day after it is left out."""
    text = " ".join(text.split())
    for candidate in (text, text.split("T")[0], text.split(" ")[0]):
        for form in _DATE_FORMATS:
            try:
                found = datetime.strptime(candidate, form).date()  # noqa: DTZ007 - a day has no zone
            except ValueError:
                continue
            if found.year >= 1880:  # "%Y" would take 26 for the year 26
                return found
    return None


def _decode(data: bytes) -> tuple[str, str]:
    if len(data) > MOST_BYTES:
        raise Unreadable(f"A schedule has at most {MOST_BYTES // 1_000_000} MB. Split it by weeks, import the parts.")
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise Unreadable("This is a workbook, not a CSV file. In Excel choose Save As, then CSV, and send that file.")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = [("utf-16", "UTF-16")]
    else:
        encodings = [("utf-8-sig", "UTF-8"), ("cp1252", "Windows-1252")]
    for encoding, name in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text, name
    raise Unreadable("This file is not text. Export the schedule as CSV (comma separated values) and send that file.")


def _split(text: str) -> tuple[str, list[str], Iterator[tuple[int, list[str]]]]:
    """The delimiter under which most heads are recognised, the heads, and the lines with their numbers."""
    best: tuple[int, str, int, list[str]] = (0, ",", 0, [])
    beginning = text.splitlines()[:10]  # an export often has a title above its heads
    for delimiter in _DELIMITERS:
        for skipped, line in enumerate(beginning):
            heads = next(csv.reader([line], delimiter=delimiter), [])
            recognised = len(_recognise(heads, must=False))
            if recognised > best[0]:
                best = (recognised, delimiter, skipped, heads)
    _, delimiter, skipped, heads = best
    _recognise(heads)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)

    def rows() -> Iterator[tuple[int, list[str]]]:
        begins = 1
        try:
            for cells in reader:
                if begins > skipped + 1 and any(cell.strip() for cell in cells):
                    yield begins, cells
                begins = reader.line_num + 1
        except csv.Error:
            raise Unreadable(f"Line {begins} is not CSV: a quotation mark is opened and not closed.") from None

    return delimiter, heads, rows()


def _recognise(heads: Sequence[str], *, must: bool = True) -> dict[str, int]:
    """Which column each head stands for; of two heads for one column the first counts."""
    found: dict[str, int] = {}
    for at, head in enumerate(heads):
        plain = re.sub(r"[^a-z0-9]", "", head.casefold().replace("#", "number"))
        name = next((name for name, (_, names) in COLUMNS.items() if plain in names), None)
        if name:
            found.setdefault(name, at)
    for name in ("number", "service_on") if must else ():
        if name not in found:
            raise Unreadable(
                f"No column is called “{COLUMNS[name][0]}”. The first line of the file must name the columns;"
                " encounter number and date of service are needed, all others are optional."
            )
    return found


def _read_line(row: int, cells: Mapping[str, str], known: Known, today: date) -> ScheduleLine | list[Problem]:
    """The line, or everything that is wrong with it, in the order of the columns."""
    wrong: dict[str, str] = {
        name: f"It has more than {LONGEST} characters, or one that is none."
        for name, value in cells.items() if len(value) > LONGEST or any(ord(one) < 32 for one in value)
    }  # fmt: skip
    number = " ".join(cells.get("number", "").split())
    if not number or len(number) > 60:
        wrong.setdefault("number", "It is longer than 60 characters." if number else "It is missing.")
    served = read_date(cells.get("service_on", ""))
    if served is None:
        unread = "It is not a date that can be read, such as 2026-09-14 or 9/14/2026."
        wrong.setdefault("service_on", unread if cells.get("service_on") else "It is missing.")
    elif not today - timedelta(days=731) <= served <= today + FARTHEST_AHEAD:
        wrong.setdefault("service_on", f"{served} lies too far back or ahead. Check the year.")
    location = _match(cells.get("location", ""), [(one, (name,)) for one, name in known.locations])
    if known.locations and location is None:
        wrong.setdefault("location", _choose("locations", [name for _, name in known.locations]))
    line = _match(cells.get("service_line", ""), [(one, (name, specialty)) for one, name, specialty in known.lines])
    if line is None:
        wrong.setdefault("service_line", _choose("service lines", [name for _, name, _ in known.lines]))
    born = read_date(cells["born_on"]) if cells.get("born_on") else None
    if cells.get("born_on") and (born is None or not today - OLDEST_PERSON <= born <= today):
        wrong.setdefault("born_on", "It is not a date of birth that can be read.")
    if wrong or served is None or line is None:
        return [Problem(row, called, wrong[name]) for name, (called, _) in COLUMNS.items() if name in wrong]
    name = cells.get("patient_name") or ", ".join(
        part for part in (cells.get("last_name"), cells.get("first_name")) if part
    )
    patient = SchedulePatient(
        " ".join(name.split()) or None, cells.get("mrn") or None, born.isoformat() if born else None
    )
    return ScheduleLine(row, number, served, location, line, cells.get("provider") or None, patient)


def _match(said: str, among: Sequence[tuple[UUID, Sequence[str]]]) -> UUID | None:
    """The one that is meant; where there is only one, nothing need be said."""
    plain = " ".join(said.casefold().split())
    if not plain:
        return among[0][0] if len(among) == 1 else None
    meant = {one for one, names in among if plain in {" ".join(name.casefold().split()) for name in names}}
    return meant.pop() if len(meant) == 1 else None


def _choose(what: str, names: Sequence[str]) -> str:
    return (
        f"It is none of your {what}: {', '.join(names[:8])}{' …' if len(names) > 8 else ''}."
        if names
        else (f"There are no {what} to choose from. Ask the coding company to add one.")
    )
