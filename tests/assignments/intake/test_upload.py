"""Uploading, through the web: what is received, what is refused, and what of it is kept."""

import asyncio
import re
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from assignments.intake.limits import change_limits
from assignments.intake.rules import Limits
from storage.blobs import BATCH
from tests.assignments.sending import SERVED_ON, encounter, jpeg, pdf, png, send, send_chart, text
from tests.cast import NOW, House
from tests.conftest import Sql, Web

DOC = ("visit.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 300, "application/octet-stream")


def objects(tmp_path: Path) -> list[Path]:
    """What lies in the store of documents, temporary files included."""
    return [path for path in (tmp_path / "documents").rglob("*") if path.is_file()]


async def test_files_of_every_kind_become_one_chart_with_its_documents_sealed(
    web: Web, sql: Sql, house: House, tmp_path: Path
) -> None:
    clara = await web("clara")

    answer = await send(clara, encounter(house.north, payer="Acme Mutual"), pdf("one", "two"), png(), jpeg(), text())

    assert answer.status_code == 303
    (chart,) = await sql("SELECT * FROM chart")
    assert (chart["number"], chart["state"], chart["specialty"], chart["is_stat"]) == (
        "NOR-1001",
        "received",
        "radiology",
        False,
    )
    assert chart["client_id"] == house.north.id
    assert chart["due_at"] - chart["received_at"] == timedelta(hours=24)
    assert [
        (row["position"], row["media_type"], row["state"])
        for row in await sql("SELECT * FROM document ORDER BY position")
    ] == [
        (1, "application/pdf", "received"),
        (2, "image/png", "received"),
        (3, "image/jpeg", "received"),
        (4, "text/plain", "received"),
    ]
    assert [row["state"] for row in await sql("SELECT state FROM blob")] == ["stored"] * 4
    (event,) = await sql("SELECT kind, from_state, to_state, actor_id FROM chart_event")
    assert tuple(event) == ("received", None, "received", house.clara.person_id)
    logged = await sql("SELECT patient_id, actor_id FROM access_event WHERE action = 'document:uploaded'")
    assert [tuple(row) for row in logged] == [(chart["patient_id"], house.clara.person_id)] * 4
    assert len(await sql("SELECT FROM pgqueuer WHERE entrypoint = 'prepare document'")) == 4
    assert len(objects(tmp_path)) == 4


async def test_nothing_that_names_the_patient_is_stored_in_the_clear(
    web: Web, sql: Sql, house: House, tmp_path: Path
) -> None:
    clara = await web("clara")
    await send_chart(
        clara,
        house.north,
        text("CANARYTEXT", name="CANARYFILE.txt"),
        patient_name="CANARYNAME",
        mrn="CANARYMRN",
        encounter_number="CANARYVISIT",
    )

    for table in (
        "patient",
        "patient_identity",
        "encounter",
        "chart",
        "upload",
        "upload_file",
        "document",
        "blob",
        "access_event",
        "chart_event",
        "pgqueuer",
    ):
        rows = await sql(f"SELECT t::text, to_jsonb(t)::text AS json FROM {table} t")
        assert rows or table == "pgqueuer"
        assert not [row for row in rows if "canary" in row["t"].lower() or "canary" in row["json"].lower()]
        assert not [row for row in rows if b"CANARY".hex() in row["t"]]
    assert not [path for path in objects(tmp_path) if b"CANARY" in path.read_bytes() or "CANARY" in path.name]


async def test_a_stat_chart_is_due_in_four_hours(web: Web, sql: Sql, house: House) -> None:
    await send_chart(await web("clara"), house.north, stat="1")

    (chart,) = await sql("SELECT is_stat, due_at - received_at AS promise FROM chart")
    assert tuple(chart) == (True, timedelta(hours=4))


async def test_refused_files_get_a_reason_and_do_not_stop_the_rest(
    web: Web, sql: Sql, house: House, tmp_path: Path
) -> None:
    clara = await web("clara")
    upload = await send_chart(clara, house.north, DOC, text(), ("empty.pdf", b"", "application/pdf"))

    receipt = (await clara.get(f"/uploads/{upload}")).text

    assert "visit.doc" in receipt
    assert "This is a Word document" in receipt
    assert "The file is empty" in receipt
    lines = await sql("SELECT position, size, refusal IS NULL AS taken FROM upload_file ORDER BY position")
    assert [tuple(line) for line in lines] == [(1, len(DOC[1]), False), (2, len(text()[1]), True), (3, 0, False)]
    assert len(await sql("SELECT FROM document")) == 1
    assert len(objects(tmp_path)) == 1
    assert len(await sql("SELECT FROM access_event WHERE action = 'document:refused'")) == 2


async def test_a_file_that_is_too_large_is_refused_and_leaves_nothing(
    web: Web, sql: Sql, house: House, tmp_path: Path
) -> None:
    await change_limits(house.mona, client_id=house.north.id, limits=Limits(file_bytes=BATCH), now=NOW)
    clara = await web("clara")
    large = ("large.txt", b"many words " * (BATCH // 5), "text/plain")

    upload = await send_chart(clara, house.north, large, text())

    assert "The file is larger than" in (await clara.get(f"/uploads/{upload}")).text
    assert [row["size"] for row in await sql("SELECT size FROM upload_file ORDER BY position")] == [
        len(large[1]),
        len(text()[1]),
    ]
    assert len(objects(tmp_path)) == 1


async def test_more_than_twenty_files_are_refused_one_by_one(web: Web, sql: Sql, house: House) -> None:
    await send_chart(await web("clara"), house.north, *(text(name=f"{number}.txt") for number in range(22)))

    assert len(await sql("SELECT FROM document")) == 20
    refusals = await sql("SELECT refusal FROM upload_file WHERE refusal IS NOT NULL")
    assert [row["refusal"][:33] for row in refusals] == ["One upload takes at most 20 files"] * 2


async def test_if_every_file_is_refused_there_is_a_receipt_but_no_chart(web: Web, sql: Sql, house: House) -> None:
    clara = await web("clara")
    upload = await send_chart(clara, house.north, DOC)

    receipt = (await clara.get(f"/uploads/{upload}")).text

    assert "so no chart was made" in receipt
    for table in ("chart", "patient", "encounter", "document"):
        assert not await sql(f"SELECT FROM {table}")

    again = await send(clara, encounter(house.north, upload_id=upload), text())
    assert again.status_code == 303
    assert again.headers["location"] != f"/uploads/{upload}"
    assert [row["number"] for row in await sql("SELECT number FROM chart")] == ["NOR-1001"]


async def test_a_form_without_files_comes_back_with_what_was_typed(web: Web, sql: Sql, house: House) -> None:
    answer = await send(await web("clara"), encounter(house.north))

    assert answer.status_code == 422
    assert "Choose at least one file." in answer.text
    assert 'value="Testperson, Wilhelmina"' in answer.text
    assert not await sql("SELECT FROM upload")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"encounter_number": " "}, "Encounter number is missing."),
        ({"provider": "x" * 121}, "Provider is too long"),
        ({"service_on": (SERVED_ON + timedelta(days=30)).isoformat()}, "Date of service must lie between"),
        ({"service_on": (SERVED_ON - timedelta(days=800)).isoformat()}, "Date of service must lie between"),
        ({"service_on": "14.9.2026"}, "Date of service is not a date"),
        ({"born_on": (SERVED_ON + timedelta(days=1)).isoformat()}, "Birth date must lie between"),
        ({"born_on": "1861-05-04"}, "Birth date must lie between"),
        ({"service_line": uuid4()}, "Choose a service line."),
        ({"location": ""}, "Choose a location."),
        ({"mrn": "77\x007"}, "MRN holds characters that cannot be shown."),
    ],
)
async def test_a_wrong_field_is_told_before_any_file_is_taken(
    web: Web, sql: Sql, house: House, changes: dict[str, object], sentence: str
) -> None:
    answer = await send(await web("clara"), encounter(house.north, **changes), text())

    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Choose the files again" in answer.text
    assert not await sql("SELECT FROM blob")


async def test_the_service_line_of_another_client_is_no_choice(web: Web, house: House) -> None:
    answer = await send(await web("clara"), encounter(house.north, service_line=house.south.lines["radiology"]), text())

    assert answer.status_code == 422
    assert "Choose a service line." in answer.text


async def test_a_plain_form_is_trusted_for_its_field_and_not_without_it(web: Web, sql: Sql, house: House) -> None:
    clara = await web("clara")
    token = clara.http.headers.pop("x-csrf-token")

    forged = await send(clara, {"csrf_token": "0" * 64, **encounter(house.north)}, text())
    missing = await send(clara, encounter(house.north), text())

    assert forged.status_code == missing.status_code == 403
    assert not await sql("SELECT FROM blob")

    own = await send(clara, {"csrf_token": token, **encounter(house.north)}, text())
    assert own.status_code == 303


async def test_a_token_behind_the_files_comes_too_late(web: Web, sql: Sql, house: House) -> None:
    clara = await web("clara")
    token = clara.http.headers.pop("x-csrf-token")
    body = (
        b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\nnote\r\n'
        b'--b\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n' + token.encode() + b"\r\n--b--\r\n"
    )

    answer = await clara.post("/upload", content=body, headers={"content-type": "multipart/form-data; boundary=b"})

    assert answer.status_code == 403
    assert not await sql("SELECT FROM blob")


async def test_the_same_upload_twice_is_one_chart_and_one_receipt(web: Web, sql: Sql, house: House) -> None:
    clara = await web("clara")
    fields = encounter(house.north)

    first = await send(clara, fields, text())
    second = await send(clara, fields, text())

    assert first.headers["location"] == second.headers["location"] == f"/uploads/{fields['upload_id']}"
    assert len(await sql("SELECT FROM chart")) == len(await sql("SELECT FROM document")) == 1
    assert [row["state"] for row in await sql("SELECT state FROM blob")] == ["stored"]


async def test_the_same_upload_twice_at_once_is_one_chart(web: Web, sql: Sql, house: House) -> None:
    clara, carl = await web("clara"), await web("carl")
    fields = encounter(house.north)

    answers = await asyncio.gather(*(send(browser, fields, text()) for browser in (clara, carl, clara, carl)))

    assert {answer.headers["location"] for answer in answers} == {f"/uploads/{fields['upload_id']}"}
    assert len(await sql("SELECT FROM chart")) == len(await sql("SELECT FROM patient")) == 1


async def test_a_form_that_was_sent_is_not_taken_for_another_encounter(web: Web, sql: Sql, house: House) -> None:
    clara = await web("clara")
    fields = encounter(house.north)
    await send(clara, fields, text())

    answer = await send(clara, {**fields, "encounter_number": "ACC-2"}, text())

    assert answer.status_code == 409
    assert "Open the upload page again" in answer.text
    assert len(await sql("SELECT FROM chart")) == 1


async def test_an_encounter_and_line_come_once_and_the_answer_leads_to_the_chart(
    web: Web, sql: Sql, house: House
) -> None:
    clara = await web("clara")
    await send_chart(clara, house.north)
    (chart,) = await sql("SELECT id FROM chart")

    answer = await send(clara, encounter(house.north, encounter_number="acc-1 "), text())

    assert answer.status_code == 422
    assert "NOR-1001 has this encounter and service line already" in answer.text
    assert f'href="/charts/{chart["id"]}"' in answer.text
    assert len(await sql("SELECT FROM blob")) == 1


async def test_the_same_encounter_sent_twice_at_once_is_received_once(web: Web, sql: Sql, house: House) -> None:
    browsers = [await web("clara"), await web("carl"), await web("clara")]

    answers = await asyncio.gather(*(send(browser, encounter(house.north), text()) for browser in browsers))

    assert sorted(answer.status_code for answer in answers) == [303, 422, 422]
    assert len(await sql("SELECT FROM chart")) == len(await sql("SELECT FROM encounter")) == 1
    assert [row["number"] for row in await sql("SELECT number FROM chart")] == ["NOR-1001"]


async def test_many_charts_at_once_get_numbers_of_their_own(web: Web, sql: Sql, house: House) -> None:
    browsers = [await web("clara"), await web("carl")] * 3

    await asyncio.gather(
        *(
            send_chart(browser, house.north, encounter_number=f"ACC-{number}", mrn=f"M-{number % 2}")
            for number, browser in enumerate(browsers)
        )
    )

    numbers = sorted(row["number"] for row in await sql("SELECT number FROM chart"))
    assert numbers == [f"NOR-{1001 + step}" for step in range(6)]
    assert len(await sql("SELECT FROM patient")) == 2


async def test_another_service_line_of_an_encounter_is_another_chart(web: Web, sql: Sql, house: House) -> None:
    clara = await web("clara")
    await send_chart(clara, house.north)
    await send_chart(clara, house.north, service_line=house.north.lines["emergency"])

    assert len(await sql("SELECT FROM chart")) == 2
    assert len(await sql("SELECT FROM encounter")) == len(await sql("SELECT FROM patient")) == 1


async def test_two_clients_may_use_the_same_numbers(web: Web, sql: Sql, house: House) -> None:
    await send_chart(await web("clara"), house.north)
    await send_chart(await web("stranger"), house.south)

    assert sorted(row["number"] for row in await sql("SELECT number FROM chart")) == ["NOR-1001", "SOU-1001"]
    assert len(await sql("SELECT FROM patient")) == 2
    for table, index in (("encounter", "number_index"), ("patient_identity", "mrn_index")):
        assert len(await sql(f"SELECT DISTINCT {index} FROM {table}")) == 2


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"patient_name": "Somebody Else"}, "This MRN is on file with another name or birth date."),
        ({"born_on": "1961-04-05"}, "This MRN is on file with another name or birth date."),
        ({"encounter_number": "ACC-1", "mrn": "MRN-78"}, "This encounter number is on file for another patient"),
        ({"encounter_number": "ACC-1", "service_on": (SERVED_ON - timedelta(days=1)).isoformat()},
         "This encounter number is on file for another patient or another date"),
    ],
)  # fmt: skip
async def test_what_speaks_against_what_is_on_file_is_asked_back(
    web: Web, sql: Sql, house: House, changes: dict[str, str], sentence: str
) -> None:
    clara = await web("clara")
    await send_chart(clara, house.north)

    answer = await send(
        clara, encounter(house.north, **{"encounter_number": "ACC-2", "service_line": house.north.lines["emergency"],
                                         **changes}), text()
    )  # fmt: skip

    assert answer.status_code == 422
    assert sentence in answer.text
    assert len(await sql("SELECT FROM chart")) == 1


async def test_the_patient_is_found_again_however_the_name_is_typed(web: Web, sql: Sql, house: House) -> None:
    clara = await web("clara")
    await send_chart(clara, house.north)
    await send_chart(clara, house.north, encounter_number="ACC-2", mrn="mrn-77", patient_name="TESTPERSON,  Wilhelmina")

    assert len(await sql("SELECT FROM patient")) == 1


async def test_what_was_said_last_of_a_patients_sex_is_kept_sealed_and_shown(web: Web, sql: Sql, house: House) -> None:
    clara = await web("clara")
    shown, kept = [], []
    for at, said in enumerate(("", "M", "", "unknown", "female"), start=1):
        await send_chart(clara, house.north, encounter_number=f"ACC-{at}", sex=said)
        [chart] = await sql("SELECT id FROM chart ORDER BY received_at DESC, id DESC LIMIT 1")
        page = (await clara.get(f"/charts/{chart['id']}")).text
        shown.append(re.findall(r">Sex</dt>\s*<dd[^>]*>([^<]*)<", page))
        [row] = await sql("SELECT sex_sealed FROM patient_identity")
        kept.append(row["sex_sealed"])

    assert shown == [["not said"], ["male"], ["male"], ["male"], ["female"]]
    assert kept[0] is None
    assert kept[1] == kept[2] == kept[3] != kept[4]
    assert b"male" not in kept[4]
    wrong = await send(clara, encounter(house.north, encounter_number="ACC-9", sex="sometimes"), text())
    assert "Sex is female, male, other or unknown." in wrong.text


@pytest.mark.parametrize("name", ["cody", "audrey", "mona", "connie", "adam"])
async def test_only_a_clients_people_upload(web: Web, sql: Sql, house: House, name: str) -> None:
    browser = await web(name)

    assert (await browser.get("/upload")).status_code == 403
    assert (await send(browser, encounter(house.north), text())).status_code == 403
    assert not await sql("SELECT FROM blob")


async def test_nobody_is_sent_to_sign_in(web: Web, house: House) -> None:
    answer = await send(await web(None), encounter(house.north), text())

    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")


async def test_the_receipt_of_another_client_looks_like_none(web: Web, house: House) -> None:
    upload = await send_chart(await web("clara"), house.north)
    stranger = await web("stranger")

    for path in ("/uploads/{}", "/uploads/{}/progress"):
        foreign, missing = await stranger.get(path.format(upload)), await stranger.get(path.format(uuid4()))
        assert foreign.status_code == missing.status_code == 404
        assert foreign.text == missing.text


async def test_the_form_offers_the_clients_own_lines_and_remembers_its_providers(web: Web, house: House) -> None:
    clara = await web("clara")
    await send_chart(clara, house.north, provider="Ida Renner, MD")

    form = (await clara.get("/upload")).text

    assert "Radiology · promised in 24 h" in form
    assert '<option value="Ida Renner, MD">' in form
    assert str(house.south.location_id) not in form
    assert re.search(r'name="csrf_token".*name="upload_id".*name="encounter_number".*name="files"', form, re.DOTALL)
    assert re.search('name="upload_id" value="([0-9a-f-]{36})"', form)


async def test_a_script_gets_the_form_alone_or_the_way_to_the_receipt(web: Web, house: House) -> None:
    clara = await web("clara")

    wrong = await send(clara, encounter(house.north, mrn=""), text(), headers={"hx-request": "true"})
    right = await send(clara, fields := encounter(house.north), text(), headers={"hx-request": "true"})

    assert wrong.status_code == 422
    assert wrong.text.lstrip().startswith("<form")
    assert right.headers["hx-redirect"] == f"/uploads/{fields['upload_id']}"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"not multipart at all", 422),
        (b'--b\r\nContent-Disposition: form-data; name="mrn"\r\n\r\n' + b"x" * 5000 + b"\r\n--b--\r\n", 422),
        (b'--b\r\nContent-Disposition: form-data; name="mrn"\r\n\r\ncut of', 422),
        (b"".join(b'--b\r\nContent-Disposition: form-data; name="f%d"\r\n\r\n1\r\n' % n for n in range(50)), 422),
        (b"--b--\r\n", 422),
    ],
)
async def test_a_body_that_no_form_makes_is_answered_with_a_sentence(web: Web, body: bytes, status: int) -> None:
    clara = await web("clara")

    answer = await clara.post("/upload", content=body, headers={"content-type": "multipart/form-data; boundary=b"})

    assert answer.status_code == status
    other = await clara.post("/upload", content=body, headers={"content-type": "application/octet-stream"})
    assert other.status_code == 422
