"""The compliance officer's access log: filters, orders, pages, a copy, and one record looked at closely."""

import csv
import io
import re
from dataclasses import replace
from uuid import UUID

import pytest

from auditing.access_log.actions import Action
from auditing.access_log.queries import SORTS
from auditing.access_log.recording import record
from portal.actor import Origin
from portal.database import DB, acting_as
from portal.ids import new_id
from portal.pages.access_log_words import WORDS
from tests.cast import House
from tests.conftest import Sql, Web


async def _write(
    house: House, count: int = 1, *, patient_id: UUID | None = None, object_id: UUID | None = None
) -> list[UUID]:
    async with acting_as(house.cody):
        return [
            await record(
                house.cody,
                Action.CHART_OPENED,
                object_type="chart",
                object_id=object_id or new_id(),
                client_id=house.north.id,
                patient_id=patient_id,
            )
            for _ in range(count)
        ]


def _ids(html: str) -> list[str]:
    return re.findall(r'href="/access-log/([0-9a-f-]{36})"', html)


async def test_each_event_explains_itself_and_reading_is_an_event(house: House, web: Web, sql: Sql) -> None:
    await _write(house)
    connie = await web("connie")

    answer = await connie.get("/access-log")

    assert answer.status_code == 200
    assert "Cody (coder) opened chart …" in answer.text
    assert "for North Radiology, from 127.0.0.1." in answer.text
    [read] = await sql("SELECT actor_id, outcome FROM access_event WHERE action = 'access-log:read'")
    assert (UUID(bytes=read["actor_id"].bytes), read["outcome"]) == (house.connie.person_id, "success")


async def test_every_filter_narrows_and_together_they_narrow_more(house: House, web: Web, sql: Sql) -> None:
    patient = new_id()
    [wanted] = await _write(house, patient_id=patient)
    await _write(house, 2)
    async with acting_as(house.stranger):
        await record(house.stranger, Action.CHART_OPENED, object_type="chart", client_id=house.south.id)
        await record(house.stranger, Action.REQUEST_REFUSED, object_type="GET show_chart", outcome="denied")
    connie = await web("connie")

    async def found(query: str) -> int:
        return len(_ids((await connie.get(f"/access-log?{query}&action=chart:opened")).text))

    assert await found("") == 4
    assert await found(f"person={house.cody.person_id}") == 3
    assert await found(f"client={house.south.id}") == 1
    assert await found(f"about={patient}") == 1
    assert await found(f"about={patient}&client={house.south.id}") == 0
    assert await found("outcome=denied") == 0
    assert len(_ids((await connie.get("/access-log?outcome=denied")).text)) == 1
    assert _ids((await connie.get(f"/access-log?about={patient}&action=chart:opened")).text) == [str(wanted)]
    today = (await sql("SELECT (clock_timestamp() AT TIME ZONE 'UTC')::date AS day"))[0]["day"]
    assert await found(f"from={today}&to={today}") == 4
    assert await found("to=2020-01-01") == 0
    assert await found("from=2200-01-01") == 0


async def test_a_chart_is_found_by_its_number_with_its_parts(house: House, web: Web, sql: Sql) -> None:
    chart, patient, encounter = new_id(), new_id(), new_id()
    await sql("INSERT INTO patient VALUES ($1, $2, now())", patient, house.north.id)
    await sql(
        "INSERT INTO encounter (id, client_id, patient_id, number_sealed, number_index, service_on, provider,"
        " created_at) VALUES ($1, $2, $3, '', '', '2026-09-01', 'Dr. A', now())",
        encounter, house.north.id, patient,
    )  # fmt: skip
    await sql(
        "INSERT INTO chart (id, client_id, number, encounter_id, service_line_id, patient_id, specialty, state,"
        " service_on, received_at, due_at)"
        " VALUES ($1, $2, 'NOR-1042', $3, $4, $5, 'radiology', 'received', '2026-09-01', now(), now())",
        chart, house.north.id, encounter, house.north.lines["radiology"], patient,
    )  # fmt: skip
    await _write(house, object_id=chart, patient_id=patient)
    await _write(house, patient_id=patient)  # the same patient's other chart
    async with acting_as(house.cody):
        await record(
            house.cody, Action.PAGE_VIEWED, object_type="page", object_id=new_id(), client_id=house.north.id,
            patient_id=patient, details={"chart": str(chart), "page": 2},
        )  # fmt: skip
    connie = await web("connie")

    answer = await connie.get("/access-log?about=nor-1042")

    assert len(_ids(answer.text)) == 2
    assert "Cody (coder) opened chart NOR-1042 for North Radiology" in answer.text
    assert "Cody (coder) looked at a page of chart NOR-1042 for North Radiology" in answer.text
    unknown = await connie.get("/access-log?about=NOR-9999")
    assert unknown.status_code == 422
    assert "There is no chart of this number." in unknown.text


async def test_what_cannot_be_a_filter_is_said_and_nothing_is_read(web: Web, sql: Sql) -> None:
    connie = await web("connie")

    for field in ("person", "client", "action", "outcome", "from", "to", "sort"):
        answer = await connie.get(f"/access-log?{field}=%27;--")
        assert answer.status_code == 422
        assert f'href="#f-{field}"' in answer.text
        assert (await connie.get(f"/access-log.csv?{field}=%27;--")).status_code == 422
    assert (await connie.get("/access-log?from=2026-02-02&to=2026-01-01")).status_code == 422
    assert not await sql("SELECT 1 FROM access_event WHERE action LIKE 'access-log:%'")


async def test_paging_shows_every_event_once_in_every_order(
    house: House, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.pages.access_log.PAGE", 4)
    written = await _write(house, 4)
    for number, person in enumerate((house.cora, house.mona, house.audrey)):
        actor = replace(person, origin=Origin(ip=f"192.0.2.{number}"))
        async with acting_as(actor):
            written.append(
                await record(
                    actor, Action.CHART_OPENED, object_type="chart", patient_id=new_id(), client_id=house.south.id
                )
            )
    connie = await web("connie")

    for sort in SORTS:
        for order in ("", "up"):
            seen, path = [], f"/access-log?action=chart:opened&sort={sort}&order={order}"
            while path:
                html = (await connie.get(path)).text
                seen += _ids(html)
                following = re.search(r'rel="next" href="([^"]+)"', html)
                path = following[1].replace("&amp;", "&") if following else ""
            assert len(seen) == 7, (sort, order)
            assert {UUID(one) for one in seen} == set(written), (sort, order)


async def test_an_order_is_the_order(house: House, web: Web) -> None:
    first, second, third = await _write(house, 3)
    connie = await web("connie")

    newest = _ids((await connie.get("/access-log?action=chart:opened")).text)
    oldest = _ids((await connie.get("/access-log?action=chart:opened&order=up")).text)

    assert newest == [str(third), str(second), str(first)]
    assert oldest == newest[::-1]


async def test_a_made_up_place_is_the_first_page(house: House, web: Web) -> None:
    await _write(house)
    connie = await web("connie")

    for word in ("x", "%00", "AAAA", "é" * 5, "=" * 9):
        assert (await connie.get(f"/access-log?after={word}")).status_code == 200


async def test_the_copy_holds_exactly_the_filter_and_is_recorded(house: House, web: Web, sql: Sql) -> None:
    wanted = await _write(house, 3)
    async with acting_as(house.cora):
        await record(house.cora, Action.CHART_OPENED, object_type="chart", client_id=house.north.id)
    connie = await web("connie")

    answer = await connie.get(f"/access-log.csv?person={house.cody.person_id}&order=up")

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="access-log.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert [UUID(row["id"]) for row in rows] == wanted
    assert {row["sentence"] for row in rows if "Cody (coder) opened chart …" in row["sentence"]}
    hashes = await sql("SELECT encode(leaf_hash, 'hex') AS hash FROM access_event WHERE action = 'chart:opened'")
    assert {row["leaf_hash"] for row in rows} < {row["hash"] for row in hashes}
    assert len(await sql("SELECT 1 FROM access_event WHERE action = 'access-log:exported'")) == 1


async def test_a_copy_of_everything_ends(house: House, web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    await _write(house, 7)
    connie = await web("connie")
    from auditing.access_log import queries

    real = queries.read_all
    monkeypatch.setattr("portal.pages.access_log.read_all", lambda actor, wanted: real(actor, wanted, batch=2))

    answer = await connie.get("/access-log.csv")

    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert [row["action_code"] for row in rows].count("chart:opened") == 7
    assert len({row["id"] for row in rows}) == len(rows)


async def test_a_record_is_shown_with_its_hash_and_agrees(house: House, web: Web, sql: Sql) -> None:
    [event_id] = await _write(house)
    connie = await web("connie")

    answer = await connie.get(f"/access-log/{event_id}")

    [row] = await sql("SELECT encode(leaf_hash, 'hex') AS hash FROM access_event WHERE id = $1", event_id)
    assert answer.status_code == 200
    assert answer.text.count(row["hash"]) == 2
    assert "Unchanged." in answer.text
    assert "&#34;action&#34;: &#34;chart:opened&#34;" in answer.text
    assert (await connie.get(f"/access-log/{new_id()}")).status_code == 404


async def test_a_column_that_was_changed_behind_our_back_is_named(house: House, web: Web, sql: Sql) -> None:
    [event_id] = await _write(house)
    await sql("SET session_replication_role = replica")
    await sql("ALTER TABLE access_event DISABLE TRIGGER ALL")
    await sql("UPDATE access_event SET patient_id = $2 WHERE id = $1", event_id, new_id())
    connie = await web("connie")

    answer = await connie.get(f"/access-log/{event_id}")

    assert "Altered." in answer.text
    assert "These do not agree with the record: patient_id." in answer.text


async def test_nobody_but_compliance_reads_the_log(web: Web, house: House, sql: Sql) -> None:
    [event_id] = await _write(house)
    for name in ("clara", "cody", "audrey", "mona", "adam"):
        somebody = await web(name)
        for path in ("/access-log", "/access-log.csv", f"/access-log/{event_id}"):
            assert (await somebody.get(path)).status_code == 403
    assert len(await sql("SELECT 1 FROM access_event WHERE action = 'request:refused'")) == 15
    connie = await web("connie")
    assert "Mona (manager) was refused “list access events”, from 127.0.0.1." in (await connie.get("/access-log")).text


async def test_without_its_own_event_no_log_is_shown(house: House, web: Web, sql: Sql) -> None:
    await _write(house)
    connie = await web("connie")
    await sql("REVOKE INSERT ON access_event FROM chartway_compliance")

    for path in ("/access-log", "/access-log.csv"):
        answer = await connie.get(path)
        assert answer.status_code == 500
        assert "Cody" not in answer.text


def test_every_action_has_words() -> None:
    assert set(WORDS) == set(Action)
    assert len({words for words, _ in WORDS.values()}) == len(Action)


async def test_a_name_that_holds_markup_stays_text(house: House, web: Web, sql: Sql) -> None:
    await sql("UPDATE person SET name = '<b>=1+1</b>' WHERE id = $1", house.cody.person_id)
    await _write(house)
    connie = await web("connie")

    html, copy = (await connie.get("/access-log")).text, (await connie.get("/access-log.csv?action=chart:opened")).text

    assert "<b>=1+1" not in html
    assert "&lt;b&gt;=1+1&lt;/b&gt; (coder)" in html
    assert "<b>=1+1</b>" in copy
    assert DB.current_transaction.get() is None
