"""Pends through the web: from the coder's desk to the client's inbox and back, the leads' thread, not codable."""

import re
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

from tests.assignments.intake.test_adding import add, made, words_on
from tests.assignments.pends.asking import LEFT, MISSING, UNSIGNED, make_pend
from tests.assignments.sending import text
from tests.cast import House
from tests.conftest import Sql, Web
from tests.factories import make_chart, pull_chart

Work = Callable[[], Awaitable[None]]


def fields(fence: int, **more: str) -> dict[str, Any]:
    """What each tool's form carries."""
    return {"fence": str(fence), "next_request_id": str(uuid4()), **more}


async def test_a_client_answers_with_documents_and_the_coder_reads_them(
    web: Web, sql: Sql, house: House, work: Work
) -> None:
    clara, chart_id = await made(web, sql, house, work)
    cora = await web("cora")
    fence = (await pull_chart(house.cora)).fence
    place = f"/desk/charts/{chart_id}"
    assert f'hx-get="{place}/pend"' in (await cora.get(place)).text
    part = (await cora.get(f"{place}/pend", headers={"hx-request": "true"})).text
    assert part.startswith('<div class="drawer-head">')
    assert "Documents missing" in part
    wrong = await cora.post(f"{place}/pend", data=fields(fence, reason_3=str(UNSIGNED), note_3="Whose is it?"))
    assert wrong.status_code == 422
    assert "Whose is it?" in wrong.text
    assert "needs the provider" in wrong.text
    sent = await cora.post(
        f"{place}/pend", data=fields(fence, reason_1=str(MISSING), note_1="Where is the operative note?")
    )
    assert sent.headers["location"].startswith("/desk?why=empty")
    assert "Set aside by you" in (await cora.get("/desk")).text

    assert "1 chart waits for your answer" in (await clara.get("/charts")).text
    inbox = (await clara.get("/pends")).text
    [pend] = set(re.findall(r'href="(/pends/[0-9a-f-]+)"', inbox))
    assert "Documents missing" in inbox
    assert "NOR-" in (await clara.get("/pends.csv?reason=Documents+missing")).text
    assert "NOR-" not in (await clara.get("/pends?reason=Note+not+signed")).text
    assert "Where is the operative note?" in (await clara.get(pend)).text
    assert (await (await web("stranger")).get(pend)).status_code == 404
    assert (await (await web("mona")).get(pend)).status_code == 403
    assert "These documents answer" in (await clara.get(f"/charts/{chart_id}/documents")).text

    broken = ("broken.pdf", b"%PDF-1.4 broken" + b"x" * 200, "application/pdf")
    await add(clara, chart_id, broken, answers="1")
    await work()
    assert "None of the documents that came can be read" in (await clara.get(pend)).text
    assert (await sql("SELECT state FROM chart"))[0]["state"] == "pended"
    await add(clara, chart_id, text("The operative note.", "op.txt"), answers="1", words="Here it is.")
    assert (await pull_chart(house.cora)).chart_id is None, "not before it is checked"
    await work()

    assert (await pull_chart(house.cora)).chart_id == chart_id
    desk = (await cora.get(place)).text
    assert "Here it is." in desk
    assert "The operative note." in await words_on(cora, desk)
    assert "Answered" in (await clara.get("/pends?show=over")).text
    assert "Here it is." in (await clara.get(f"/charts/{chart_id}")).text
    late = await clara.post(f"{pend}/answer", data={"text": "And one thing more."})
    assert late.status_code == 409
    assert "answered, or closed" in late.text


async def test_a_lead_answers_while_the_coder_goes_on_and_the_answer_becomes_a_guideline(
    web: Web, sql: Sql, house: House, work: Work
) -> None:
    chart = await make_chart(sql, house)
    fence = (await pull_chart(house.cora)).fence
    cora, mona, place = await web("cora"), await web("mona"), f"/desk/charts/{chart.id}/lead"
    asked = await cora.post(place, data=fields(fence, text="Do we code the screening?"), headers={"hx-request": "true"})
    assert "Do we code the screening?" in asked.text
    assert (await cora.post(place, data=fields(fence, text=""))).status_code == 422
    assert (await sql("SELECT state FROM chart"))[0]["state"] == "assigned"
    assert chart.number in (await mona.get("/questions")).text
    question = f"/questions/{chart.id}"
    assert "Do we code the screening?" in (await mona.get(question)).text
    assert "Do we code" not in (await (await web("clara")).get(f"/charts/{chart.id}")).text
    assert (await (await web("clara")).get(question)).status_code == 403
    assert (await mona.post(f"{question}/answer", data={"text": ""})).status_code == 422
    await mona.post(f"{question}/answer", data={"text": "Yes, as the first diagnosis."})
    assert "A lead has answered" in (await cora.get(f"/desk/charts/{chart.id}")).text
    assert "Yes, as the first diagnosis.</textarea>" in (await mona.get(question)).text

    rule = {"body": "Screening is coded first.", "version": "0"}
    await mona.post(f"{question}/guideline", data=rule)
    stale = await mona.post(f"{question}/guideline", data=rule | {"body": "Another one."})
    assert stale.status_code == 409
    assert "Another one." in stale.text
    assert [r["version"] for r in await sql("SELECT version FROM guideline")] == [1]
    assert "Screening is coded first." in (await cora.get(f"/desk/charts/{chart.id}")).text

    await cora.post(place, data=fields(fence, text="And now?", then="aside"))
    assert (await sql("SELECT state FROM chart"))[0]["state"] == "pended"
    assert "set aside" in (await mona.get("/questions")).text
    assert "No questions" not in (await mona.get("/questions")).text
    assert "waits for your answer" not in (await (await web("clara")).get("/charts")).text
    await mona.post(f"{question}/answer", data={"text": "Now submit it."})
    await work()
    assert (await pull_chart(house.cora)).chart_id == chart.id


async def test_not_codable_is_a_result_that_the_client_reads(web: Web, sql: Sql, house: House, work: Work) -> None:
    chart = await make_chart(sql, house)
    fence = (await pull_chart(house.cora)).fence
    cora, place = await web("cora"), f"/desk/charts/{chart.id}/not-codable"
    assert "Left without being seen" in (await cora.get(place)).text
    assert (await cora.post(place, data=fields(fence))).status_code == 422
    done = await cora.post(place, data=fields(fence, reason=str(LEFT), note="Left at three."))
    assert done.headers["location"].startswith("/desk?why=empty")
    clara = await web("clara")
    page = (await clara.get(f"/charts/{chart.id}")).text
    assert "Not codable: Left without being seen." in page
    assert "Left at three." in page
    assert 'show=not-billable">1</a>' in (await clara.get("/batches")).text

    await add(clara, chart.id, text("The note, found after all.", "note.txt"))
    await work()
    assert (await pull_chart(house.cora)).chart_id == chart.id


async def test_foreign_pends_look_like_none(web: Web, sql: Sql, house: House) -> None:
    pended = await make_pend(sql, house)
    stranger = await web("stranger")
    foreign = await stranger.post(f"/pends/{pended.pend_id}/answer", data={"text": "Mine."})
    missing = await stranger.post(f"/pends/{uuid4()}/answer", data={"text": "Mine."})
    assert (foreign.status_code, missing.status_code) == (404, 404)
