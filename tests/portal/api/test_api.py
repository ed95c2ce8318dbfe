"""The API: who gets in, what a delivery and an encounter become, and how refusals read."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest

from portal.identity import tokens
from portal.identity.permissions import SCOPES, Permission
from portal.identity.tokens import revoke_token
from portal.ids import new_id
from tests.assignments.bulk.packing import NOTE, line, pack
from tests.assignments.sending import SERVED_ON, pdf
from tests.cast import NOW, House, open_browser, the_app
from tests.conftest import Sql
from tests.factories import make_chart
from tests.portal.api.calling import caller, make_token

Work = Callable[[], Awaitable[None]]


@pytest.fixture
async def app(house: House) -> Any:
    """The application."""
    return the_app()


@pytest.fixture
async def north(app: Any, house: House) -> AsyncIterator[httpx.AsyncClient]:
    """North's system."""
    async with caller(app, (await make_token(house, house.north)).secret) as http:
        yield http


@pytest.fixture
async def south(app: Any, house: House) -> AsyncIterator[httpx.AsyncClient]:
    """South's system."""
    async with caller(app, (await make_token(house, house.south)).secret) as http:
        yield http


def _facts(**changes: Any) -> dict[str, Any]:
    facts = {
        "encounter_number": "ENC-9", "service_line": "Radiology", "service_on": SERVED_ON.isoformat(),
        "provider": "Ida Renner, MD", "patient_name": "Sample, Pat", "mrn": "MRN-9", "born_on": "05/04/1961",
        "sex": "F", "documents": ["visit.txt"],
    }  # fmt: skip
    return {**facts, **changes}


def _problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == status
    assert problem["detail"].endswith(".")
    return problem


async def test_a_zip_goes_in_and_its_report_comes_out(north: httpx.AsyncClient, house: House, work: Work) -> None:
    content = pack([line(1), line(2, born_on="?")])
    sent = await north.post("/api/v1/deliveries", content=content, headers={"idempotency-key": "night-1"})
    assert sent.status_code == 202, sent.text
    assert sent.json()["state"] == "received"
    await work()
    told = (await north.get(sent.headers["location"])).json()
    assert (told["state"], told["lines"], told["taken"], told["refused"]) == ("done", 2, 1, 1)
    assert [one["state"] for one in told["report"]] == ["taken", "refused"]
    assert "Birth date" in told["report"][1]["reason"]
    chart = (await north.get(f"/api/v1/charts/{told['report'][0]['chart']}")).json()
    assert chart["number"] == told["report"][0]["chart_number"]
    assert chart["state"] == "ready"
    again = await north.post("/api/v1/deliveries", content=content, headers={"idempotency-key": "night-1"})
    assert (again.status_code, again.json()["id"]) == (200, told["id"])
    other = await north.post("/api/v1/deliveries", content=pack([line(3)]), headers={"idempotency-key": "night-1"})
    assert "Idempotency-Key" in _problem(other, 422)["detail"]


async def test_an_encounter_becomes_a_chart_with_its_last_document(
    north: httpx.AsyncClient, sql: Sql, work: Work
) -> None:
    facts = _facts(documents=["visit.txt", "labs.pdf"], stat=True)
    sent = await north.post("/api/v1/encounters", json=facts, headers={"idempotency-key": "e-9"})
    assert sent.status_code == 201, sent.text
    again = await north.post("/api/v1/encounters", json=facts, headers={"idempotency-key": "e-9"})
    assert (again.status_code, again.json()) == (200, sent.json())
    first, second = (one["href"] for one in sent.json()["documents"])
    wrong = await north.put(second, content=b"PK\x03\x04 no pdf")
    assert "ZIP archive" in _problem(wrong, 422)["detail"]
    assert (await north.put(first, content=NOTE)).json() == {"missing": 1, "chart": None}
    assert not await sql("SELECT 1 FROM chart")
    done = (await north.put(second, content=pdf("Page")[1])).json()
    assert done["missing"] == 0
    repeated = (await north.put(first, content=NOTE)).json()
    assert repeated == done, "a document that comes again changes nothing"
    _problem(await north.put(first, content=NOTE + b"!"), 409)
    await work()
    [chart] = await sql("SELECT id, state, is_stat FROM chart")
    assert (str(chart["id"]), chart["state"], chart["is_stat"]) == (done["chart"], "ready", True)
    assert len(await sql("SELECT 1 FROM document WHERE state = 'ready'")) == 2
    told = (await north.get(sent.headers["location"])).json()
    assert (told["state"], told["taken"]) == ("done", 2)
    there = _problem(await north.post("/api/v1/encounters", json=facts), 422)
    assert there["chart"] == done["chart"]


async def test_refusals_name_each_wrong_field_in_our_words(north: httpx.AsyncClient) -> None:
    wrong = _problem(await north.post("/api/v1/encounters", json=_facts(mrn="", service_on="14/31/2026")), 422)
    assert set(wrong["errors"]) == {"mrn", "service_on"}
    _problem(await north.post("/api/v1/encounters", json={"mrn": 7}), 400)
    _problem(await north.post("/api/v1/encounters", content=b"{", headers={"content-type": "application/json"}), 400)
    _problem(await north.post("/api/v1/encounters", json=_facts(documents=[])), 422)
    _problem(await north.post("/api/v1/deliveries", content=b""), 422)
    _problem(await north.get("/api/v1/nothing"), 404)
    _problem(await north.delete("/api/v1/deliveries"), 405)


async def test_no_token_wrong_expired_revoked_and_wrong_scope(app: Any, house: House, sql: Sql) -> None:
    places = [("POST", "/api/v1/deliveries"), ("GET", f"/api/v1/charts/{new_id()}"), ("GET", "/api/v1/openapi.json")]
    expired, revoked = await make_token(house, house.north), await make_token(house, house.north)
    await sql("UPDATE api_token SET expires_at = now() - interval '1 second' WHERE id = $1", expired.id)
    await revoke_token(house.adam, token_id=revoked.id, now=NOW)
    off = await make_token(house, house.north)
    await sql(
        "UPDATE person SET disabled_at = now() WHERE id = (SELECT person_id FROM api_token WHERE id = $1)", off.id
    )
    for secret in (None, "chartway_wrong", expired.secret, revoked.secret, off.secret, ""):
        async with caller(app, secret) as http:
            for method, path in places:
                answer = await http.request(method, path)
                assert "token" in _problem(answer, 401)["detail"]
                assert answer.headers["www-authenticate"] == "Bearer"
    charts_only = await make_token(house, house.north, Permission.API_CHARTS)
    async with caller(app, charts_only.secret) as http:
        _problem(await http.post("/api/v1/deliveries", content=pack([line(1)])), 403)
        _problem(await http.get(f"/api/v1/charts/{new_id()}"), 404)
    refused = await sql(
        "SELECT convert_from(canonical, 'UTF8')::json->>'reason' AS reason FROM access_event"
        " WHERE action = 'request:refused' ORDER BY id"
    )
    assert [row["reason"] for row in refused] == ["NotPermitted", "NotFound"]


async def test_cookies_mean_nothing_to_the_api_nor_tokens_to_the_pages(
    app: Any, house: House, north: httpx.AsyncClient
) -> None:
    clara = await open_browser(app, house.clara)
    _problem(await clara.http.get("/api/v1/openapi.json"), 401)
    _problem(await clara.http.post("/api/v1/deliveries", content=pack([line(1)])), 401)
    answer = await north.get("/charts")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in")


async def test_a_token_never_reaches_another_client(
    north: httpx.AsyncClient, south: httpx.AsyncClient, house: House, sql: Sql
) -> None:
    chart = await make_chart(sql, house)
    delivery = (await north.post("/api/v1/deliveries", content=pack([line(1)]))).json()["id"]
    encounter = (await north.post("/api/v1/encounters", json=_facts())).json()
    [document] = encounter["documents"]
    for method, path in (
        ("GET", f"/api/v1/charts/{chart.id}"), ("GET", f"/api/v1/deliveries/{delivery}"), ("PUT", document["href"]),
    ):  # fmt: skip
        foreign = _problem(await south.request(method, path, content=NOTE if method == "PUT" else None), 404)
        missing = re.sub(r"[0-9a-f-]{36}", str(new_id()), path)
        nothing = _problem(await south.request(method, missing, content=NOTE if method == "PUT" else None), 404)
        assert foreign | {"request": ""} == nothing | {"request": ""}
    # The same encounter number at South is another encounter.
    assert (await south.post("/api/v1/encounters", json=_facts())).status_code == 201


async def test_the_access_log_names_the_token(north: httpx.AsyncClient, sql: Sql, house: House) -> None:
    await north.post("/api/v1/deliveries", content=pack([line(1)]))
    [event] = await sql(
        "SELECT p.name, p.password_hash, t.id::text AS token,"
        " convert_from(e.canonical, 'UTF8')::json->>'session' AS via"
        " FROM access_event e JOIN person p ON p.id = e.actor_id JOIN api_token t ON t.person_id = p.id"
        " WHERE e.action = 'delivery:sent'"
    )
    assert (event["name"], event["password_hash"]) == ("API: nightly export", None)
    assert event["via"] == event["token"]
    [row] = await sql("SELECT token_hash, last_used_at FROM api_token")
    secret = north.headers["authorization"].removeprefix("Bearer ")
    assert secret.startswith("chartway_")
    assert row["last_used_at"]
    assert secret.encode() not in row["token_hash"]


async def test_a_token_is_slowed_down(
    north: httpx.AsyncClient, app: Any, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "MOST_PER_MINUTE", 3)
    monkeypatch.setattr(tokens, "MOST_WRONG", 2)
    codes = [(await north.get("/api/v1/openapi.json")).status_code for _ in range(5)]
    assert codes == [200, 200, 200, 429, 429]
    async with caller(app, "chartway_guess") as http:
        answers = [await http.get("/api/v1/openapi.json") for _ in range(4)]
    assert [one.status_code for one in answers] == [401, 401, 429, 429]
    assert answers[-1].headers["retry-after"]


async def test_the_description_holds_the_api_and_nothing_else(north: httpx.AsyncClient) -> None:
    described = (await north.get("/api/v1/openapi.json")).json()
    assert described["openapi"].startswith("3.")
    assert set(described["paths"]) == {
        "/api/v1/deliveries", "/api/v1/deliveries/{delivery_id}", "/api/v1/encounters",
        "/api/v1/encounters/{delivery_id}/documents/{position}", "/api/v1/charts/{chart_id}",
        "/api/v1/charts/{chart_id}/results", "/api/v1/exports", "/api/v1/exports/{export_id}/file",
        "/api/v1/exports/{export_id}/answer",
    }  # fmt: skip
    sending = described["paths"]["/api/v1/deliveries"]["post"]
    assert sending["requestBody"]["content"] == {"application/zip": {"schema": {"type": "string", "format": "binary"}}}
    assert [one["name"] for one in sending["parameters"]] == ["Idempotency-Key"]
    assert described["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    for path in described["paths"].values():
        for operation in path.values():
            assert operation["summary"]
            for answer in operation["responses"].values():
                for body in answer.get("content", {}).values():
                    assert body["schema"]
    names = set(described["components"]["schemas"])
    for name in re.findall(r'"\$ref": ?"#/components/schemas/([^"]+)"', str(described).replace("'", '"')):
        assert name in names


async def test_an_administrator_makes_and_revokes_tokens_on_a_page(app: Any, house: House, sql: Sql) -> None:
    adam = await open_browser(app, house.adam)
    fields = {"client": str(house.north.id), "name": "export", "days": "30", Permission.API_CHARTS.value: "1"}
    made = await adam.post("/api-tokens", data=fields)
    found = re.search(r'value="(chartway_[\w-]{43})"', made.text)
    assert found, "shown once"
    shown = (await adam.get("/api-tokens")).text
    assert found[1] not in shown
    assert found[1][-4:] in shown
    assert "@api.invalid" not in (await adam.get("/people")).text, "whom a token stands for signs in nowhere"
    async with caller(app, found[1]) as http:
        assert (await http.get("/api/v1/openapi.json")).status_code == 200
        [row] = await sql("SELECT id FROM api_token")
        assert (await adam.post(f"/api-tokens/{row['id']}/revoke")).status_code == 303
        _problem(await http.get("/api/v1/openapi.json"), 401)
    for wrong in ({"days": "900"}, {"name": ""}, {"client": "x"}, {Permission.API_CHARTS.value: ""}):
        assert (await adam.post("/api-tokens", data=fields | wrong)).status_code == 422
    for name in ("clara", "cody", "mona", "connie"):
        other = await open_browser(app, house.people[name])
        assert (await other.get("/api-tokens")).status_code == 403
        assert (await other.post("/api-tokens", data=fields)).status_code == 403
    actions = [row["action"] for row in await sql("SELECT action FROM access_event WHERE action LIKE 'api-key:%'")]
    assert actions == ["api-key:created", "api-key:revoked"]


def test_scopes_are_no_kinds_permissions() -> None:
    from portal.identity.permissions import PERMISSIONS

    for kind, permissions in PERMISSIONS.items():
        assert not permissions & set(SCOPES), kind
