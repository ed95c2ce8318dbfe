"""Every route × method × kind of person × own, foreign and missing ids: made from the route table."""

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest
from litestar import Litestar, get

from assignments.batches.importing import draft_schedule
from assignments.charges.making import make_export
from assignments.charges.mapping import save_mapping
from assignments.charges.rules import USUAL_COLUMNS
from assignments.codesets.releasing import import_release
from assignments.drafting.plain import to_plain as lines_to_plain
from assignments.drafting.rules import Lines
from assignments.intake.file_parts import put_together, take_part
from assignments.intake.staging import announce_file
from assignments.pends.asking_leads import ask_lead
from assignments.pends.reasons import add_reason, retire_reason
from assignments.pends.rules import Owner
from assignments.pulling import keep_assignment, pull
from assignments.querying.drafts import EMPTY
from assignments.querying.linking import link_provider
from assignments.querying.rules import to_plain
from assignments.rules import Stage
from portal.actor import Actor, Kind
from portal.app import create_app
from portal.database import acting_as
from portal.ids import new_id
from portal.settings import Settings
from storage.client_keys import get_active_key
from storage.sealed_fields import index_of, seal_field
from tests.architecture.test_templates import find_blocked, forms_without_token
from tests.assignments.bulk.packing import deliver, line, pack
from tests.assignments.codesets.publishing import hcpcs
from tests.assignments.pends.asking import make_pend
from tests.assignments.sending import pdf
from tests.cast import NOW, Browser, House, open_browser, the_app
from tests.conftest import Sql
from tests.factories import code_chart, make_chart, pull_chart
from tests.portal.api.calling import caller, make_token
from tests.security.route_table import Cell, cells, real_ids

#: One person of each kind, who works for North where that applies.
OWN = ("clara", "cora", "abel", "mona", "connie", "adam")
#: Those whom a wall keeps from North's things: another client's staff, and coder and auditor of another client.
FOREIGN = ("stranger", "outsider", "sam")
#: What a page must be asked in order to answer.
QUESTIONS: dict[str, str] = {}


@pytest.fixture
async def furnished(house: House, sql: Sql, work: Callable[[], Awaitable[None]]) -> House:
    """A house in which every kind of thing exists at North: charts in several states, an audit, an invoice."""
    for percent in (0, 100):  # one chart is delivered, the next is drawn for an audit
        await sql("UPDATE sample_plan SET percent = $1", percent)
        await make_chart(sql, house, with_pages=1)
        await code_chart(house.cora)
        await work()
    await pull(house.abel, stage=Stage.AUDIT, request_id=new_id(), now=NOW)
    await make_chart(sql, house, with_pages=1)
    pulled = await pull_chart(house.cora)
    await keep_assignment(house.cora, chart_id=pulled.chart_id, stage=Stage.CODING, fence=pulled.fence)  # work begins
    clara, mona = house.clara.person_id, house.mona.person_id
    async with acting_as(house.clara):
        key = await get_active_key(house.north.id)
    await sql("INSERT INTO upload VALUES ($1, $2, $3, NULL, $4)", new_id(), house.north.id, clara, NOW)
    await import_release(
        Actor(Kind.ADMINISTRATOR, name="shell"), content=hcpcs(), label="Q1", effective_from=NOW.date(), now=NOW
    )
    staged = new_id()
    file = await announce_file(house.clara, upload_id=staged, name="a.txt", size=5, modified=1)
    await take_part(house.clara, upload_id=staged, file_id=file.id, number=1, chunks=_words())
    await put_together(house.clara, upload_id=staged, file_id=file.id)
    [document] = await sql("SELECT d.id, d.chart_id FROM document d JOIN chart c ON c.id = d.chart_id"
                           " WHERE c.state = 'delivered' LIMIT 1")  # fmt: skip
    await sql(
        "INSERT INTO late_document (id, client_id, chart_id, document_id, arrived_at) VALUES ($1, $2, $3, $4, $5)",
        new_id(), house.north.id, document["chart_id"], document["id"], NOW,
    )  # fmt: skip
    await sql(
        "INSERT INTO invoice (id, client_id, number, month, total, chart_count, issued_at, issued_by)"
        " VALUES ($1, $2, 'NOR-2026-08', $3, 0, 0, $4, $5)",
        new_id(), house.north.id, date(2026, 8, 1), datetime(2026, 9, 1, tzinfo=UTC), mona,
    )  # fmt: skip
    await save_mapping(house.clara, columns=USUAL_COLUMNS, now=NOW)
    await make_export(house.clara, now=NOW)
    await sql(
        "INSERT INTO off_boarding VALUES ($1, $2, $3, $4, 0, 0, 0, 0, 0, 0)",
        new_id(), house.cody.person_id, NOW, house.adam.person_id,
    )  # fmt: skip
    await sql("INSERT INTO destruction_certificate VALUES ($1, $2, now(), '{}', $3, $4)", new_id(), house.north.id,
              bytes(64), bytes(32))  # fmt: skip
    [batch] = await sql("SELECT id FROM batch WHERE client_id = $1 LIMIT 1", house.north.id)
    await sql(
        "INSERT INTO expected_encounter (id, client_id, batch_id, service_line_id, number_sealed, number_index,"
        " imported_at, imported_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        expected_id := new_id(), house.north.id, batch["id"], house.north.lines["radiology"],
        seal_field(key, "expected_encounter.number", expected_id, "E-1"), index_of(key, "encounter", "E-1"), NOW, clara,
    )  # fmt: skip
    await _ask(house, sql)
    await draft_schedule(house.clara, data=b"Encounter,DOS,Service line\nE-2,2026-09-10,Radiology\n", now=NOW)
    [sam] = await sql(
        "INSERT INTO person (id, email, name, kind, created_at) VALUES ($1, 'sam@example.com', 'Sam', 'auditor', now())"
        " RETURNING id",
        new_id(),
    )
    await sql("INSERT INTO client_grant VALUES ($1, $2, NULL, now())", house.south.id, sam["id"])
    await deliver(house.clara, pack([line(1)]))
    await deliver(house.clara, pdf("One patient", "Another")[1], kind="pdf")
    await work()
    await make_pend(sql, house, coder=house.cody)
    await make_pend(sql, house, coder=house.cody, owner=Owner.LEAD)
    reason = await add_reason(house.mona, client_id=house.north.id, use="pend", name="Another film", now=NOW)
    await retire_reason(house.mona, reason_id=reason, now=NOW)
    await ask_lead(house.cora, chart_id=pulled.chart_id, fence=pulled.fence, text="May I?", now=NOW)
    house.people["sam"] = replace(house.abel, person_id=sam["id"], name="Sam")
    return house


async def _ask(house: House, sql: Sql) -> None:
    """A query about a delivered chart that waits no more, to a provider for whom clara answers."""
    [chart] = await sql("SELECT c.*, e.id AS entry_id FROM chart c JOIN queue_entry e ON e.chart_id = c.id"
                        " WHERE c.state = 'delivered' LIMIT 1")  # fmt: skip
    async with acting_as(house.clara):
        key = await get_active_key(house.north.id)
    of_chart = (house.north.id, chart["id"])
    await sql(
        "INSERT INTO pend (id, client_id, chart_id, number, owner, queue_entry_id, fence, opened_by, opened_at,"
        " ended_at, outcome) VALUES ($1, $2, $3, 1, 'provider', $4, 77, $5, $6, $6, 'as is')",
        pend_id := new_id(), *of_chart, chart["entry_id"], house.cora.person_id, NOW,
    )  # fmt: skip
    await sql(
        "INSERT INTO provider_query (id, client_id, chart_id, patient_id, pend_id, number, asked_by, provider, purpose,"
        " content_sealed, affects_coding, lines_before, sent_at, remind_at, due_at, escalate_at) VALUES"
        " ($1, $2, $3, $4, $5, 'NOR-Q1', $6, 'Dr. A. Provider', 'specificity', $7, true, $8, $9, $9, $9, $9)",
        query_id := new_id(), *of_chart, chart["patient_id"], pend_id, house.cora.person_id,
        seal_field(key, "provider_query.content", query_id, json.dumps(to_plain(EMPTY))),
        json.dumps(lines_to_plain(Lines())), NOW,
    )  # fmt: skip
    assert house.clara.person_id
    await link_provider(
        house.mona, client_id=house.north.id, provider="Dr. A. Provider", answerer_id=house.clara.person_id, now=NOW
    )


async def _words() -> AsyncIterator[bytes]:
    yield b"words"


class Visitors:
    """Browsers of everybody, opened as needed; a POST gets a fresh one, for it might sign them out."""

    def __init__(self, app: Litestar, house: House) -> None:
        self.app, self.house = app, house
        self.open: dict[str | None, Browser] = {}

    async def ask(self, name: str | None, method: str, path: str) -> httpx.Response:
        browser = self.open.get(name)
        if browser is None or method != "GET":
            browser = self.open[name] = await open_browser(self.app, self.house.people[name] if name else None)
        data: Any = {} if method == "GET" else {"data": {"nothing": ""}}
        answer = await browser.http.request(method, path, **data)
        if method != "GET":
            del self.open[name]
        return answer


def _table() -> list[Cell]:
    return list(cells(the_app()))


def _goes_to_sign_in(answer: httpx.Response) -> bool:
    return answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")


def _same(answer: httpx.Response) -> tuple[int, dict[str, str], str]:
    """What an answer tells, without what differs between any two."""
    headers = {name: value for name, value in answer.headers.items() if name not in ("date", "set-cookie")}
    masked = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "ID", answer.text)
    masked = re.sub(r"[0-9a-f]{64}", "TOKEN", masked)
    return answer.status_code, headers, masked


async def _refusals(sql: Sql) -> int:
    return int((await sql("SELECT count(*) AS n FROM access_event WHERE action = 'request:refused'"))[0]["n"])


def test_every_route_declares_who_may_use_it() -> None:
    table = _table()
    assert len(table) > 20
    assert [cell.path for cell in table if not cell.declared] == []
    assert {cell.name for cell in table if cell.public} == {"show_sign_in", "post_sign_in"}
    assert not [cell.path for cell in table if cell.path.startswith("/schema")]


async def test_a_route_that_declares_nothing_is_reached_by_nobody(house: House) -> None:
    @get("/forgotten")
    async def forgotten() -> str:
        return "secret"

    app = create_app(Settings())
    app.register(forgotten)
    visitors = Visitors(app, house)
    for name in OWN:
        assert (await visitors.ask(name, "GET", "/forgotten")).status_code == 403
    assert _goes_to_sign_in(await visitors.ask(None, "GET", "/forgotten"))


async def test_nobody_and_the_disabled_get_no_further_than_sign_in(house: House, sql: Sql) -> None:
    app = the_app()
    visitors = Visitors(app, house)
    disabled = await open_browser(app, house.carl)
    await sql("UPDATE person SET disabled_at = now() WHERE id = $1", house.carl.person_id)
    for cell in cells(app):
        path = cell.missing
        if cell.public:
            continue
        if cell.token:
            for http in ((await open_browser(app, None)).http, disabled.http):
                assert (await http.request(cell.method, path)).status_code == 401, (cell.method, cell.path)
            continue
        assert _goes_to_sign_in(await visitors.ask(None, cell.method, path)), (cell.method, cell.path)
        answer = await disabled.http.request(cell.method, path)
        assert _goes_to_sign_in(answer), (cell.method, cell.path)
        assert not (await visitors.ask(None, cell.method, path)).cookies


async def test_each_kind_passes_exactly_the_routes_of_its_permissions(furnished: House, sql: Sql) -> None:
    app = the_app()
    visitors = Visitors(app, furnished)
    for cell in cells(app):
        for name in OWN:
            before, where = await _refusals(sql), (cell.method, cell.path, name)
            answer = await visitors.ask(name, cell.method, cell.missing)
            if cell.token:
                assert (answer.status_code, await _refusals(sql)) == (401, before), where
                continue
            allowed = cell.public or any(furnished.people[name].may(one) for one in cell.permissions)
            refused = await _refusals(sql) - before
            if not allowed:
                assert (answer.status_code, refused) == (403, 1), where
                continue
            assert answer.status_code not in (401, 403, 405), where
            assert answer.status_code < 500, where
            assert refused == (answer.status_code == 404), where
            if cell.parameters and cell.method == "GET":
                assert answer.status_code == 404, where  # ids of nothing


async def test_foreign_and_missing_look_exactly_alike(furnished: House, sql: Sql) -> None:
    """A stranger learns nothing from an id: neither status, headers nor a word differ from an id of nothing."""
    app = the_app()
    visitors = Visitors(app, furnished)
    tried = 0
    for cell in cells(app):
        if not cell.parameters:
            continue
        for name in FOREIGN:
            if not any(furnished.people[name].may(one) for one in cell.permissions):
                continue
            missing = _same(await visitors.ask(name, cell.method, cell.missing))
            for ids in await real_ids(sql, cell, furnished.north):
                foreign = _same(await visitors.ask(name, cell.method, cell.filled(ids)))
                assert foreign == missing, (cell.method, cell.path, name)
                assert cell.method != "GET" or foreign[0] == 404, (cell.path, name)
                tried += 1
    assert tried > 10


async def test_every_page_opens_for_somebody(furnished: House, sql: Sql) -> None:
    """The walls above prove nothing of a route that is closed to all: each GET must answer somebody.

    What it shows keeps to the content security policy, and each of its forms would be accepted.
    """
    app = the_app()
    visitors = Visitors(app, furnished)
    closed = []
    token = await make_token(furnished, furnished.north)
    for cell in cells(app):
        if cell.method != "GET":
            continue
        if cell.token:
            asked = cell.filled((await real_ids(sql, cell, furnished.north))[0])
            async with caller(app, token.secret) as http:
                assert (await http.get(asked)).status_code == 200, cell.path
            continue
        for name in OWN:
            if not (cell.public or any(furnished.people[name].may(one) for one in cell.permissions)):
                continue
            for ids in await real_ids(sql, cell, furnished.north):
                asked = cell.filled(ids) + QUESTIONS.get(cell.path, "")
                answer = await visitors.ask(name, "GET", asked)
                if answer.status_code < 400:
                    if answer.headers.get("content-type", "").startswith("text/html"):
                        assert find_blocked(answer.text) == [], cell.path
                        assert cell.public or forms_without_token(answer.text) == [], cell.path
                    break
            else:
                continue
            break
        else:
            closed.append(cell.path)
    assert closed == []


async def test_other_methods_are_not_there(house: House) -> None:
    app = the_app()
    visitors = Visitors(app, house)
    methods: dict[str, set[str]] = {}
    for cell in cells(app):
        methods.setdefault(cell.path, set()).add(cell.method)
    for cell in cells(app):
        for method in {"HEAD", "PUT", "PATCH", "DELETE", "TRACE"} - methods[cell.path]:
            answer = await visitors.ask("mona", method, cell.missing)
            assert answer.status_code == 405, (method, cell.path)
