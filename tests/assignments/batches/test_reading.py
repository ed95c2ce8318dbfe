"""Schedules as clients export them."""

from contextlib import suppress
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assignments.batches.reading import Known, Reading, Unreadable, read_date, read_schedule

MAIN, ANNEX, CT, XRAY = UUID(int=1), UUID(int=2), UUID(int=3), UUID(int=4)
KNOWN = Known(
    [(MAIN, "Alder Street"), (ANNEX, "Millbrook")], [(CT, "CT reads", "Radiology"), (XRAY, "X-rays", "X-ray")]
)
ONE = Known([(MAIN, "Alder Street")], [(CT, "CT reads", "Radiology")])
TODAY = date(2026, 9, 14)


def reading(text: str | bytes, known: Known = ONE) -> Reading:
    return read_schedule(text if isinstance(text, bytes) else text.encode(), known=known, today=TODAY)


@pytest.mark.parametrize(
    "text",
    [
        "Encounter number,Date of service\nA1,2026-09-10\n",
        "DOS;Visit #\n9/10/2026;A1\n",
        "encounter_number,service_on\nA1,2026-09-10\n",
        "visit_no\tservice date\r\nA1\t10.09.2026\r\n",
        "\ufeffACCESSION,Exam Date\nA1,10-Sep-2026\n",
        'Encounter Number , "Date of Service"\n A1 ,"Sep 10, 2026"\n\n,,\n',
        "Schedule of the week\nprinted 2026-09-12\nCSN,Appt Date\nA1,9/10/26 8:30 AM\n",
        "sep=;\nCSN;DOS\nA1;2026-09-10T08:30:00\n",
    ],
)
def test_the_same_encounter_in_many_forms(text: str) -> None:
    (line,) = reading(text).lines
    assert (line.number, line.service_on, line.location_id, line.service_line_id) == ("A1", date(2026, 9, 10), MAIN, CT)


@pytest.mark.parametrize(
    ("encoding", "name"), [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("cp1252", "Windows-1252"), ("utf-16", "UTF-16")]
)
def test_letters_of_every_encoding(encoding: str, name: str) -> None:
    text = 'Encounter,DOS,Patient,Provider\nA1,2026-09-10,"Muñoz, Zoë",Dr. Åkesson\n'
    found = reading(text.encode(encoding))
    assert found.encoding == name
    (line,) = found.lines
    assert (line.patient.name, line.provider) == ("Muñoz, Zoë", "Dr. Åkesson")


def test_places_and_service_lines_by_name_or_specialty() -> None:
    found = reading(
        "CSN,DOS,Site,Service,Last name,First name,DOB\n"
        "A1,2026-09-10,millbrook,x-RAY,Moss,Fern,2/3/1961\nA2,2026-09-10,Alder  Street,CT reads,,,\n",
        KNOWN,
    )
    first, second = found.lines
    assert (first.location_id, first.service_line_id) == (ANNEX, XRAY)
    assert (first.patient.name, first.patient.born_on) == ("Moss, Fern", "1961-02-03")
    assert second.patient.is_empty
    assert ("Site", "Location") in found.columns


def test_each_line_that_cannot_be_used_says_why_and_the_others_can() -> None:
    found = reading(
        "CSN,DOS,Location,Service line,Birth date,Room\n"
        "A1,2026-09-10,Alder Street,X-rays,,4\n"
        ",2026-09-10,Alder Street,X-rays,,4\n"
        "A3,tomorrow,Alder Street,X-rays,,4\n"
        "A4,,Alder Street,X-rays,,4\n"
        "A5,2036-09-10,Alder Street,X-rays,,4\n"
        "A6,2026-09-10,Elsewhere,X-rays,,4\n"
        "A7,2026-09-10,Alder Street,Surgery,,4\n"
        "A8,2026-09-10,Alder Street,X-rays,2061-02-03,4\n"
        "a1,2026-09-11,Alder Street,X-rays,,4\n"
        ",tomorrow,Elsewhere,Surgery,2061-02-03,4\n",
        KNOWN,
    )
    assert [line.number for line in found.lines] == ["A1"]
    assert [(one.row, one.column) for one in found.problems] == [
        (3, "Encounter number"), (4, "Date of service"), (5, "Date of service"), (6, "Date of service"),
        (7, "Location"), (8, "Service line"), (9, "Birth date"), (10, "Encounter number"),
        *((11, name) for name in ("Encounter number", "Date of service", "Location", "Service line", "Birth date")),
    ]  # fmt: skip
    assert found.unusable == 9
    assert "Alder Street, Millbrook" in found.problems[4].sentence
    assert "line 2" in found.problems[7].sentence
    assert found.ignored == ["Room"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "No column"),
        (b"just some words\nand more", "No column is called"),
        (b"CSN,Room\nA1,4\n", "Date of service"),
        (b"CSN,DOS\n", "no line below"),
        (b"PK\x03\x04 a workbook", "workbook"),
        (b"\x00\x01\x02\x03", "not text"),
        (b"CSN,DOS\n" + b"A,2026-09-10\n" * 6000, "5,000"),
        (b"x" * 2_000_001, "2 MB"),
    ],
)
def test_a_file_that_is_no_schedule_is_refused_with_what_to_do(data: bytes, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        reading(data)


@given(st.dates(date(1981, 1, 1), date(2060, 1, 1)), st.sampled_from(["%Y-%m-%d", "%m/%d/%Y", "%d.%m.%Y", "%Y%m%d"]))
def test_every_day_is_read_back(day: date, form: str) -> None:
    assert read_date(day.strftime(form)) == day


@given(st.binary(max_size=400))
def test_no_bytes_break_it(data: bytes) -> None:
    with suppress(Unreadable):
        reading(b"CSN,DOS\n" + data)
