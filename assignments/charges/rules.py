"""How a client's charges are written: columns, what may be said of a file, totals that prove it whole. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from portal.errors import Invalid

MOST_COLUMNS = 60
LONGEST_NAME = 60  # characters
MOST_DIAGNOSES = 12
MOST_MODIFIERS = 4


class Layout(StrEnum):
    """What a row of the file stands for."""

    LINE = "line"
    CHART = "chart"


LAYOUTS: Mapping[str, str] = {
    Layout.LINE: "one row for each procedure line",
    Layout.CHART: "one row for each chart",
}
DELIMITERS: Mapping[str, tuple[str, str]] = {
    "comma": (",", "a comma"), "semicolon": (";", "a semicolon"), "tab": ("\t", "a tab"), "pipe": ("|", "a bar |"),
}  # fmt: skip
DATE_FORMATS: Mapping[str, tuple[str, str]] = {
    "iso": ("%Y-%m-%d", "2026-09-14"), "us": ("%m/%d/%Y", "09/14/2026"), "compact": ("%Y%m%d", "20260914"),
}  # fmt: skip
REJECTIONS: Mapping[str, str] = {
    "totals": "The control totals do not agree",
    "layout": "The columns are not as our system wants them",
    "patient": "A patient or encounter is not known to us",
    "missing": "A chart is missing",
    "twice": "A chart was billed already",
    "codes": "Codes were refused by our system",
    "damaged": "The file could not be read",
}

#: Fields of a chart, and those of a procedure line, with what they are called unless the client has a word of its own.
CHART_FIELDS: Mapping[str, str] = {
    "chart": "Chart", "encounter": "Encounter", "patient": "Patient", "mrn": "MRN", "born_on": "Birth date",
    "sex": "Sex",
    "service_on": "Date of service", "provider": "Provider", "payer": "Payer", "location": "Location",
    "service_line": "Service line", "delivered_on": "Delivered", "version": "Version",
    "diagnoses": "Diagnoses", "poa": "POA", **{f"dx{at}": f"DX{at}" for at in range(1, MOST_DIAGNOSES + 1)},
    "procedures": "Procedures", "lines": "Lines", "all_units": "All units",
    "place": "Place of service", "payer_class": "Payer class", "acquaintance": "New or established",
    "rendering": "Rendering NPI", "supervising": "Supervising NPI", "assistant": "Assistant NPI",
    "referring": "Referring NPI", "service_from": "From", "service_until": "To",
}  # fmt: skip
LINE_FIELDS: Mapping[str, str] = {
    "line": "Line", "system": "System", "code": "Code", "modifiers": "Modifiers",
    **{f"mod{at}": f"MOD{at}" for at in range(1, MOST_MODIFIERS + 1)}, "units": "Units", "pointers": "Pointers",
    "pointed": "Diagnoses pointed to", "line_on": "Line date", "line_rendering": "Line NPI", "ndc": "NDC",
    "ndc_unit": "NDC unit", "ndc_quantity": "NDC quantity", "minutes": "Minutes",
}  # fmt: skip
#: Those of the chart that a coding says once for the whole claim.
CLAIM_FIELDS = ("place", "payer_class", "acquaintance", "rendering", "supervising", "assistant", "referring",
                "service_from", "service_until")  # fmt: skip
FIELDS: Mapping[str, str] = {**CHART_FIELDS, **LINE_FIELDS}

#: What a client starts from that has said nothing yet.
USUAL = ("chart", "encounter", "patient", "mrn", "born_on", "service_on", "provider", "dx1", "dx2", "dx3", "dx4",
         "code", "mod1", "mod2", "units", "pointers")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Columns:
    """How the file is written: (field, name) pairs in their order."""

    layout: str
    delimiter: str
    date_format: str
    columns: tuple[tuple[str, str], ...]
    is_daily: bool = False

    def day(self, value: date) -> str:
        """A day as this client writes it."""
        return value.strftime(DATE_FORMATS[self.date_format][0])


@dataclass(frozen=True, slots=True)
class ChargeLine:
    """One procedure line to be billed."""

    position: int
    system: str
    code: str
    modifiers: tuple[str, ...]
    units: int
    pointers: str  # letters
    service_on: date | None = None  # if it is not the chart's
    rendering: str = ""
    ndc: str = ""
    ndc_unit: str = ""
    ndc_quantity: Decimal | None = None
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Charge:
    """One chart to be billed."""

    chart: str
    encounter: str
    patient: str
    mrn: str
    born_on: str  # a date as ISO 8601 has it
    service_on: date
    provider: str
    payer: str
    location: str
    service_line: str
    delivered_on: date
    version: int
    diagnoses: tuple[str, ...]
    lines: tuple[ChargeLine, ...]
    claim: Mapping[str, str | date | None] = field(default_factory=dict)
    sex: str = ""  # empty if nobody has said it
    poa: tuple[str, ...] = ()  # of each diagnosis, where it is asked

    @property
    def units(self) -> int:
        """All units of its lines."""
        return sum(line.units for line in self.lines)


@dataclass(frozen=True, slots=True)
class Totals:
    """What whoever takes the file in counts again. `hash` is the sum of the numbers in the charts' numbers."""

    charts: int
    lines: int
    units: int
    hash: int


USUAL_COLUMNS = Columns("line", "comma", "us", tuple((field, FIELDS[field]) for field in USUAL))


def ensure_usable(columns: Columns) -> None:
    """Raise Invalid, with what to do, for columns that no file can be made of."""
    names = [name for _, name in columns.columns]
    fields = [field for field, _ in columns.columns]
    if columns.layout not in LAYOUTS or columns.delimiter not in DELIMITERS or columns.date_format not in DATE_FORMATS:
        raise Invalid("Choose what a row stands for, what stands between columns, and how dates are written.")
    if not fields or len(fields) > MOST_COLUMNS:
        raise Invalid(f"Choose between 1 and {MOST_COLUMNS} columns.")
    if unknown := [field for field in fields if field not in FIELDS]:
        raise Invalid(f"There is no field “{unknown[0][:40]}”. Choose one from the list.")
    for name in names:
        if not name.strip() or len(name) > LONGEST_NAME or any(ord(letter) < 32 for letter in name):
            raise Invalid(f"Give each column a name of at most {LONGEST_NAME} letters, in one line.")
    if twice := [name for at, name in enumerate(names) if name.casefold() in {one.casefold() for one in names[:at]}]:
        raise Invalid(f"Two columns are called “{twice[0]}”. Give each its own name.")
    if not {"chart", "encounter"} & set(fields):
        raise Invalid("Without the chart’s or the encounter’s number nobody can tell the rows apart. Add one.")
    if columns.layout == Layout.CHART and (of_lines := [field for field in fields if field in LINE_FIELDS]):
        raise Invalid(
            f"“{LINE_FIELDS[of_lines[0]]}” belongs to a procedure line, but each row is a chart. Take it out, use"
            " “Procedures”, or write one row for each line."
        )
    if columns.layout == Layout.LINE and "code" not in fields:
        raise Invalid("A row for each procedure line needs the column “Code”.")


def rows_of(columns: Columns, charges: Sequence[Charge]) -> list[list[object]]:
    """The rows below the header. A chart without a procedure has one row, so that none is lost."""
    rows: list[list[object]] = []
    for charge in charges:
        whole = _of_chart(columns, charge)
        if columns.layout == Layout.CHART or not charge.lines:
            rows.append([whole.get(field, "") for field, _ in columns.columns])
            continue
        for line in charge.lines:
            values = {**whole, **_of_line(columns, charge, line)}
            rows.append([values[field] for field, _ in columns.columns])
    return rows


def totals_of(charges: Sequence[Charge]) -> Totals:
    """The control totals of these charts."""
    return Totals(
        len(charges), sum(len(charge.lines) for charge in charges), sum(charge.units for charge in charges),
        sum(int(charge.chart.rpartition("-")[2]) for charge in charges),
    )  # fmt: skip


def filename_of(code: str, number: int, corrects: int | None, delimiter: str) -> str:
    """What a file is called: by the client's code and its number, nothing of a patient."""
    of = f"-corrects-{corrects:05d}" if corrects else ""
    return f"{code}-charges-{number:05d}{of}.{'csv' if delimiter in ('comma', 'semicolon') else 'txt'}"


def _of_chart(columns: Columns, charge: Charge) -> dict[str, object]:
    try:
        born_on = columns.day(date.fromisoformat(charge.born_on))
    except ValueError:
        born_on = charge.born_on
    codes = dict(enumerate(charge.diagnoses, start=1))
    return {
        "chart": charge.chart, "encounter": charge.encounter, "patient": charge.patient, "mrn": charge.mrn,
        "born_on": born_on, "sex": charge.sex, "service_on": columns.day(charge.service_on),
        "provider": charge.provider, "payer": charge.payer, "location": charge.location,
        "service_line": charge.service_line, "delivered_on": columns.day(charge.delivered_on),
        "version": charge.version, "diagnoses": " ".join(charge.diagnoses),
        "poa": " ".join(one or "-" for one in charge.poa) if any(charge.poa) else "",
        **{f"dx{at}": codes.get(at, "") for at in range(1, MOST_DIAGNOSES + 1)},
        "procedures": "; ".join(
            f"{'-'.join((line.code, *line.modifiers))} x{line.units} {line.pointers}".strip() for line in charge.lines
        ),
        "lines": len(charge.lines), "all_units": charge.units,
        **{
            name: columns.day(value) if isinstance(value := charge.claim.get(name), date) else value or ""
            for name in CLAIM_FIELDS
        },
    }  # fmt: skip


def _of_line(columns: Columns, charge: Charge, line: ChargeLine) -> dict[str, object]:
    modifiers = dict(enumerate(line.modifiers, start=1))
    places = ["ABCDEFGHIJKL".index(letter) for letter in line.pointers]
    return {
        "line": line.position, "system": line.system, "code": line.code, "modifiers": " ".join(line.modifiers),
        **{f"mod{at}": modifiers.get(at, "") for at in range(1, MOST_MODIFIERS + 1)}, "units": line.units,
        "pointers": line.pointers,
        "pointed": " ".join(charge.diagnoses[at] for at in places if at < len(charge.diagnoses)),
        "line_on": columns.day(line.service_on or charge.service_on),
        "line_rendering": line.rendering or charge.claim.get("rendering") or "",
        "ndc": line.ndc, "ndc_unit": line.ndc_unit, "minutes": line.minutes or "",
        "ndc_quantity": f"{line.ndc_quantity.normalize():f}" if line.ndc_quantity else "",
    }  # fmt: skip
