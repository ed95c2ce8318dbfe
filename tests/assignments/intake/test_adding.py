"""Documents that come after their chart was made: what they mean by the chart's state, up to a second delivery."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from assignments.drafting.rules import Pin
from assignments.preparing.documents import prepare_document
from assignments.rules import COMES_BACK, LATE_STATES, MOVES, ChartState, Stage
from auditing.quality.rules import AuditState
from portal.ids import new_id
from tests.assignments.sending import File, encounter, send, send_chart, text
from tests.assignments.staging import Staged
from tests.cast import NOW, Browser, House
from tests.conftest import Sql, Web
from tests.factories import code_chart, pull_chart, type_lines

Work = Callable[[], Awaitable[None]]
DOCX = ("visit.rtf", b"{\\rtf1 hello}", "application/octet-stream")


async def add(browser: Browser, chart_id: Any, *files: File, how: str = "beside", **fields: str) -> Any:
    """Post the form that adds documents."""
    return await browser.post(
        f"/charts/{chart_id}/documents", data={"upload_id": str(uuid4()), "how": how, **fields},
        files=[("files", file) for file in files] or [("files", ("", b"", "application/octet-stream"))],
    )  # fmt: skip


async def made(web: Web, sql: Sql, house: House, work: Work, words: str = "The first note.") -> tuple[Browser, UUID]:
    """A chart of one readable document that waits for a coder."""
    clara = await web("clara")
    await send_chart(clara, house.north, text(words))
    await work()
    [chart] = await sql("SELECT id FROM chart")
    return clara, UUID(bytes=chart["id"].bytes)


async def state_of(sql: Sql, chart_id: UUID) -> str:
    [chart] = await sql("SELECT state FROM chart WHERE id = $1", chart_id)
    return str(chart["state"])


def test_every_state_that_comes_back_has_its_move() -> None:
    for state in COMES_BACK | LATE_STATES:
        assert MOVES[(state, ChartState.READY)] == "reopened"


async def code_pinned(sql: Sql, house: House, chart_id: UUID, pin: Pin) -> None:
    """Cora codes the chart, its diagnosis resting on this place of its first page."""
    from assignments.coding.submitting import submit_coding
    from assignments.drafting.editing import save_lines
    from assignments.drafting.rules import pin_line
    from portal.commands.demo.answers import answer_what_asks

    [page] = await sql("SELECT id FROM document_page WHERE chart_id = $1", chart_id)
    pulled = await pull_chart(house.cora)
    await type_lines(house.cora, chart_id, pulled.fence, Stage.CODING, ["J18.9", "71046 A"])
    [draft] = await sql("SELECT revision FROM coding_draft WHERE chart_id = $1", chart_id)
    await save_lines(
        house.cora, chart_id=chart_id, stage=Stage.CODING, fence=pulled.fence, revision=draft["revision"],
        change=lambda lines, _on: pin_line(lines, "d", 1, replace(pin, page_id=UUID(bytes=page["id"].bytes))),
    )  # fmt: skip
    await answer_what_asks(house.cora, chart_id=chart_id, fence=pulled.fence, stage=Stage.CODING, now=NOW)
    await submit_coding(house.cora, chart_id=chart_id, fence=pulled.fence, request_id=new_id(), now=NOW)


async def words_on(browser: Browser, desk: str) -> str:
    """The words of every page that a desk shows."""
    return "".join([(await browser.get(page)).text for page in sorted(set(re.findall(r"/pages/[^/]+/text", desk)))])


async def test_before_the_coding_documents_join_and_the_desk_tells(
    web: Web, sql: Sql, house: House, work: Work
) -> None:
    clara, chart_id = await made(web, sql, house, work)
    cora = await web("cora")
    await pull_chart(house.cora)
    assert "Documents came" not in (await cora.get(f"/desk/charts/{chart_id}")).text

    answer = await add(clara, chart_id, text("An addendum.", "addendum.txt"), DOCX)
    await work()

    receipt = (await clara.get(answer.headers["location"])).text
    assert "1 of 2 files were added to the chart" in receipt
    assert "rich text" in receipt
    desk = (await cora.get(f"/desk/charts/{chart_id}")).text
    words = await words_on(cora, desk)
    assert "An addendum." in words
    assert "The first note." in words
    assert "Documents came while you have this chart" in desk
    assert await state_of(sql, chart_id) == "assigned"
    assert len(await sql("SELECT FROM access_event WHERE action = 'document:uploaded'")) == 2
    assert "Documents added" in (await clara.get(f"/charts/{chart_id}")).text


async def test_a_new_set_supersedes_the_old_one_once_it_can_be_read(
    web: Web, sql: Sql, house: House, work: Work
) -> None:
    clara, chart_id = await made(web, sql, house, work)
    await add(clara, chart_id, ("broken.pdf", b"%PDF-1.4 broken" + b"x" * 200, ""), how="instead")
    await work()
    assert not await sql("SELECT FROM document WHERE superseded_at IS NOT NULL"), "it cannot be read"

    await add(clara, chart_id, text("The whole note.", "whole.txt"), how="instead")
    await work()

    documents = await sql("SELECT state, superseded_at IS NOT NULL AS old FROM document ORDER BY position")
    assert [tuple(row) for row in documents] == [("ready", True), ("refused", True), ("ready", False)]
    [page_id] = await sql(
        "SELECT p.id FROM document_page p JOIN document d ON d.id = p.document_id WHERE d.position = 1"
    )
    await pull_chart(house.cora)
    cora = await web("cora")
    desk = (await cora.get(f"/desk/charts/{chart_id}")).text
    words = await words_on(cora, desk)
    assert "The whole note." in words
    assert "The first note." not in words
    assert (await cora.get(f"/pages/{page_id['id']}/text")).status_code == 404
    assert "superseded on" in (await clara.get(f"/charts/{chart_id}")).text


@pytest.mark.parametrize("percent", [0, 100])
async def test_a_coded_chart_goes_back_to_its_coder_with_its_codes(
    web: Web, sql: Sql, house: House, work: Work, percent: int
) -> None:
    from assignments.pulling import pull

    await sql("UPDATE sample_plan SET percent = $1", percent)
    clara, chart_id = await made(web, sql, house, work)
    await code_chart(house.cora)
    if percent:
        await work()
        audit = await pull(house.abel, stage=Stage.AUDIT, request_id=new_id(), now=NOW)
        assert audit.chart_id == chart_id
    await add(clara, chart_id, text("An addendum.", "addendum.txt"))
    [added] = await sql("SELECT id FROM document WHERE is_added")
    await prepare_document(UUID(bytes=added["id"].bytes))  # before the sample is drawn, if it was not yet
    await work()

    assert await state_of(sql, chart_id) == "ready"
    assert {row["state"] for row in await sql("SELECT state FROM queue_entry WHERE stage = 'audit'")} <= {"withdrawn"}
    assert [tuple(row) for row in await sql("SELECT state, outcome FROM audit")] == (
        [(AuditState.CLOSED.value, "overtaken")] if percent else []
    )
    assert not await sql("SELECT FROM assignment")
    assert not await sql("SELECT FROM workload WHERE open_count <> 0")
    assert not await sql("SELECT FROM score")
    assert (await pull_chart(house.cody)).chart_id is None, "it is kept for its coder"
    pulled = await pull_chart(house.cora)
    assert pulled.chart_id == chart_id
    desk = (await (await web("cora")).get(f"/desk/charts/{chart_id}")).text
    assert "J18.9" in desk
    assert "Documents came after this chart was coded" in desk

    from assignments.coding.submitting import submit_coding
    from portal.commands.demo.answers import answer_what_asks

    await answer_what_asks(house.cora, chart_id=chart_id, fence=pulled.fence, stage=Stage.CODING, now=NOW)
    await submit_coding(house.cora, chart_id=chart_id, fence=pulled.fence, request_id=new_id(), now=NOW)
    await work()
    assert await state_of(sql, chart_id) == ("coded" if percent else "delivered")
    assert [row["version"] for row in await sql("SELECT version FROM coding ORDER BY version")] == [1, 2]
    assert len(await sql("SELECT FROM queue_entry WHERE stage = 'audit' AND state = 'waiting'")) == (percent == 100)
    assert len(await sql("SELECT FROM audit WHERE state = 'in_line'")) == (percent == 100)


async def test_after_the_delivery_a_manager_decides_and_version_two_goes_out_with_a_notice(
    web: Web, sql: Sql, house: House, work: Work
) -> None:
    from assignments.coding.submitting import submit_coding
    from portal.commands.demo.answers import answer_what_asks

    await sql("UPDATE sample_plan SET percent = 0")
    clara, chart_id = await made(web, sql, house, work, "Cough. Pneumonia, organism not found.")
    await code_pinned(sql, house, chart_id, Pin(UUID(int=0), 7, 16))
    await work()
    assert await state_of(sql, chart_id) == "delivered"
    assert "posted late" in (await clara.get(f"/charts/{chart_id}/documents")).text

    await add(clara, chart_id, text("Pathology: Klebsiella pneumonia. Wrist unharmed.", "late.txt"))
    await work()

    assert await state_of(sql, chart_id) == "delivered"
    assert "came after the delivery" in (await clara.get(f"/charts/{chart_id}")).text
    mona = await web("mona")
    assert "Late documents." in (await mona.get("/floor")).text
    worklist = (await mona.get("/late-documents")).text
    assert "J18.9 71046" in worklist
    assert "text/plain, 1 page" in worklist
    assert "2 of 2 sentences new, 0 changed" in worklist
    assert '<span class="mono">J18.9</span> spoken of again' in worklist
    assert "Klebsiella" not in worklist, "managers read no word of a page"
    [late] = await sql("SELECT id FROM late_document")
    assert (await (await web("cora")).get("/late-documents")).status_code == 403
    place = f"/late-documents/{late['id']}/decision"
    for _ in range(2):
        assert (await mona.post(place, data={"decision": "recode"})).status_code == 303
    assert (await mona.post(place, data={"decision": "no change"})).status_code == 409
    assert await state_of(sql, chart_id) == "ready"
    assert "J18.9" in (await clara.get(f"/charts/{chart_id}")).text, "version 1 stands until version 2"

    pulled = await pull_chart(house.cora)
    cora = await web("cora")
    assert f'href="/desk/charts/{chart_id}/new-documents"' in (await cora.get(f"/desk/charts/{chart_id}")).text
    impact = (await cora.get(f"/desk/charts/{chart_id}/new-documents")).text
    assert "2 sentences: <strong>2 new</strong>" in impact
    assert '<span class="diff-tag">spoken of again</span> Pathology: Klebsiella pneumonia' in impact
    assert 'at=0-31"' in impact, "it leads to the place"
    assert len(await sql("SELECT FROM access_event WHERE action = 'documents:compared'")) == 1
    await type_lines(house.cora, chart_id, pulled.fence, Stage.CODING, ["J15.9", "71046 A"])
    await answer_what_asks(house.cora, chart_id=chart_id, fence=pulled.fence, stage=Stage.CODING, now=NOW)
    await submit_coding(house.cora, chart_id=chart_id, fence=pulled.fence, request_id=new_id(), now=NOW)
    await work()

    assert await state_of(sql, chart_id) == "delivered"
    assert [row["version"] for row in await sql("SELECT version FROM delivered_version ORDER BY version")] == [1, 2]
    page = (await clara.get(f"/charts/{chart_id}")).text
    assert "What changed since version 1:" in page
    assert "J18.9 (ICD-10-CM) is no longer there." in page
    assert "J15.9 (ICD-10-CM) is new." in page
    assert "billing correction due" in (await mona.get("/late-documents")).text
    assert len(await sql("SELECT FROM rated_event")) <= 1, "nothing is billed twice"
    assert len(await sql("SELECT FROM access_event WHERE action = 'late-document:decided'")) == 1


async def test_no_change_leaves_the_chart_as_it_is(web: Web, sql: Sql, house: House, work: Work) -> None:
    await sql("UPDATE sample_plan SET percent = 0")
    clara, chart_id = await made(web, sql, house, work)
    await code_chart(house.cora)
    await work()
    await add(clara, chart_id, text("A late note.", "late.txt"))
    await work()
    [late] = await sql("SELECT id FROM late_document")
    mona = await web("mona")
    await mona.post(f"/late-documents/{late['id']}/decision", data={"decision": "no change"})
    await work()
    assert await state_of(sql, chart_id) == "delivered"
    assert "Late documents." not in (await mona.get("/floor")).text
    assert (await mona.post(f"/late-documents/{late['id']}/decision", data={"decision": "x"})).status_code == 422


async def test_the_same_form_twice_adds_once_and_a_staged_file_counts(
    web: Web, sql: Sql, house: House, work: Work
) -> None:
    clara, chart_id = await made(web, sql, house, work)
    upload = Staged(clara)
    await upload.put(text("An addendum.", "addendum.txt"))
    for _ in range(2):
        answer = await add(clara, chart_id, upload_id=upload.id)
        assert answer.headers["location"] == f"/uploads/{upload.id}"
    assert len(await sql("SELECT FROM document")) == 2


async def test_what_cannot_be_added_is_refused(web: Web, sql: Sql, house: House, work: Work) -> None:
    clara, chart_id = await made(web, sql, house, work)
    assert "Choose at least one file" in (await add(clara, chart_id)).text
    assert (await add(clara, chart_id, text(), how="otherwise")).status_code == 422
    assert (await add(await web("stranger"), chart_id, text())).status_code == 404
    assert (await add(await web("mona"), chart_id, text())).status_code == 403
    refused = await send(clara, encounter(house.north), text())
    assert f'href="/charts/{chart_id}/documents' in refused.text, "the refusal leads there"
    await sql("UPDATE chart SET state = 'cancelled'")
    assert (await add(clara, chart_id, text())).status_code == 409
    assert len(await sql("SELECT FROM document")) == 1
