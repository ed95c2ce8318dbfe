"""What documents say of their encounter: precision before recall."""

from datetime import date

import pytest
from lxml import etree

from storage.ccda_header import header_facts
from storage.fact_finding import facts_of_text
from storage.facts import Facts
from storage.pages import read_facts
from storage.sniffing import MediaType

EVERYTHING = Facts("Jane Q. Doe", "MRN-77", date(1961, 5, 4), "ACC-12345", date(2026, 9, 3), "Ida Renner, MD")


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        (
            "Patient: Jane Q. Doe\nMRN: MRN-77\nDOB: 05/04/1961\nDate of service: 09/03/2026\nAccession: ACC-12345\n"
            "Provider: Ida Renner, MD\n\nFINDINGS: clear.",
            EVERYTHING,
        ),
        (
            "Patient Name: Jane Q. Doe    MRN: MRN-77    DOB: 1961-05-04\n"
            "Exam date: September 3, 2026   Accession #: ACC-12345   Radiologist: Ida Renner, MD",
            EVERYTHING,
        ),
        ("Patient: Jane Q. Doe MRN: MRN-77 DOB: 05/04/1961", Facts("Jane Q. Doe", "MRN-77", date(1961, 5, 4))),
        ("Patient\tDoe, Jane\nDOB\t4-May-1961", Facts("Doe, Jane", born_on=date(1961, 5, 4))),
        ("Patient: Jane Doe\nPatient: John Doe\n", Facts()),
        ("Patient: Jane Doe\nPatient: Jane Doe\n", Facts("Jane Doe")),
        ("DOB: 05/04/1961  Sex: M\nGender: male\n", Facts(born_on=date(1961, 5, 4), sex="male")),
        ("Sex: F\nSex: M", Facts()),
        ("DOB: 05/04/61", Facts()),
        ("DOB: 13/14/1961", Facts()),
        ("Patient: is a 58-year-old male", Facts()),
        ("The patient was seen on 09/03/2026 by Dr. Renner.", Facts()),
        ("Patient education: given\nVisit: 3 of 4", Facts()),
        ("MRN: none", Facts()),
        ("Date of visit: 2026-09-03T10:30", Facts(service_on=date(2026, 9, 3))),
        ("Cough for three days.", Facts()),
        ("", Facts()),
    ],
)
def test_what_is_labelled_is_found(text: str, facts: Facts) -> None:
    assert facts_of_text(text) == facts


HEADER = """<ClinicalDocument xmlns="urn:hl7-org:v3"><title>Visit</title><recordTarget><patientRole>
  <id root="2.16.840.1.113883.4.1" extension="444-22-2222"/><id root="1.2.3" extension="MRN-77"/>{more}
  <patient><name use="L"><given>Jane</given><given qualifier="CL">Jay</given><family>Doe</family></name>
  <administrativeGenderCode code="F" codeSystem="2.16.840.1.113883.5.1"/>
  <birthTime value="19610504"/></patient></patientRole></recordTarget>
  <componentOf><encompassingEncounter><id root="1.2" extension="E-1"/>
  <effectiveTime><low value="20260903"/><high value="{last}"/></effectiveTime>
  <responsibleParty><assignedEntity><assignedPerson><name><given>Ida</given><family>Renner</family></name>
  </assignedPerson></assignedEntity></responsibleParty></encompassingEncounter></componentOf>
  <component><structuredBody><component><section><title>Plan</title><text>Rest.</text></section></component>
  </structuredBody></component></ClinicalDocument>"""


def test_a_record_says_it_in_its_header() -> None:
    root = etree.fromstring(HEADER.format(more="", last="20260903"))
    expected = Facts("Jane Doe", "MRN-77", date(1961, 5, 4), "E-1", date(2026, 9, 3), "Ida Renner", "female")
    assert header_facts(root) == expected


def test_a_record_that_says_two_things_says_nothing() -> None:
    root = etree.fromstring(HEADER.format(more='<id root="1.2.4" extension="OTHER"/>', last="20260907"))
    facts = header_facts(root)
    assert (facts.mrn, facts.service_on) == (None, None)


async def test_facts_come_from_the_page_process() -> None:
    text = b"Patient: Jane Doe\nMRN: 7788\n"
    assert await read_facts(text, MediaType.TEXT) == Facts("Jane Doe", "7788")
    record = HEADER.format(more="", last="20260903").encode()
    assert (await read_facts(record, MediaType.CCDA)).patient_name == "Jane Doe"
