"""Charts that are coded in the client's own system: set up by a manager, sent without documents, coded from a link."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest

from assignments.pulling import pull
from assignments.rules import Stage
from portal.clock import utc_now
from portal.ids import new_id
from portal.tenancy.ehr_rules import holds_secret, refusal_of_instructions, refusal_of_url
from tests.assignments.sending import encounter, send, text
from tests.cast import Browser, House
from tests.conftest import Sql, Web
from tests.factories import code_chart, pull_chart

LINK = "https://ehr.example/portal"
WAY = "Open Worklists, then Coding.\nSearch by the encounter number."
Work = Callable[[], Awaitable[None]]


async def _set_up(web: Web, house: House, url: str = LINK, instructions: str = WAY) -> None:
    mona, line = await web("mona"), house.north.lines["radiology"]
    answer = await mona.post(
        f"/clients/{house.north.id}/service-lines/{line}/system", data={"url": url, "instructions": instructions}
    )
    assert answer.status_code == 303, answer.text


async def _send_without_files(clara: Browser, house: House, **changes: str) -> UUID:
    """Send an encounter that is coded in the client's own system; the chart's id."""
    answer = await send(clara, encounter(house.north, in_own_system="1", **changes))
    assert answer.status_code == 303, answer.text
    receipt = await clara.get(answer.headers["location"])
    return UUID(receipt.text.partition('href="/charts/')[2][:36])


async def test_a_chart_without_documents_is_coded_from_the_clients_own_system(
    web: Web, house: House, sql: Sql, work: Work
) -> None:
    await sql("UPDATE sample_plan SET percent = 100")
    await _set_up(web, house)
    clara = await web("clara")
    assert "It is coded in our own system" in (await clara.get("/upload")).text
    chart_id = await _send_without_files(clara, house, encounter_number="ACC-900", service_on="2026-09-28")
    await work()

    own = (await clara.get(f"/charts/{chart_id}")).text
    assert "coded in your system" in own
    assert "In line for coding" in own
    assert "Documents received" not in own
    assert (await pull_chart(house.cora)).chart_id == chart_id
    desk = (await (await web("cora")).get(f"/desk/charts/{chart_id}")).text
    for shown in (f'href="{LINK}"', 'rel="noopener noreferrer"', "ACC-900", "Search by the encounter number."):
        assert shown in desk
    assert "No page to show" not in desk
    assert "Testperson" not in desk
    [look] = await sql(
        "SELECT convert_from(canonical, 'UTF8')::jsonb -> 'object' ->> 'in_own_system' AS there FROM access_event"
        " WHERE action = 'chart:opened' AND actor_id = $1 AND object_id = $2",
        house.cora.person_id, chart_id,
    )  # fmt: skip
    assert look["there"] == "true"
    assert await sql("SELECT 1 FROM access_event WHERE action = 'chart:sent' AND object_id = $1", chart_id)

    assert await code_chart(house.cora) == chart_id
    await work()
    audit = await pull(house.abel, stage=Stage.AUDIT, request_id=new_id(), now=utc_now())
    assert audit.chart_id == chart_id
    sheet = await (await web("abel")).get(f"/audits/charts/{chart_id}", follow_redirects=True)
    assert f'href="{LINK}"' in sheet.text
    assert "ACC-900" in sheet.text


async def test_documents_may_come_along_and_later(web: Web, house: House, sql: Sql, work: Work) -> None:
    await _set_up(web, house)
    clara, cora = await web("clara"), await web("cora")
    chart_id = await _send_without_files(clara, house)
    await work()
    added = await clara.post(
        f"/charts/{chart_id}/documents",
        data={"upload_id": str(new_id()), "how": "beside"},
        files=[("files", text("Late note."))],
    )
    assert added.status_code == 303, added.text
    await work()

    await pull_chart(house.cora)
    desk = (await cora.get(f"/desk/charts/{chart_id}")).text
    assert "data-viewer" in desk
    assert "/image" in desk
    assert f'href="{LINK}"' in desk

    broken = ("files", ("scan.pdf", b"%PDF-1.4 nothing of a document", "application/pdf"))
    sent = await clara.post(
        "/upload", data=encounter(house.north, in_own_system="1", encounter_number="ACC-2", mrn="M-2"), files=[broken]
    )
    assert sent.status_code == 303
    await work()
    receipt = (await clara.get(sent.headers["location"])).text
    assert "No file could be read; the chart is coded in your own system all the same." in receipt
    assert {row["state"] for row in await sql("SELECT state FROM chart")} == {"assigned", "ready"}


async def test_only_a_line_with_a_link_takes_charts_without_files(web: Web, house: House, sql: Sql) -> None:
    clara = await web("clara")
    assert "coded in our own system" not in (await clara.get("/upload")).text
    refused = await send(clara, encounter(house.north, in_own_system="1"))
    assert refused.status_code == 422
    assert "is coded from documents, not in your own system" in refused.text

    await _set_up(web, house)
    fields = encounter(house.north, in_own_system="1", service_line=str(house.north.lines["emergency"]))
    assert (await send(clara, fields)).status_code == 422
    missing = await send(clara, encounter(house.north))
    assert missing.status_code == 422
    assert "Choose at least one file." in missing.text
    assert not await sql("SELECT 1 FROM chart")


async def test_the_same_form_twice_and_the_same_visit_twice(web: Web, house: House, sql: Sql, work: Work) -> None:
    await _set_up(web, house)
    clara = await web("clara")
    fields = encounter(house.north, in_own_system="1")
    first, again = await send(clara, fields), await send(clara, fields)
    assert first.headers["location"] == again.headers["location"]
    other = await send(clara, encounter(house.north, in_own_system="1"))
    assert other.status_code == 422
    assert "has this encounter and service line already" in other.text
    await work()
    await work()
    assert [row["state"] for row in await sql("SELECT state FROM chart")] == ["ready"]
    receipt = await clara.get(first.headers["location"])
    assert "without documents" in receipt.text
    assert "Nothing was received" not in receipt.text

    await sql("UPDATE agreement SET ended_on = '2026-01-02'")
    refused = await send(clara, encounter(house.north, in_own_system="1", encounter_number="ACC-3"))
    assert refused.status_code == 422
    assert "agreement" in refused.text


async def test_a_link_that_was_taken_away_is_said(web: Web, house: House, work: Work) -> None:
    await _set_up(web, house)
    chart_id = await _send_without_files(await web("clara"), house)
    await work()
    await _set_up(web, house, "", "")
    await pull_chart(house.cora)
    desk = (await (await web("cora")).get(f"/desk/charts/{chart_id}")).text
    assert "was taken away" in desk
    assert LINK not in desk


async def test_the_manager_is_told_why_a_secret_is_not_kept(web: Web, house: House, sql: Sql) -> None:
    mona, line = await web("mona"), house.north.lines["radiology"]
    assert "coded from documents" in (await mona.get(f"/clients/{house.north.id}/systems")).text
    for url, instructions, said in (
        (LINK, "User: north-coders, password: Winter2026", "an account"),
        ("https://user:pass@ehr.example", "", "an account"),
        ("http://ehr.example", "", "must begin with https://"),
        ("", "Search by number.", "Give the link as well"),
    ):
        answer = await mona.post(
            f"/clients/{house.north.id}/service-lines/{line}/system", data={"url": url, "instructions": instructions}
        )
        assert answer.status_code == 422
        assert said in answer.text
        assert "/clients/" in answer.text
    assert not await sql("SELECT 1 FROM service_line WHERE ehr_url IS NOT NULL")
    await _set_up(web, house)
    await _set_up(web, house)
    changes = await sql("SELECT 1 FROM access_event WHERE action = 'client:changed' AND object_id = $1", line)
    assert len(changes) == 1
    cody = await web("cody")
    assert (await cody.get(f"/clients/{house.north.id}/systems")).status_code == 403


@pytest.mark.parametrize(
    "text",
    [
        "Password: Winter", "the pw is north1", "PIN=4711", "passcode -> 99", "token: abc", "API key: 12345",
        "User name: ncoder", "login: ncoder1", "Sign in as ncoder, then search", "log in as the coder account",
        "Use N0rth!Winter after the prompt", "https://ehr.example/?token=abc",
    ],
)  # fmt: skip
def test_what_looks_like_a_secret(text: str) -> None:
    assert holds_secret(f"Open the worklist.\n{text}\nThen search.")


@pytest.mark.parametrize(
    "text",
    [
        WAY, "Sign in with your own account.", "The password is your own; ask the client if you have none.",
        "Password: your own.", "If you forget your password, call their service desk: 555-0100.",
        "Choose Radiology > Worklist A, status = Ready for coding.", "Sign in as yourself.",
        "Search by encounter number, e.g. in the box #3.", "Login: https://ehr.example/portal", "",
    ],
)  # fmt: skip
def test_what_is_said_of_the_way_is_kept(text: str) -> None:
    assert refusal_of_instructions(text, LINK) is None


@pytest.mark.parametrize(
    ("url", "fits"),
    [
        (LINK, True), ("https://ehr.example:8443/a?org=north#list", True), ("", True),
        ("http://ehr.example", False), ("https://", False), ("javascript:alert(1)", False),
        ("https://a b.example", False), ("https://a@b.example", False), ("https://e.example/?user=x", False),
        ("https://e.example/" + "a" * 500, False),
    ],
)  # fmt: skip
def test_links(url: str, fits: bool) -> None:
    assert (refusal_of_url(url) is None) is fits
