"""The auditor's and the manager's pages, through the web: worksheet, decisions, quality, plans, CSV."""

import re
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from auditing.quality.reviewing import report_no_findings, verify_correction
from portal.ids import new_id
from tests.auditing.quality.steps import (
    AUDITOR_LINES,
    Work,
    correct_chart,
    draw_chart,
    find_something,
    take_audit,
)
from tests.cast import NOW, Browser, House
from tests.conftest import Sql, Web
from tests.factories import SERVICE_ON

COMMENT = "Renal disease is on page 1: quokka-zebra."
PERIOD = "from=2026-09-01&to=2026-09-30"


def fields(html: str) -> dict[str, str]:
    """Every named field of a page with its value, as a browser would send it."""
    found = {}
    for tag in re.findall(r"<input [^>]*>", html):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and 'type="radio"' not in tag:
            found[name[1]] = value[1] if value else ""
    for name, body in re.findall(r'<select id="[^"]+" name="([^"]+)"[^>]*>(.*?)</select>', html, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', body)
        found[name] = chosen[1] if chosen else ""
    for name, body in re.findall(r'<textarea id="[^"]+" name="([^"]+)"[^>]*>(.*?)</textarea>', html, re.DOTALL):
        found[name] = body.strip()
    return found


async def next_audit(browser: Browser) -> str:
    """Press “Next audit”; the address of the worksheet."""
    start = await browser.get("/audits")
    answer = await browser.post("/audits/next", data={"request_id": fields(start.text)["request_id"]})
    assert answer.status_code == 303
    return str(answer.headers["location"])


async def change_line(browser: Browser, address: str, op: str, **typed: str) -> Any:
    """Press a button of the line editor, as a browser without JavaScript does."""
    page = await browser.get(address)
    action = re.search(r'<form id="lines-form" method="post" action="([^"]+)"', page.text)
    assert action
    return await browser.post(action[1], data={**fields(page.text), **typed, "op": op})


async def test_a_worksheet_from_the_list_to_findings(house: House, sql: Sql, work: Work, web: Web) -> None:
    drawn = await draw_chart(sql, house, work)
    audrey = await web("audrey")
    assert "You hold no audit" in (await audrey.get("/audits")).text

    address = await next_audit(audrey)
    assert address == f"/audits/{drawn.audit_id}"
    page = await audrey.get(address)
    assert page.status_code == 200
    assert "no difference" in page.text
    assert "3 of 3 codes" in page.text
    assert drawn.number in page.text
    [words] = set(re.findall(r"/pages/[0-9a-f-]{36}/text", page.text))
    assert "Pneumonia, organism not found" in (await audrey.get(words)).text  # the note itself

    answer = await change_line(audrey, address, "take E11.22", replaces="d1 E11.9")
    assert answer.headers["location"] == f"/audits/charts/{drawn.chart_id}"
    assert (await audrey.get(answer.headers["location"])).headers["location"] == address
    await change_line(audrey, address, "take N18.32")
    page = await audrey.get(address)
    assert "2 differences" in page.text
    assert "Specificity, under-coded" in page.text
    assert ">changed</span>" in page.text
    assert ">added</span>" in page.text
    assert "2 of 4 codes" in page.text

    form = fields(page.text)
    assert form["type-revised-E11.9-E11.22"] == "specificity"
    assert form["severity-revised-E11.9-E11.22"] == "major"
    assert form["direction-omitted--N18.32"] == "under"
    form["comment-revised-E11.9-E11.22"] = COMMENT
    form["citation-revised-E11.9-E11.22"] = "ICD-10-CM Guidelines I.C.4.a diabetes mellitus"
    answer = await audrey.post(f"{address}/findings", data=form)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/audits"
    assert "2 findings are with the coder." in (await audrey.get("/audits")).text
    [finding, _] = await sql("SELECT citation, comment_sealed FROM finding ORDER BY position")
    assert finding["citation"] == "ICD-10-CM Guidelines I.C.4.a diabetes mellitus"
    assert finding["comment_sealed"]


async def test_choices_are_kept_and_the_score_follows(house: House, sql: Sql, work: Work, web: Web) -> None:
    await draw_chart(sql, house, work)
    audrey = await web("audrey")
    address = await next_audit(audrey)
    await change_line(audrey, address, "remove d2 I10")
    form = fields((await audrey.get(address)).text)

    form["severity-extra-I10-"] = "advisory"
    form["comment-extra-I10-"] = COMMENT
    answer = await audrey.post(f"{address}/choices", data=form, headers={"hx-request": "true"})
    assert answer.status_code == 200
    assert "record correct" in answer.text
    assert "2 of 2 codes" in answer.text
    page = await audrey.get(address)
    assert COMMENT in page.text
    assert "advisory" in page.text

    form["citation-extra-I10-"] = "something of one’s own"
    answer = await audrey.post(f"{address}/choices", data=form, headers={"hx-request": "true"})
    assert answer.status_code == 422
    assert "Choose a citation from the list." in answer.text


async def test_what_is_as_suggested_is_not_pinned(house: House, sql: Sql, work: Work, web: Web) -> None:
    await draw_chart(sql, house, work)
    audrey = await web("audrey")
    address = await next_audit(audrey)
    await change_line(audrey, address, "take N18.32")
    form = fields((await audrey.get(address)).text)
    assert form["severity-omitted--N18.32"] == "minor"

    await audrey.post(f"{address}/choices", data=form)
    await change_line(audrey, address, "up d3 N18.32")
    await change_line(audrey, address, "up d2 N18.32")

    assert fields((await audrey.get(address)).text)["severity-omitted--N18.32"] == "major"  # now it is listed first


async def test_a_change_by_htmx_answers_with_lines_findings_and_score(
    house: House, sql: Sql, work: Work, web: Web
) -> None:
    drawn = await draw_chart(sql, house, work)
    audrey = await web("audrey")
    address = await next_audit(audrey)
    form = {**fields((await audrey.get(address)).text), "op": "remove d2 I10"}

    answer = await audrey.post(f"/audits/charts/{drawn.chart_id}/lines", data=form, headers={"hx-request": "true"})

    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert 'id="lines"' in answer.text
    assert "I10 not supported" in answer.text
    assert "Send 1 finding and next" in answer.text
    assert "2 of 2 codes" in answer.text


async def test_no_findings_is_one_post_and_goes_on_to_the_next(house: House, sql: Sql, work: Work, web: Web) -> None:
    drawn = {f"/audits/{one.audit_id}": one for one in [await draw_chart(sql, house, work) for _ in range(2)]}
    audrey = await web("audrey")
    address = await next_audit(audrey)  # both are due at the same instant, so either may be first
    first = drawn.pop(address)
    [second] = drawn
    form = fields((await audrey.get(address)).text)

    answer = await audrey.post(f"{address}/no-findings", data=form)
    again = await audrey.post(f"{address}/no-findings", data=form)

    assert answer.headers["location"] == second == again.headers["location"]
    assert "No findings. The chart is released." in (await audrey.get(answer.headers["location"])).text
    assert [row["outcome"] for row in await sql("SELECT outcome FROM audit WHERE id = $1", first.audit_id)] == ["clean"]
    closed = await audrey.get(address)
    assert ">clean</span>" in closed.text
    assert "no-findings" not in closed.text  # nothing left to decide
    assert "100.0%" in (await audrey.get("/audits")).text


async def test_a_correction_is_shown_beside_both_versions_and_verified(
    house: House, sql: Sql, work: Work, web: Web
) -> None:
    drawn = await draw_chart(sql, house, work)
    await find_something(house.audrey, drawn.audit_id)
    await correct_chart(house.cody, lines=["E11.22", "I10", "G0463 A"])
    await work()
    audrey = await web("audrey")
    address = await next_audit(audrey)

    page = await audrey.get(address)
    assert "still missing" in page.text
    assert "Send back to the coder" in page.text
    answer = await audrey.post(f"{address}/returned", data=fields(page.text))
    assert answer.status_code == 303
    cody = await web("cody")
    desk = await cody.post("/desk/next", data={"request_id": str(new_id())})
    assert "Sent back once more." in (await cody.get(desk.headers["location"])).text
    await correct_chart(house.cody)
    await work()
    page = await audrey.get(await next_audit(audrey))
    assert "correction agrees" in page.text
    packet = (await audrey.get(f"/charts/{drawn.chart_id}/evidence")).text
    lines, _, found = packet.partition("What the audit of version 1 found")  # its lines were others
    assert "Finding 1:" not in lines
    assert "Finding 1:" in found
    assert "Send back" not in page.text
    answer = await audrey.post(f"{address}/verified", data=fields(page.text))
    assert answer.status_code == 303
    assert (await sql("SELECT outcome FROM audit"))[0]["outcome"] == "corrected"
    page = await audrey.get(address)
    assert "2 of 4 codes" in page.text


async def test_findings_that_cannot_be_sent_stay_on_the_worksheet(house: House, sql: Sql, work: Work, web: Web) -> None:
    await draw_chart(sql, house, work)
    audrey = await web("audrey")
    address = await next_audit(audrey)
    form = fields((await audrey.get(address)).text)

    agreeing = await audrey.post(f"{address}/findings", data=form)
    assert agreeing.status_code == 422
    assert "agree with the coder’s" in agreeing.text
    typed = await audrey.post(f"{address}/findings", data={**form, "entry": "N18.32"})
    assert typed.status_code == 422
    assert "is typed, but not added" in typed.text
    await change_line(audrey, address, "remove d2 I10")
    refused = await audrey.post(f"{address}/no-findings", data=form)
    assert refused.status_code == 422
    assert "You changed lines" in refused.text
    nothing = await audrey.post(f"{address}/no-findings", data={"fence": "1"})
    assert nothing.status_code == 422


async def test_an_audit_is_given_back_for_a_reason(house: House, sql: Sql, work: Work, web: Web) -> None:
    await draw_chart(sql, house, work)
    audrey = await web("audrey")
    address = await next_audit(audrey)
    page = await audrey.get(f"{address}/release")
    assert (await audrey.post(f"{address}/release", data=fields(page.text))).status_code == 422

    answer = await audrey.post(f"{address}/release", data={**fields(page.text), "reason": "know-the-patient"})

    assert answer.headers["location"] == "/audits"
    assert "back in line" in (await audrey.get("/audits")).text
    assert (await audrey.get(address)).status_code == 404
    nothing = await audrey.post("/audits/next", data={"request_id": str(UUID(int=7))})
    assert nothing.headers["location"] == "/audits"
    assert "What waits you had in hand already" in (await audrey.get("/audits")).text


@pytest.mark.parametrize("name", ["clara", "cody", "mona", "connie", "adam"])
async def test_the_audit_pages_are_for_auditors(house: House, sql: Sql, work: Work, web: Web, name: str) -> None:
    drawn = await draw_chart(sql, house, work)
    somebody = await web(name)

    for path in ("/audits", f"/audits/{drawn.audit_id}", f"/audits/charts/{drawn.chart_id}"):
        assert (await somebody.get(path)).status_code == 403
    for decision in ("choices", "findings", "no-findings", "verified", "returned", "release"):
        assert (await somebody.post(f"/audits/{drawn.audit_id}/{decision}")).status_code == 403


async def test_another_auditors_worksheet_is_not_found(house: House, sql: Sql, work: Work, web: Web) -> None:
    drawn = await draw_chart(sql, house, work)
    await take_audit(house.audrey, drawn.audit_id)
    abel = await web("abel")
    form = {"entry_id": str(drawn.audit_id), "fence": "1", "request_id": str(UUID(int=1)),
            "next_request_id": str(UUID(int=2)), "revision": "1"}  # fmt: skip

    assert (await abel.get(f"/audits/{drawn.audit_id}")).status_code == 404
    for decision in ("choices", "findings", "no-findings", "verified", "returned"):
        answer = await abel.post(f"/audits/{drawn.audit_id}/{decision}", data={**form, "type-x": "units",
            "severity-x": "minor", "direction-x": "over"})  # fmt: skip
        assert answer.status_code == 404


# Quality, for managers ---------------------------------------------------------------------------------------------


@pytest.fixture
async def audited(house: House, sql: Sql, work: Work) -> dict[str, UUID]:
    """Two closed audits at North: one clean, one corrected with a comment."""
    clean = await draw_chart(sql, house, work)
    held = await take_audit(house.audrey, clean.audit_id)
    await report_no_findings(house.audrey, **held.hold, now=NOW)
    found = await draw_chart(sql, house, work)
    await find_something(house.audrey, found.audit_id)
    await correct_chart(house.cody, lines=AUDITOR_LINES)
    await work()
    held = await take_audit(house.audrey, found.audit_id)
    await verify_correction(house.audrey, **held.hold, now=NOW)
    await work()
    return {"clean": clean.audit_id, "corrected": found.audit_id}


@pytest.mark.usefixtures("audited")
async def test_quality_shows_ratios_of_sums_with_their_counts(house: House, web: Web) -> None:
    mona = await web("mona")

    page = await mona.get(f"/quality?{PERIOD}")

    assert page.status_code == 200
    # 3 of 3 and 2 of 4: five of seven, not the mean of 100% and 50%.
    assert "71.4%" in page.text
    assert "5 of 7 codes" in page.text
    assert "too few" in page.text
    assert "1 of 2" in page.text
    assert "Specificity" in page.text
    assert "North Radiology" in page.text
    assert "Cody" in page.text
    other = await mona.get(f"/quality?{PERIOD}&client={house.south.id}")
    assert "71.4%" not in other.text
    assert "Nothing was coded or audited" in other.text
    assert "No findings in this period" in (await mona.get("/quality?from=2026-10-01&to=2026-10-31")).text


@pytest.mark.usefixtures("audited")
async def test_audits_one_by_one_and_as_csv(house: House, sql: Sql, web: Web) -> None:
    mona = await web("mona")

    page = await mona.get(f"/quality/audits?{PERIOD}")
    assert "2 audits" in page.text
    only = await mona.get(f"/quality/audits?{PERIOD}&outcome=clean")
    assert ">1 audit<" in only.text
    answer = await mona.get(f"/quality/audits.csv?{PERIOD}&outcome=corrected")
    assert answer.headers["content-type"].startswith("text/csv")
    [header, row] = answer.text.lstrip("\ufeff").strip().splitlines()
    assert header.split(",")[:4] == ["chart", "client", "coder", "auditor"]
    cells = dict(zip(header.split(","), row.split(","), strict=True))
    assert (cells["matched"], cells["revised"], cells["omitted"], cells["extra"]) == ("2", "1", "1", "0")
    assert (cells["code_over_code_percent"], cells["record_is_correct"]) == ("50.00", "no")
    assert len(await sql("SELECT 1 FROM access_event WHERE action = 'audit:listed'")) == 1
    assert "No audit was closed" in (await mona.get("/quality/audits?from=2026-10-01&to=2026-10-31")).text


async def test_a_manager_reads_an_audit_without_comments(
    house: House, sql: Sql, web: Web, audited: dict[str, UUID]
) -> None:
    mona = await web("mona")

    page = await mona.get(f"/quality/audits/{audited['corrected']}")

    assert page.status_code == 200
    assert "E11.22" in page.text
    assert "50.0%" in page.text
    assert "Pneumonia" not in page.text
    events = await sql("SELECT actor_id FROM access_event WHERE action = 'audit:opened' AND actor_id = $1",
                       house.mona.person_id)  # fmt: skip
    assert len(events) == 1


async def test_a_sealed_comment_never_reaches_a_manager(house: House, sql: Sql, work: Work, web: Web) -> None:
    await draw_chart(sql, house, work)
    audrey = await web("audrey")
    address = await next_audit(audrey)
    await change_line(audrey, address, "remove d2 I10")
    form = fields((await audrey.get(address)).text)
    form["comment-extra-I10-"] = COMMENT
    await audrey.post(f"{address}/findings", data=form)
    assert COMMENT in (await audrey.get(address)).text

    mona = await web("mona")
    page = await mona.get(f"/quality/audits/{address.rpartition('/')[2]}")
    assert page.status_code == 200
    assert "Unsupported" in page.text
    assert "quokka" not in page.text


async def test_a_plan_is_changed_on_the_quality_page(house: House, sql: Sql, web: Web) -> None:
    mona = await web("mona")
    page = await mona.get("/quality")
    [old] = await sql("SELECT encode(commitment, 'hex') AS hex FROM sample_plan WHERE id = $1", house.north.plan_id)
    assert old["hex"] in page.text

    refused = await mona.post(f"/quality/plans/{house.north.id}", data={"percent": "120"})
    assert refused.status_code == 422
    assert "must be a number from 0 to 100" in refused.text
    answer = await mona.post(f"/quality/plans/{house.north.id}", data={"percent": "12.5"})
    assert answer.status_code == 303
    [plan] = await sql("SELECT percent FROM sample_plan WHERE client_id = $1 AND closed_at IS NULL", house.north.id)
    assert plan["percent"] == Decimal("12.50")
    page = await mona.get("/quality")
    assert "12.5%" in page.text
    assert old["hex"] not in page.text


@pytest.mark.parametrize("name", ["clara", "cody", "audrey", "connie", "adam"])
async def test_the_quality_pages_are_for_managers(house: House, web: Web, name: str) -> None:
    somebody = await web(name)

    for path in ("/quality", "/quality/audits", "/quality/audits.csv", f"/quality/audits/{house.north.id}"):
        assert (await somebody.get(path)).status_code == 403
    assert (await somebody.post(f"/quality/plans/{house.north.id}", data={"percent": "1"})).status_code == 403


async def test_a_filter_that_cannot_be_read_is_explained(house: House, web: Web) -> None:
    mona = await web("mona")

    for path in ("/quality", "/quality/audits", "/quality/audits.csv"):
        assert (await mona.get(f"{path}?from=2026-10-01&to=2026-09-01")).status_code == 422
        assert (await mona.get(f"{path}?from=yesterday")).status_code == 422
    assert SERVICE_ON.isoformat() not in (await mona.get("/quality")).text
