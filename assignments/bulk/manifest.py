"""Read a manifest: one line for each file, as spreadsheets and EHRs write CSV. Pure."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from assignments.bulk.rules import MOST_LINES, UnusableDelivery

#: The columns, what each is for, and an example; the template and the help are made of them.
COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("file", "Name of the file in the ZIP; with its folder, if it has one.", "visit-1001.pdf"),
    ("encounter_number", "Visit or accession number, as in your own system.", "ENC-1001"),
    ("service_line", "Name of the service line, as on the upload page. May be left out if you have one.", "Radiology"),
    ("location", "Name of the location. May be left out if you have one.", "Main Street"),
    ("service_on", "Date of service: 2026-09-14 or 09/14/2026.", "2026-09-14"),
    ("provider", "Who saw the patient.", "Ida Renner, MD"),
    ("patient_name", "Name of the patient.", "Sample, Pat"),
    ("mrn", "Medical record number.", "MRN-204"),
    ("born_on", "Birth date: 1961-05-04 or 05/04/1961.", "1961-05-04"),
    ("sex", "female, male, other or unknown; may be empty.", "female"),
    ("payer", "Payer; may be empty.", "Medicare"),
    ("stat", "yes, if it cannot wait: due within the STAT hours of its service line. Else empty.", ""),
)
NAMES = tuple(name for name, _, _ in COLUMNS)

#: Other headers that mean the same, without blanks and signs.
_ALSO = {
    "file": "filename document documentname documentfile path name",
    "encounter_number": "encounter encounterno encounterid visit visitnumber visitid accession accessionnumber csn"
    " fin accountnumber account",
    "service_line": "serviceline line service department",
    "location": "site facility place clinic",
    "service_on": "dateofservice servicedate dos date visitdate serviceon",
    "provider": "renderingprovider physician doctor attending",
    "patient_name": "patient patientfullname patientname",
    "mrn": "medicalrecordnumber patientid chartnumber",
    "born_on": "birthdate dob dateofbirth birthday bornon",
    "sex": "gender patientsex patientgender administrativesex legalsex",
    "payer": "insurance payor primarypayer",
    "stat": "rush urgent priority isstat",
}
_MEANS = {word: name for name, words in _ALSO.items() for word in (*words.split(), name.replace("_", ""))}
_NEEDED = ("file", "encounter_number", "service_on", "provider", "patient_name", "mrn", "born_on")
_YES = {"yes", "y", "true", "1", "x", "stat", "rush", "urgent"}


@dataclass(frozen=True, slots=True)
class ManifestLine:
    """What one line says, by column; nothing in it is checked yet."""

    number: int  # in the file, the header being 1
    values: Mapping[str, str]

    @property
    def file(self) -> str:
        """The name of the file that the line is about."""
        return self.values.get("file", "").replace("\\", "/").removeprefix("./")


def read_manifest(raw: bytes) -> list[ManifestLine]:
    """The lines of a manifest; raises UnusableDelivery with what is wrong with the file as a whole.

    UTF-8, UTF-16 or Windows-1252; commas, semicolons, tabs or bars; columns in any order, unknown ones passed over.
    """
    rows = _rows(_decoded(raw))
    header = next((row for _, row in rows if any(row)), None)
    columns = [_MEANS.get(re.sub(r"[^a-z0-9]", "", title.casefold())) for title in header or ()]
    missing = [name for name in _NEEDED if name not in columns]
    if header is None or len(missing) > 3:
        raise UnusableDelivery("The manifest has no header that is known. Download the template and fill that in.")
    if missing:
        raise UnusableDelivery(f"The manifest has no column for {' and '.join(missing)}. Add it to the header.")
    twice = {name for name in columns if name and columns.count(name) > 1}
    if twice:
        raise UnusableDelivery(f"The manifest has two columns for {min(twice)}. Keep one of them.")
    lines = [
        ManifestLine(number, {name: value.strip() for name, value in zip(columns, row, strict=False) if name})
        for number, row in rows
        if any(value.strip() for value in row)
    ][1:]
    if not lines:
        raise UnusableDelivery("The manifest has a header and no lines. Write one line for each file.")
    if len(lines) > MOST_LINES:
        raise UnusableDelivery(f"The manifest has more than {MOST_LINES} lines. Send the files in several ZIPs.")
    return lines


def as_form(values: Mapping[str, str]) -> dict[str, str]:
    """A line's values as the upload form would have them: days as 2026-09-14, and 1 for STAT."""
    form = {name: " ".join(values.get(name, "").split()) for name in NAMES if name != "file"}
    return form | {
        "service_on": _day(form["service_on"]),
        "born_on": _day(form["born_on"]),
        "stat": "1" if form["stat"].casefold() in _YES else "",
    }


def _day(text: str) -> str:
    """2026-09-14 for the forms that American programs write; anything else stays as it is, to be refused.

    So does a date between dots: some write the day first there, and others the month.
    """
    words = text.partition("T")[0] if re.match(r"\d{4}-\d\d-\d\dT", text) else text
    words = re.sub(r" 0?0:00(:00)?$", "", words)
    for form in ("%Y-%m-%d", "%m/%d/%Y", "%m-%d-%Y", "%Y%m%d", "%Y/%m/%d", "%d-%b-%Y", "%b %d, %Y"):
        try:
            return _date(words, form).isoformat()
        except ValueError:
            continue
    return text


def _date(words: str, form: str) -> date:
    return datetime.strptime(words, form).date()  # noqa: DTZ007 - a day has no zone


def _decoded(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: Sequence[str] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise UnusableDelivery("The manifest is no text that can be read. Save it as CSV (UTF-8) and pack it again.")


def _rows(text: str) -> list[tuple[int, list[str]]]:
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t|", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return [(reader.line_num, row) for row in reader]
    except csv.Error:
        raise UnusableDelivery("The manifest cannot be read as CSV. Download the template and fill that in.") from None
