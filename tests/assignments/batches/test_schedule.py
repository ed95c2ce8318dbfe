"""The schedule through the web: read, shown, kept; the three lists; who is not coming."""

import asyncio
from datetime import date
from pathlib import Path

from tests.assignments.batches.steps import count, keep, line, numbers, read, schedule
from tests.assignments.sending import SERVED_ON, send_chart
from tests.cast import House
from tests.conftest import Sql, Web
from tests.factories import make_chart

DAY = SERVED_ON.isoformat()


async def test_nothing_is_kept_before_it_was_looked_at(web: Web, sql: Sql, house: House) -> None:
    clara = await web("clara")

    answer = await read(clara, schedule(line("E-1"), line("E-2", "nonsense"), "E-3,2026-09-10,Mars,Radiology,,,,"))
    page = await clara.get(answer.headers["location"])

    assert await count(sql, "expected_encounter") == await count(sql, "batch") == 0
    for words in ("E-1", "Moss, Fern", "It is not a date that can be read", "none of your locations", "Import 1 line"):
        assert words in page.text, words
    assert (await clara.post(f"{answer.headers['location']}/discard")).status_code == 303
    assert await count(sql, "schedule_draft") == 0
    assert (await clara.get(answer.headers["location"])).status_code == 404


async def test_a_file_that_is_none_is_refused_on_the_form(web: Web, sql: Sql) -> None:
    clara = await web("clara")
    for data, said in ((b"PK\x03\x04...", "workbook"), (b"a,b\n1,2", "No column is called"), (b"", "file is empty")):
        answer = await read(clara, data)
        assert (answer.status_code, said in answer.text) == (422, True), said
    assert await count(sql, "schedule_draft") == 0


async def test_everything_that_names_a_patient_is_sealed(web: Web, sql: Sql, tmp_path: Path) -> None:
    clara = await web("clara")
    data = schedule(line("E-SECRET", patient="Ferngully, Quilla", mrn="MRN-SECRET"))
    await read(clara, data)
    kept = str([dict(row) for row in await sql("SELECT * FROM schedule_draft")])
    await keep(clara, data)
    kept += str([dict(row) for row in await sql("SELECT * FROM expected_encounter")])
    kept += str([dict(row) for row in await sql("SELECT convert_from(canonical, 'UTF8') AS c FROM access_event")])
    for secret in ("E-SECRET", "Ferngully", "Quilla", "MRN-SECRET", "1961-02-03"):
        assert secret not in kept, secret


async def test_the_same_file_again_changes_nothing_and_another_changes_its_lines(web: Web, sql: Sql) -> None:
    clara = await web("clara")
    first = schedule(line("E-1"), line("E-2"))
    await keep(clara, first)
    before = [dict(row) for row in await sql("SELECT * FROM expected_encounter ORDER BY id")]

    assert "0 new, 0 changed, 2 as they were" in (await keep(clara, first)).text
    assert [dict(row) for row in await sql("SELECT * FROM expected_encounter ORDER BY id")] == before

    moved = schedule(line("e-1 ", "2026-09-11"), line("E-2", patient="Moss-Hill, Fern"), line("E-3"))
    assert "1 new, 2 changed, 0 as they were" in (await keep(clara, moved)).text
    after = {row["id"]: row for row in await sql(
        "SELECT x.id, b.service_on FROM expected_encounter x JOIN batch b ON b.id = x.batch_id")}  # fmt: skip
    assert len(after) == 3
    assert after[before[0]["id"]]["service_on"] == date(2026, 9, 11)


async def test_the_three_lists(web: Web, sql: Sql, house: House) -> None:
    clara = await web("clara")
    await send_chart(clara, house.north, encounter_number="CAME-BEFORE", mrn="M-1", patient_name="Moss, Fern")
    await keep(clara, schedule(*(line(number, DAY) for number in ("CAME-BEFORE", "CAME-AFTER", "NEVER-CAME"))))
    await send_chart(clara, house.north, encounter_number="CAME-AFTER", mrn="M-2", patient_name="Ash, Rowan")
    await send_chart(clara, house.north, encounter_number="UNSCHEDULED", mrn="M-3", patient_name="Yew, Hazel")
    [batch] = await sql("SELECT id FROM batch")
    here = f"/batches/{batch['id']}"

    for show, there in (
        ("with", {"CAME-BEFORE", "CAME-AFTER"}), ("without", {"NEVER-CAME"}), ("unscheduled", {"UNSCHEDULED"}),
    ):  # fmt: skip
        page, file = await clara.get(f"{here}?show={show}"), await clara.get(f"{here}/encounters.csv?show={show}")
        for number in ("CAME-BEFORE", "CAME-AFTER", "NEVER-CAME", "UNSCHEDULED"):
            assert (number in page.text) == (number in file.text) == (number in there), (show, number)
    assert numbers((await clara.get(here)).text) == {
        "expected": 4, "coded": 0, "in work": 3, "pended": 0, "not billable": 0, "missing": 1,
    }  # fmt: skip
    assert await count(sql, "access_event WHERE action = 'schedule:read'") >= 1


async def test_who_is_not_coming_is_no_longer_expected_and_comes_all_the_same(web: Web, sql: Sql, house: House) -> None:
    clara = await web("clara")
    await keep(clara, schedule(line("E-1", DAY), line("E-2", DAY)))
    [one, other] = await sql("SELECT id, batch_id FROM expected_encounter ORDER BY id")
    here = f"/batches/{one['batch_id']}"

    assert (await clara.post(f"/expected/{one['id']}/not-coming", data={"reason": ""})).status_code == 422
    assert (await clara.post(f"/expected/{one['id']}/not-coming", data={"reason": "no-show"})).status_code == 303
    page = (await clara.get(f"{here}?show=without")).text
    assert "The patient did not come" in page
    assert numbers(page)["expected"] == numbers(page)["missing"] == 1
    assert (await clara.post(f"/expected/{one['id']}/coming")).status_code == 303
    assert numbers((await clara.get(here)).text)["missing"] == 2

    await clara.post(f"/expected/{one['id']}/not-coming", data={"reason": "cancelled"})
    await send_chart(clara, house.north, encounter_number="E-1", mrn="M-1", patient_name="Moss, Fern")
    assert numbers((await clara.get(here)).text) == {
        "expected": 2, "coded": 0, "in work": 1, "pended": 0, "not billable": 0, "missing": 1,
    }  # fmt: skip
    late = await clara.post(f"/expected/{one['id']}/not-coming", data={"reason": "no-show"})
    assert late.status_code == 409
    stranger = await web("stranger")
    for verb in ("not-coming", "coming"):
        foreign = await stranger.post(f"/expected/{other['id']}/{verb}", data={"reason": "no-show"})
        assert foreign.status_code == 404


async def test_a_schedule_that_grows_opens_a_released_batch(web: Web, sql: Sql) -> None:
    clara = await web("clara")
    await keep(clara, schedule(line("E-1")))
    [batch] = await sql("SELECT id FROM batch")
    await clara.post(f"/batches/{batch['id']}/release", data={"missing": "1", "confirmed": "1"})
    await keep(clara, schedule(line("E-1")))
    assert (await sql("SELECT state FROM batch"))[0]["state"] == "released"
    await keep(clara, schedule(line("E-1"), line("E-2")))
    assert (await sql("SELECT state FROM batch"))[0]["state"] == "open"


async def test_documents_under_another_day_are_found(web: Web, sql: Sql, house: House) -> None:
    clara = await web("clara")
    chart = await make_chart(sql, house, service_on=date(2026, 9, 9))
    await keep(clara, schedule(line(f"ENC-{chart.id.hex[-8:]}", "2026-09-10")))
    [batch] = await sql("SELECT id FROM batch WHERE service_on = '2026-09-10'")
    page = (await clara.get(f"/batches/{batch['id']}")).text
    assert "the documents say 2026-09-09" in page
    assert numbers(page)["missing"] == 0


async def test_an_import_and_an_upload_at_the_same_moment_find_each_other(web: Web, sql: Sql, house: House) -> None:
    for n in range(4):
        clara, carl = await web("clara"), await web("carl")
        await asyncio.gather(
            keep(carl, schedule(line(f"SAME-{n}", DAY))),
            send_chart(clara, house.north, encounter_number=f"SAME-{n}", mrn=f"M-{n}"),
        )
    assert await count(sql, "expected_encounter WHERE encounter_id IS NULL") == 0


async def test_somebody_elses_draft_is_not_there(web: Web) -> None:
    clara, carl, stranger = await web("clara"), await web("carl"), await web("stranger")
    answer = await read(clara, schedule(line("E-1")))
    for other in (carl, stranger):
        assert (await other.get(answer.headers["location"])).status_code == 404
        assert (await other.post(f"{answer.headers['location']}/import")).status_code == 404
