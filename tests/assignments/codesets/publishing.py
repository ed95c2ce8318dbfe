"""Small files in the publishers' own shapes: real ICD-10-CM and HCPCS codes, invented numbers in place of CPT."""

from collections.abc import Iterable
from datetime import date

from assignments.codesets.cpt_files import read_cpt
from assignments.codesets.hcpcs_files import read_hcpcs
from assignments.codesets.icd10cm_files import read_icd10cm
from assignments.codesets.sources import Content, Source

TABULAR = """<?xml version="1.0" encoding="utf-8"?>
<ICD10CM.tabular><version>2025</version>
<chapter><name>4</name><desc>Endocrine, nutritional and metabolic diseases (E00-E89)</desc>
<excludes1><note>transitory disorders specific to newborn (P70-P74)</note></excludes1>
<section id="E08-E13"><desc>Diabetes mellitus (E08-E13)</desc>
<diag><name>E11</name><desc>Type 2 diabetes mellitus</desc>
<excludes1><note>type 1 diabetes mellitus (E10.-)</note></excludes1>
<diag><name>E11.2</name><desc>Type 2 diabetes mellitus with kidney complications</desc>
<diag><name>E11.21</name><desc>Type 2 diabetes mellitus with diabetic nephropathy</desc></diag>
<diag><name>E11.22</name><desc>Type 2 diabetes mellitus with diabetic chronic kidney disease</desc></diag></diag>
<diag><name>E11.9</name><desc>Type 2 diabetes mellitus without complications</desc></diag></diag></section></chapter>
<chapter><name>9</name><desc>Diseases of the circulatory system (I00-I99)</desc>
<section id="I10-I1A"><desc>Hypertensive diseases</desc>
<diag><name>I10</name><desc>Essential (primary) hypertension</desc></diag></section>
<section id="I30-I5A"><desc>Other forms of heart disease</desc>
<diag><name>I42</name><desc>Cardiomyopathy</desc>
<diag><name>I42.0</name><desc>Dilated cardiomyopathy</desc></diag>
<diag><name>I42.1</name><desc>Obstructive hypertrophic cardiomyopathy</desc></diag></diag></section></chapter>
<chapter><name>19</name><desc>Injury, poisoning (S00-T88)</desc>
<section id="S00-S09"><desc>Injuries to the head</desc>
<diag><name>S06</name><desc>Intracranial injury</desc>
<sevenChrDef><extension char="A">initial encounter</extension><extension char="D">subsequent encounter</extension>
</sevenChrDef>
<diag><name>S06.0</name><desc>Concussion</desc></diag></diag></section></chapter>
</ICD10CM.tabular>"""
ORDER = [
    ("E11", 0, "Type 2 diabetes mellitus"),
    ("E112", 0, "Type 2 diabetes mellitus with kidney complications"),
    ("E1121", 1, "Type 2 diabetes mellitus with diabetic nephropathy"),
    ("E1122", 1, "Type 2 diabetes w diabetic chronic kidney disease"),
    ("E119", 1, "Type 2 diabetes mellitus without complications"),
    ("I10", 1, "Essential (primary) hypertension"),
    ("I42", 0, "Cardiomyopathy"),
    ("I420", 1, "Dilated cardiomyopathy"),
    ("I421", 1, "Obstructive hypertrophic cardiomyopathy"),
    ("S06", 0, "Intracranial injury"),
    ("S060", 0, "Concussion"),
    ("S060XXA", 1, "Concussion, initial encounter"),
    ("S060XXD", 1, "Concussion, subsequent encounter"),
]
INDEX = """<?xml version="1.0" encoding="utf-8"?>
<ICD10CM.index><letter><title>S</title>
<mainTerm><title>Sugar sickness<nemod>(adult)</nemod></title><code>E11.9</code>
<term level="1"><title>with</title><term level="2"><title>leaky kidneys, weak kidneys</title><code>E11.21</code></term>
</term></mainTerm><mainTerm><title>Sweetness</title><see>Sugar sickness, with, weak kidneys</see></mainTerm>
<mainTerm><title>Sourness</title><see>Sweetness</see></mainTerm>
<mainTerm><title>Saltiness</title><see>condition</see></mainTerm></letter></ICD10CM.index>"""

#: The table of drugs has codes in columns; the one of neoplasms is the same, deeper.
TABLE_OF_DRUGS = """<?xml version="1.0" encoding="utf-8"?>
<ICD10CM.index><version>2026</version>
<indexHeading><head col="1">Substance</head><head col="2">Poisoning Accidental (unintentional)</head>
<head col="3">Adverse effect</head></indexHeading>
<letter><title>S</title><mainTerm><title>Syrup<nemod>(sweet)</nemod></title>
<cell col="2">E11.2-</cell><cell col="3">--</cell><term level="1"><title>old</title><cell col="2">-</cell>
<cell col="3">I42.0</cell></term></mainTerm></letter></ICD10CM.index>"""


def order_file(lines: Iterable[tuple[str, int, str]] = ORDER) -> Source:
    """A CMS order file."""
    text = "".join(
        f"{number:05} {code:7} {flag} {title[:60]:60} {title}\n" for number, (code, flag, title) in enumerate(lines, 1)
    )
    return Source("icd10cm_order_2025.txt", text.encode())


def icd10cm(*, without: str = "", instead: tuple[str, str] = ("", ""), index: bool = False) -> Content:
    """The small ICD-10-CM, without a code, or with another title or name in place of one."""
    tabular, lines = TABULAR.replace(*instead) if instead[0] else TABULAR, ORDER
    if without:
        dotted = f"{without[:3]}.{without[3:]}"
        start = tabular.index(f"<diag><name>{dotted}<")
        tabular = tabular[:start] + tabular[tabular.index("</diag>", start) + 7 :]
        lines = [line for line in ORDER if line[0] != without]
    return read_icd10cm(
        order_file(lines),
        Source("tabular.xml", tabular.encode()),
        [Source("index.xml", INDEX.encode()), Source("drugs.xml", TABLE_OF_DRUGS.encode())] if index else [],
    )


def hcpcs_record(code: str, title: str, short: str = "", *, kind: str = "3", last: str = "") -> str:
    """One record of the contractors' file; a modifier stands in 4-5."""
    where = f"   {code}" if len(code) == 2 else code
    return f"{where}{'00100'}{kind}{title:80}{short:28}".ljust(284) + f"{last:8}N".ljust(36)


HCPCS = (
    hcpcs_record("D0120", "periodic oral evaluation", "periodic oral eval"),
    hcpcs_record("G0008", "Administration of influenza virus", "Admin influenza virus vac"),
    hcpcs_record("G0008", "vaccine", kind="4"),
    hcpcs_record(
        "G0463", "Hospital outpatient clinic visit for assessment and management", "Hospital outpt clinic visit"
    ),
    hcpcs_record("J1100", "Injection, dexamethasone sodium phosphate, 1 mg", "Dexamethasone sodium phos"),
    hcpcs_record("LT", "Left side", "Left side", kind="7"),
    hcpcs_record("XE", "Separate encounter", "Separate encounter", kind="7"),
)


def hcpcs(records: Iterable[str] = HCPCS) -> Content:
    """A small HCPCS Level II."""
    return read_hcpcs(Source("HCPC2026_CONTR.txt", "\n".join(records).encode()))


def cpt(*numbers: tuple[str, str]) -> Content:
    """Invented numbers and wording in the shape of the licensed files."""
    rows = numbers or (("99901", "Invented visit, of some length"), ("99902", "Invented visit, longer"))
    long = "A notice of the publisher\nof two lines\n\n" + "".join(f"{code}\t{title}\n" for code, title in rows)
    short = "A notice of the publisher\n" + "".join(f"{code} INVENTED {at}\n" for at, (code, _) in enumerate(rows))
    marks = "A notice\n25\tInvented mark of a separate visit\n"
    return read_cpt(
        Source("LONGULT.TXT", long.encode()), None, Source("SHORTU.TXT", short.encode()),
        Source("MODUL.TXT", marks.encode()),
    )  # fmt: skip


FIRST, SECOND = date(2024, 10, 1), date(2025, 4, 1)
