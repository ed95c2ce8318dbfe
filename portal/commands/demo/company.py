"""The demo company and its clients: contracts, places, providers and coding rules, all invented."""

from dataclasses import dataclass
from decimal import Decimal

COMPANY_NAME = "Quillstone Coding"
COMPANY_DOMAIN = "quillstone.example"


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """One kind of work of a client: what it pays a chart (US dollars), the promise and the pace."""

    key: str
    name: str
    specialty: str
    turnaround_hours: int
    rate: Decimal
    charts_a_month: int
    charts_an_hour: int


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What a client prints at the head of its papers."""

    institution: str
    motto: str
    address: str
    telephone: str


@dataclass(frozen=True, slots=True)
class Client:
    """One client; `code` begins its chart numbers, `time_zone` is an IANA name, `sample_percent` is for audits."""

    code: str
    name: str
    time_zone: str
    domain: str
    locations: tuple[str, ...]
    providers: tuple[str, ...]
    service_lines: tuple[ServiceLine, ...]
    sample_percent: int
    letterhead: Letterhead
    coding_rules: tuple[str, ...]


_HARBOR_BLUFF = Letterhead(
    institution="Harbor Bluff Community Hospital",
    motto="Emergency Centers at Fern Valley and Harbor Bluff, open 7 a.m. to 11 p.m.",
    address="400 Breakwater Road, Harbor Bluff, Wisconsin 54899",
    telephone="(715) 555-0142",
)
_EMERGENCY_CENTERS = ("Fern Valley Emergency Center", "Harbor Bluff Emergency Center")
_EMERGENCY_PROVIDERS = (
    "Malik Abernathy-Jones, MD",
    "Ingrid Castellanos, MD",
    "Dev Raghunathan, DO",
    "Shoshana Weiss, PA-C",
)

RADIOLOGY = Client(
    code="RAD",
    name="Pinecrest Imaging Associates",
    time_zone="America/New_York",
    domain="pinecrest-imaging.example",
    locations=("Alder Street", "Millbrook"),
    providers=("Naomi Okonkwo-Reyes, MD", "Tobias Lindqvist, MD", "Harpreet Sandhu, DO"),
    service_lines=(ServiceLine("radiology", "Radiology", "Radiology", 24, Decimal("1.10"), 1500, 40),),
    sample_percent=9,
    letterhead=Letterhead(
        "Pinecrest Imaging Associates",
        "Diagnostic radiology since 1988",
        "18 Alder Street, Ashgrove Falls, Maine 04999",
        "(207) 555-0118",
    ),
    coding_rules=(
        "We own the equipment: bill globally, with no professional-component modifier, and bill contrast and tracers.",
        "Incidental findings are coded when the impression lists them.",
        "A finding that is only consistent with, suspicious for or probable is coded as the sign or symptom.",
    ),
)
EMERGENCY_PROFESSIONAL = Client(
    code="EDP",
    name="Lakemont Emergency Physicians",
    time_zone="America/Chicago",
    domain="lakemont-em.example",
    locations=_EMERGENCY_CENTERS,
    providers=_EMERGENCY_PROVIDERS,
    service_lines=(
        ServiceLine(
            "ed_professional", "Emergency, professional", "Emergency professional", 48, Decimal("3.75"), 800, 13
        ),
    ),
    sample_percent=10,
    letterhead=_HARBOR_BLUFF,
    coding_rules=(
        "The visit carries modifier 25 whenever a separately reported procedure is on the same claim.",
        "External cause is coded on the first encounter; place, activity and status when the note names them.",
        "Stroke charts carry the NIHSS score that the physician or the stroke nurse wrote first.",
    ),
)
EMERGENCY_FACILITY = Client(
    code="EDF",
    name="Harbor Bluff Community Hospital",
    time_zone="America/Chicago",
    domain="harborbluff-hospital.example",
    locations=_EMERGENCY_CENTERS,
    providers=_EMERGENCY_PROVIDERS,
    service_lines=(
        ServiceLine("ed_facility", "Emergency, facility", "Emergency facility", 72, Decimal("5.00"), 300, 11),
    ),
    sample_percent=10,
    letterhead=_HARBOR_BLUFF,
    coding_rules=(
        "Our centers close at night, so visits are Type B: G0380 to G0384 by the points of the nursing resource sheet.",
        "Points: level 1 up to 20, level 2 to 40, level 3 to 60, level 4 to 90, level 5 above 90.",
        "Laboratory and imaging come from the chargemaster; code the visit, procedures, drugs and orthoses.",
        "Observation hours run from the written order to the written release, rounded to the nearest hour.",
    ),
)
OFFICE = Client(
    code="OEM",
    name="Juniper Flats Family Medicine",
    time_zone="America/Denver",
    domain="juniperflats.example",
    locations=("Juniper Flats", "Cottonwood Annex"),
    providers=("Estela Marchetti-Ruiz, MD", "Kwame Boateng, DO", "Linnea Halvorsen, FNP-C"),
    service_lines=(ServiceLine("office", "Office E/M", "Office E/M", 48, Decimal("2.75"), 700, 14),),
    sample_percent=10,
    letterhead=Letterhead(
        "Juniper Flats Family Medicine",
        "Whole people, whole families",
        "2210 Pinyon Loop, Juniper Flats, Colorado 81699",
        "(970) 555-0176",
    ),
    coding_rules=(
        "G2211 goes with visits of patients whom we follow over time, never beside modifier 25 unless it is "
        "preventive.",
        "Vaccines of the state program get an administration line only.",
        "List long-term drug use whenever the plan continues the drug.",
    ),
)
ORTHOPAEDICS = Client(
    code="ORT",
    name="Cascade Ridge Orthopaedics",
    time_zone="America/Los_Angeles",
    domain="cascaderidge-ortho.example",
    locations=("Cascade Ridge Surgery Center",),
    providers=("Anselm Fairweather, MD", "Yuki Tanabe, MD", "Rosalind Achebe, MD"),
    service_lines=(
        ServiceLine("orthopaedics", "Orthopaedic surgery", "Orthopaedic surgery", 72, Decimal("12.50"), 120, 5),
    ),
    sample_percent=20,
    letterhead=Letterhead(
        "Cascade Ridge Orthopaedics",
        "Joints, sports and fracture surgery",
        "77 Switchback Avenue, Timberlake, Oregon 97999",
        "(541) 555-0133",
    ),
    coding_rules=(
        "Professional fee only; implants and trays are billed by the surgery center.",
        "Code from the body of the operative report, not from its list of procedures.",
        "Work through the same portal in the same compartment is not reported apart.",
    ),
)
ENDOSCOPY = Client(
    code="GIE",
    name="Saguaro Digestive Health",
    time_zone="America/Phoenix",
    domain="saguaro-digestive.example",
    locations=("Saguaro Endoscopy Suite",),
    providers=("Farid Moussavi, MD", "Clementine Duarte, MD", "Ananya Krishnamurthy, MD"),
    service_lines=(ServiceLine("endoscopy", "GI endoscopy", "GI endoscopy", 72, Decimal("9.00"), 130, 7),),
    sample_percent=10,
    letterhead=Letterhead(
        "Saguaro Digestive Health",
        "Gastroenterology and endoscopy",
        "901 Palo Verde Way, Mesquite Wells, Arizona 85899",
        "(602) 555-0159",
    ),
    coding_rules=(
        "Wait for pathology when tissue was taken; code the final diagnosis.",
        "A screening stays a screening, first-listed, whatever is found or removed.",
        "G0500 only where the endoscopist gave the sedation and the payer is Medicare.",
    ),
)
CARDIOLOGY = Client(
    code="CAR",
    name="Inlet Heart & Vascular",
    time_zone="America/Anchorage",
    domain="inletheart.example",
    locations=("Ravenspoint Clinic", "Inlet Cardiac Laboratory"),
    providers=("Matthias Oyelaran, MD", "Sunniva Petrov, MD", "Leilani Akana, MD"),
    service_lines=(ServiceLine("cardiology", "Cardiology", "Cardiology", 48, Decimal("4.25"), 150, 9),),
    sample_percent=10,
    letterhead=Letterhead(
        "Inlet Heart & Vascular",
        "Cardiology for the whole of the north",
        "3300 Tidewrack Street, Ravenspoint, Alaska 99599",
        "(907) 555-0187",
    ),
    coding_rules=(
        "We own the laboratory: bill studies globally, with tracers, stress agents and contrast.",
        "Heart failure needs type and acuity; send a query when the note has neither.",
        "Drugs from single-dose vials carry JZ, or JW for what was thrown away, when the payer is Medicare.",
    ),
)

CLIENTS = (
    RADIOLOGY,
    EMERGENCY_PROFESSIONAL,
    EMERGENCY_FACILITY,
    OFFICE,
    ORTHOPAEDICS,
    ENDOSCOPY,
    CARDIOLOGY,
)
