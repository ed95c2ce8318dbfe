"""Charge exports by their pages and by API: each chart once, totals that add up, answers, corrections."""

import asyncio
import csv
import hashlib
import io
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from assignments.charges.making import correct_export, make_daily_exports, make_export
from assignments.charges.mapping import save_mapping
from assignments.charges.rules import USUAL_COLUMNS, Columns
from portal.clock import utc_now
from portal.errors import Conflict, NotFound
from tests.assignments.results.test_results import deliver, deliver_again
from tests.cast import NOW, Browser, House, the_app
from tests.conftest import Sql, Web
from tests.portal.api.calling import caller, make_token

Work = Callable[[], Awaitable[None]]
COLUMNS = {
    "layout": "line", "delimiter": "semicolon", "date_format": "us",
    "order0": "20", "field0": "code", "name0": "Proc", "order1": "10", "field1": "chart", "name1": "Account",
    "order2": "30", "field2": "units", "name2": "Qty", "order3": "40", "field3": "service_on", "name3": "DOS",
    "order4": "50", "field4": "patient", "name4": "",
}  # fmt: skip


async def make(clara: Browser, path: str = "/exports", **fields: str) -> str:
    """Press the button; the path of the export that was made."""
    answer = await clara.post(path, data=fields)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def rows_of(clara: Browser, export: str) -> list[dict[str, str]]:
    text = (await clara.get(f"{export}/file")).text
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


async def test_from_the_columns_to_the_answer(house: House, web: Web, sql: Sql, work: Work) -> None:
    await deliver(house, sql, work, 2, patient_name="=1+1")
    clara = await web("clara")
    assert (await clara.post("/exports", data={})).status_code == 409, "nobody has said how it is written"
    shown = (await clara.post("/exports/mapping", data={**COLUMNS, "op": "preview"})).text
    assert "NOR-1002" in shown
    assert "09/10/2026" in shown
    wrong = await clara.post("/exports/mapping", data={**COLUMNS, "name0": "Account", "op": "save"})
    assert wrong.status_code == 422
    assert "Two columns are called" in wrong.text
    assert 'value="Qty"' in wrong.text, "nothing that was filled in is lost"
    for _ in range(2):  # the same again is no version
        assert (await clara.post("/exports/mapping", data={**COLUMNS, "op": "save"})).status_code == 303
    assert [row["version"] for row in await sql("SELECT version FROM export_mapping")] == [1]
    assert "2 delivered charts stand in no export yet" in (await clara.get("/exports")).text

    export = await make(clara)
    file = await clara.get(f"{export}/file")
    assert file.headers["content-disposition"].startswith('attachment; filename="NOR-charges-00001.csv"')
    rows = await rows_of(clara, export)
    assert rows == [
        {"Account": chart, "Proc": code, "Qty": "1", "DOS": "09/10/2026", "Patient": "'=1+1"}
        for chart in ("NOR-1001", "NOR-1002") for code in ("71046", "G0463")
    ]  # fmt: skip
    page = (await clara.get(export)).text
    for words in ("2003", hashlib.sha256(file.content).hexdigest(), "not answered"):
        assert words in page
    assert (await clara.post("/exports", data={})).status_code == 409, "each chart once"

    unsaid = await clara.post(f"{export}/answer", data={"verdict": "rejected"})
    assert unsaid.status_code == 422
    for _ in range(2):  # calm when repeated
        answer = await clara.post(f"{export}/answer", data={"verdict": "rejected", "reason": "layout"})
        assert answer.status_code == 303
    assert (await clara.post(f"{export}/answer", data={"verdict": "accepted"})).status_code == 409
    mona = await web("mona")
    assert "The columns are not as our system wants them" in (await mona.get(export)).text
    assert (await mona.get(f"{export}/file")).status_code == 403, "managers see no patients"
    assert (await mona.get("/exports")).status_code == 200
    [taken] = await sql("SELECT count(*) AS n FROM access_event WHERE action = 'coding:exported'")
    assert taken["n"] == 3 * 2, "made once, taken twice, two patients each"


async def test_a_correction_says_what_changed_and_the_totals_add_up(
    house: House, web: Web, sql: Sql, work: Work
) -> None:
    first, second = await deliver(house, sql, work, 2)
    clara = await web("clara")
    await clara.post("/exports/mapping", data={**COLUMNS, "op": "save"})
    export = await make(clara)
    before = (await clara.get(f"{export}/file")).content
    assert (await clara.post(f"{export}/corrections", data={"what": "changed"})).status_code == 409

    await deliver_again(house, work, first, "J18.9", "71046 26 A", "99213 A")
    [third] = await deliver(house, sql, work)
    assert "1 chart has been delivered with other codes since" in (await clara.get(export)).text
    correction = await make(clara, f"{export}/corrections", what="changed")
    assert [(row["Account"], row["Proc"]) for row in await rows_of(clara, correction)] == [
        (first.number, "71046"), (first.number, "99213"),
    ]  # fmt: skip
    assert "corrects 1" in (await clara.get(correction)).text
    assert (await clara.post(f"{correction}/corrections", data={"what": "changed"})).status_code == 409
    whole = await make(clara, f"{correction}/corrections", what="whole")
    assert {row["Account"] for row in await rows_of(clara, whole)} == {first.number, second.number}
    newest = await make(clara)
    assert {row["Account"] for row in await rows_of(clara, newest)} == {third.number}
    assert (await clara.get(f"{export}/file")).content == before, "byte by byte as it was made"

    exports = await sql("SELECT * FROM charge_export ORDER BY number")
    assert [(row["number"], row["is_original"], row["corrects_id"]) for row in exports] == [
        (1, True, None), (2, False, exports[0]["id"]), (3, False, exports[0]["id"]), (4, True, None),
    ]  # fmt: skip
    for row in exports:
        [sums] = await sql(
            "SELECT count(*) AS charts, sum(lines) AS lines, sum(units) AS units FROM charge_export_chart"
            " WHERE export_id = $1",
            row["id"],
        )
        assert (row["chart_count"], row["line_count"], row["unit_total"]) == tuple(sums)
    [once] = await sql("SELECT count(*) AS n, count(DISTINCT chart_id) AS charts FROM charge_export_chart"
                       " WHERE is_original")  # fmt: skip
    assert (once["n"], once["charts"]) == (3, 3)


async def test_two_at_once_put_each_chart_into_one(house: House, sql: Sql, work: Work) -> None:
    await deliver(house, sql, work, 2)
    await save_mapping(house.clara, columns=USUAL_COLUMNS, now=NOW)
    results = await asyncio.gather(
        make_export(house.clara, now=NOW), make_export(house.carl, now=NOW), return_exceptions=True
    )
    assert sorted(isinstance(one, Conflict) for one in results) == [False, True], results
    assert await sql("SELECT count(*)::int FROM charge_export_chart") == [(2,)]


async def test_nothing_of_another_client_and_nothing_before_the_delivery(
    house: House, web: Web, sql: Sql, work: Work
) -> None:
    await deliver(house, sql, work)
    await save_mapping(house.clara, columns=USUAL_COLUMNS, now=NOW)
    await save_mapping(house.stranger, columns=USUAL_COLUMNS, now=NOW)
    with pytest.raises(Conflict, match="stands in an export already"):
        await make_export(house.stranger, now=NOW)
    export_id = await make_export(house.clara, now=NOW)
    stranger = await web("stranger")
    for path in (f"/exports/{export_id}", f"/exports/{export_id}/file"):
        assert (await stranger.get(path)).status_code == 404
    for path in ("answer", "corrections"):
        data = {"verdict": "accepted", "what": "whole"}
        assert (await stranger.post(f"/exports/{export_id}/{path}", data=data)).status_code == 404
    with pytest.raises(NotFound):
        await correct_export(house.stranger, export_id=export_id, is_whole=True, now=NOW)
    assert re.findall("NOR-", (await stranger.get("/exports")).text) == []


async def test_each_day_by_itself(house: House, sql: Sql, work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    await deliver(house, sql, work)
    daily = Columns(**{**_as_dict(USUAL_COLUMNS), "is_daily": True})
    await save_mapping(house.clara, columns=daily, now=NOW)
    assert await make_daily_exports() == 1
    [made] = await sql("SELECT client_id, made_by FROM charge_export")
    assert (UUID(bytes=made["client_id"].bytes), made["made_by"]) == (house.north.id, None)
    await deliver(house, sql, work)
    assert await make_daily_exports() == 0, "once a day"
    monkeypatch.setattr("assignments.charges.making.utc_now", lambda: utc_now() + timedelta(days=1))
    assert await make_daily_exports() == 1


async def test_by_api(house: House, sql: Sql, work: Work) -> None:
    await deliver(house, sql, work)
    await save_mapping(house.clara, columns=USUAL_COLUMNS, now=NOW)
    export_id = await make_export(house.clara, now=NOW)
    own, other = await make_token(house, house.north), await make_token(house, house.south)
    app, place = the_app(), f"/api/v1/exports/{export_id}"
    async with caller(app, own.secret) as north, caller(app, other.secret) as south:
        [listed] = (await north.get("/api/v1/exports")).json()
        file = await north.get(f"{place}/file")
        assert hashlib.sha256(file.content).hexdigest() == listed["sha256"]
        assert (listed["charts"], listed["lines"], listed["units"], listed["hash"]) == (1, 2, 2, 1001)
        assert (await south.get("/api/v1/exports")).json() == []
        assert (await south.get(f"{place}/file")).status_code == 404
        refused = await north.post(f"{place}/answer", json={"verdict": "rejected", "reason": "mood"})
        assert refused.status_code == 422
        for _ in range(2):
            assert (await north.post(f"{place}/answer", json={"verdict": "accepted"})).status_code == 204
        assert (await north.post(f"{place}/answer", json={"verdict": "rejected", "reason": "codes"})).status_code == 409
        [listed] = (await north.get("/api/v1/exports")).json()
        assert listed["verdict"] == "accepted"


def _as_dict(columns: Columns) -> dict[str, Any]:
    return {name: getattr(columns, name) for name in Columns.__slots__}
