"""Facts of a claim beside its codes, by their form: NPI, NDC, places of service, payer classes, and the like.

Places of service are CMS's public numbers in our own words; the NPI's check digit is that of 45 CFR 162.406.
"""

import re
from datetime import date, timedelta
from decimal import Decimal

from assignments.codesets.procedures import LineError

#: Place of service: what the claim's two digits mean.
PLACES = {
    "01": "Pharmacy", "02": "Telehealth, patient not at home", "03": "School", "04": "Homeless shelter",
    "05": "Indian Health Service, free-standing", "06": "Indian Health Service, provider-based",
    "07": "Tribal 638, free-standing", "08": "Tribal 638, provider-based", "09": "Prison or jail",
    "10": "Telehealth, patient at home", "11": "Office", "12": "Home", "13": "Assisted living", "14": "Group home",
    "15": "Mobile unit", "16": "Temporary lodging", "17": "Walk-in clinic in a shop", "18": "Worksite",
    "19": "Outpatient hospital, off campus", "20": "Urgent care", "21": "Inpatient hospital",
    "22": "Outpatient hospital, on campus", "23": "Emergency room", "24": "Ambulatory surgery center",
    "25": "Birthing center", "26": "Military treatment facility", "27": "Outreach on the street",
    "31": "Skilled nursing facility", "32": "Nursing facility", "33": "Custodial care", "34": "Hospice",
    "41": "Ambulance on land", "42": "Ambulance by air or water", "49": "Independent clinic",
    "50": "Federally qualified health center", "51": "Inpatient psychiatry", "52": "Psychiatry, partial hospital stay",
    "53": "Community mental health center", "54": "Intermediate care, intellectual disabilities",
    "55": "Residential care, substance use", "56": "Residential psychiatric treatment",
    "57": "Non-residential care, substance use", "58": "Non-residential opioid treatment",
    "60": "Mass immunization", "61": "Inpatient rehabilitation", "62": "Outpatient rehabilitation",
    "65": "Dialysis for kidney failure", "66": "PACE center", "71": "Public health clinic", "72": "Rural health clinic",
    "81": "Independent laboratory", "99": "Another place",
}  # fmt: skip

#: Whose rules a claim goes by.
PAYER_CLASSES = {
    "commercial": "Commercial", "medicare": "Medicare", "medicare-advantage": "Medicare Advantage",
    "medicaid": "Medicaid", "military": "Military or veterans", "work": "Workers’ compensation",
    "liability": "Auto or liability", "self-pay": "Self-pay", "other": "Another payer",
}  # fmt: skip

#: Whether the patient has been seen here before, as the claim's rules count it.
ACQUAINTANCES = {"new": "New patient", "established": "Established patient"}

#: Was a diagnosis there when the patient was admitted?
POA = {
    "Y": "Yes", "N": "No", "U": "The record does not say", "W": "Cannot be determined clinically",
    "1": "Exempt from reporting",
}  # fmt: skip

#: What an amount of a drug is counted in.
DRUG_UNITS = {"UN": "units", "ML": "milliliters", "GR": "grams", "ME": "milligrams", "F2": "international units"}

#: Above a day nobody counts on.
MOST_MINUTES = 1440
MOST_OF_A_DRUG = Decimal("999999.999")


def is_npi(text: str) -> bool:
    """True for ten digits beginning with 1 or 2 whose last is the check digit (Luhn, 80840 before them)."""
    if not re.fullmatch("[12][0-9]{9}", text):
        return False
    total = 24  # what 80840 comes to
    for place, digit in enumerate(reversed(text)):
        doubled = int(digit) * (1 + place % 2)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def read_npi(text: str) -> str:
    """The NPI in this text, empty for none; raises LineError with what is wrong."""
    npi = re.sub(r"[\s-]", "", text)
    if npi and not is_npi(npi):
        wanted = "An NPI is ten digits and begins with 1 or 2."
        raise LineError(
            f"{npi} is no NPI: its check digit does not fit. Look at the number again."
            if re.fullmatch("[12][0-9]{9}", npi)
            else wanted
        )
    return npi


def read_drug(text: str) -> tuple[str, str, Decimal | None]:
    """The NDC in eleven digits, its unit and amount in `0409-4713-32 ML2.5`; empty for none. Raises LineError.

    Ten digits need their hyphens (4-4-2, 5-3-2 or 5-4-1), for without them nobody knows where the zero belongs.
    """
    typed = text.upper().strip()
    if not typed:
        return "", "", None
    number, _, amount = re.sub(r"\s*/\s*|\s+", " ", typed).partition(" ")
    return (_ndc(number), *_amount(amount))


def write_drug(ndc: str, unit: str, quantity: Decimal | None) -> str:
    """An NDC with its amount as one types it."""
    return f"{ndc} {unit}{quantity.normalize():f}" if unit and quantity is not None else ndc


def read_minutes(text: str) -> int | None:
    """Minutes of anesthesia, None for an empty text; raises LineError."""
    typed = text.strip()
    if not typed:
        return None
    if not re.fullmatch("[0-9]{1,4}", typed) or not 1 <= int(typed) <= MOST_MINUTES:
        raise LineError(f"Minutes are a whole number from 1 to {MOST_MINUTES}.")
    return int(typed)


def read_day(text: str, near: date | None) -> date | None:
    """The day in `10/03`, `10/3/26` or `2026-10-03`, None for an empty text; without a year the one next to `near`.

    Raises LineError for what is no day, and for one more than a year away.
    """
    typed = text.strip()
    if not typed:
        return None
    day = _day(typed, near)
    if day is None:
        raise LineError("Write a day as month and day, e.g. 10/03, or with its year, 10/03/2026.")
    if near and abs(day - near) > timedelta(days=366):
        raise LineError(f"{day:%m/%d/%Y} is more than a year from the date of service. Look at it again.")
    return day


def write_day(day: date | None, near: date | None) -> str:
    """A day as one types it; its year only where it would not be read without."""
    if day is None:
        return ""
    short = f"{day:%m/%d}"
    return short if near and _day(short, near) == day else f"{day:%m/%d/%Y}"


def guess_payer_class(payer: str | None) -> str:
    """The class that a payer's name speaks of, empty where it says nothing certain."""
    name = (payer or "").lower()
    for pattern, found in _PAYER_WORDS:
        if re.search(pattern, name):
            return found
    return ""


_PAYER_WORDS = (
    (r"medicare (adv|part c|replacement)|\b(advantage|ma plan)\b", "medicare-advantage"),
    (r"medicare", "medicare"), (r"medicaid|medi-cal|\bchip\b", "medicaid"),
    (r"tricare|champva|veterans|\bva\b", "military"), (r"work(ers|ers’|er's|ers')? ?comp|\bwc\b", "work"),
    (r"self.?pay|uninsured|cash", "self-pay"), (r"auto|liability|no.?fault", "liability"),
    (r"commercial|aetna|cigna|humana|blue (cross|shield)|\bbcbs\b|united ?health|anthem|kaiser", "commercial"),
)  # fmt: skip


def _day(typed: str, near: date | None) -> date | None:
    found = re.fullmatch(r"(\d{1,2})[/-](\d{1,2})(?:[/-](\d{4}|\d{2}))?", typed, re.ASCII)
    iso = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", typed, re.ASCII)
    if iso:
        return _date(int(iso[1]), int(iso[2]), int(iso[3]))
    if not found:
        return None
    month, day = int(found[1]), int(found[2])
    if found[3]:
        return _date(int(found[3]) + (2000 if len(found[3]) == 2 else 0), month, day)
    if near is None:
        return None
    days = [one for year in (-1, 0, 1) if (one := _date(near.year + year, month, day))]
    return min(days, key=lambda one: abs(one - near), default=None)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _ndc(typed: str) -> str:
    parts = typed.split("-")
    if len(parts) == 3 and all(part.isdecimal() and part.isascii() for part in parts):
        sizes = tuple(len(part) for part in parts)
        if sizes in ((4, 4, 2), (5, 3, 2), (5, 4, 1), (5, 4, 2)):
            return parts[0].zfill(5) + parts[1].zfill(4) + parts[2].zfill(2)
    if re.fullmatch("[0-9]{11}", typed):
        return typed
    raise LineError("An NDC has eleven digits, or ten with their hyphens, e.g. 0409-4713-32.")


def _amount(typed: str) -> tuple[str, Decimal | None]:
    if not typed:
        return "", None
    found = re.fullmatch(r"([A-Z][A-Z0-9]) ?([0-9]{1,6}(?:\.[0-9]{1,3})?)", typed)
    if found is None or found[1] not in DRUG_UNITS or not 0 < Decimal(found[2]) <= MOST_OF_A_DRUG:
        raise LineError(f"After the NDC write unit and amount, e.g. ML2.5. Units are {', '.join(DRUG_UNITS)}.")
    return found[1], Decimal(found[2])
