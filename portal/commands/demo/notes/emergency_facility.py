"""The hospital's side of the emergency visits: the same papers, coded for visit level, drugs, orthoses and hours."""

from dataclasses import replace

from portal.commands.demo.notes import emergency
from portal.commands.demo.notes.shape import AnswerKey, Mistake, Note, hcpcs, key, placeholder, slip


def _at_the_hospital(note: Note, answer: AnswerKey, mistake: Mistake | None = None) -> Note:
    return replace(note, client="EDF", service_line="ed_facility", answer=answer, mistake=mistake)


EMERGENCY_FACILITY_NOTES = (
    _at_the_hospital(
        emergency.STAIR_SPRAIN,
        key(
            "35 points are level 2; the stirrup brace is an orthosis of its own.",
            "S93.492A W10.8XXA Y92.038",
            hcpcs("G0381"),
            hcpcs("L4350", "A", "LT"),
        ),
        slip(
            "e/m",
            "over",
            "The resource sheet adds up to 35 points, which is level 2 (G0381), not level 3.",
            procedures=[hcpcs("G0382"), hcpcs("L4350", "A", "LT")],
        ),
    ),
    _at_the_hospital(
        emergency.CHEST_PRESSURE,
        key(
            "95 points are level 5; observation from 10:15 to 19:10 rounds to 9 hours.",
            "R07.89 I10 E78.5 F17.210 Z88.0",
            hcpcs("G0384", "ABCD"),
            hcpcs("G0378", "ABCD", units=9),
        ),
        slip(
            "units",
            "over",
            "11 hours were counted from the door; observation begins with the order at 10:15 and is 9 hours.",
            procedures=[hcpcs("G0384", "ABCD"), hcpcs("G0378", "ABCD", units=11)],
        ),
    ),
    _at_the_hospital(
        emergency.ASTHMA,
        key(
            "77 points are level 4; three unit doses by nebulizer; 125 mg in units of 5 mg are 25.",
            "J45.41 Z79.51 Z88.0",
            hcpcs("G0383", "AB", "25"),
            placeholder("A"),
            hcpcs("J2919", "A", units=25),
            hcpcs("J7620", "A", units=3),
        ),
    ),
    _at_the_hospital(
        emergency.BUPRENORPHINE_START,
        key(
            "51 points are level 3; one film of 8 mg with naloxone falls in the band above 6 and up to 10 mg.",
            "F11.23",
            hcpcs("G0382"),
            hcpcs("J0574"),
        ),
    ),
    _at_the_hospital(
        emergency.RENAL_COLIC,
        key(
            "94 points are level 5; ketorolac counts by 15 mg, ondansetron by 1 mg, saline by the liter.",
            "N13.2 Z88.0",
            hcpcs("G0384", "A", "25"),
            placeholder("A"),
            hcpcs("J1885", "A", units=2),
            hcpcs("J2405", "A", units=4),
            hcpcs("J7030"),
        ),
        slip(
            "e/m",
            "under",
            "The resource sheet adds up to 94 points, which is level 5 (G0384), not level 4.",
            procedures=[
                hcpcs("G0383", "A", "25"),
                placeholder("A"),
                hcpcs("J1885", "A", units=2),
                hcpcs("J2405", "A", units=4),
                hcpcs("J7030"),
            ],
        ),
    ),
    _at_the_hospital(
        emergency.DOG_BITE,
        key(
            "36 points are level 2, beside giving the vaccine.",
            "S51.852A Z20.3 Z23 W54.0XXA Y92.480 Y99.0",
            hcpcs("G0381", "ABC", "25"),
            placeholder("C"),
        ),
    ),
    _at_the_hospital(
        emergency.STROKE_TRANSFER,
        key(
            "48 minutes of critical care instead of a level; 20 mg given, 5 mg of the single-dose vial thrown away.",
            "I63.511 G81.94 R29.810 R47.1 I48.0 T45.516A Z91.120 R29.711 Z88.0",
            placeholder("ABCD"),
            hcpcs("J3101", "A", units=20),
            hcpcs("J3101", "A", "JW", units=5),
        ),
    ),
    _at_the_hospital(
        emergency.PYELONEPHRITIS,
        key(
            "76 points are level 4; ceftriaxone counts by 250 mg.",
            "N10 E11.22 N18.31 Z79.84 Z88.0",
            hcpcs("G0383", "ABC", "25"),
            placeholder("A"),
            hcpcs("J0696", "A", units=4),
            hcpcs("J7030"),
        ),
    ),
)
