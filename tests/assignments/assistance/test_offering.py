"""Codes proposed from a client's own final charts: learned by the worker, shown on the desk, answered, sealed."""

import html
import re
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest

from assignments.assistance.keeping import learn_nightly
from assignments.assistance.offering import is_held_back, quote
from assignments.drafting.editing import open_draft, save_lines
from assignments.drafting.rules import DiagnosisLine, Lines, Pin, ProcedureLine
from assignments.rules import Stage
from portal.ids import new_id
from storage.client_keys import forget_keys
from tests.cast import NOW, Browser, House
from tests.conftest import Sql, Web
from tests.factories import MadeChart, make_chart, pull_chart

Work = Callable[[], Awaitable[None]]


def note(number: int) -> str:
    """A chest film that shows pneumonia or does not."""
    return f"Film {number} of the chest.\n\nIMPRESSION: Lobar pneumonia on the left.\nNo sign of heart failure.\n"


async def code_with_pins(house: House, sql: Sql, chart: MadeChart, phrase: str, code: str) -> None:
    """The chart, coded with a place for its code, final."""
    from assignments.coding.submitting import submit_coding

    pulled = await pull_chart(house.cody)
    assert pulled.chart_id == chart.id
    text = note(0)
    start = text.index(phrase)
    pin = Pin(chart.page_ids[0], start, start + len(phrase))
    lines = Lines((DiagnosisLine(code, evidence=(pin,)),), (ProcedureLine("CPT", "71046", pointers=(1,)),))
    draft = await open_draft(house.cody, chart_id=chart.id, stage=Stage.CODING)
    await save_lines(
        house.cody, chart_id=chart.id, stage=Stage.CODING, fence=pulled.fence, revision=draft.revision,
        change=lambda _lines, _on: lines,
    )  # fmt: skip
    await submit_coding(house.cody, chart_id=chart.id, fence=pulled.fence, request_id=new_id(), now=NOW)
    await sql("UPDATE chart SET state = 'final' WHERE id = $1", chart.id)


async def make_history(house: House, sql: Sql, charts: int = 6) -> None:
    """Final charts in which the same words were pinned to the same code."""
    for _ in range(charts):
        chart = await make_chart(sql, house, text=note(0))
        await code_with_pins(house, sql, chart, "Lobar pneumonia", "J18.1")
    await sql("INSERT INTO lexicon (id, client_id, specialty) VALUES ($1, $2, 'radiology')", new_id(), house.north.id)
    await learn_nightly()


async def make_open_chart(house: House, sql: Sql, *, held_back: bool = False) -> MadeChart:
    """A chart in line that has the words, and that is or is not one of the one in ten coded without proposals."""
    from assignments.assistance.offering import propose_codes

    while True:
        chart = await make_chart(sql, house, text=note(1))
        if is_held_back(chart.id) == held_back:
            break
        await sql("UPDATE queue_entry SET state = 'withdrawn' WHERE chart_id = $1", chart.id)
    await propose_codes(chart.id)
    await propose_codes(chart.id)  # calm when repeated
    return chart


async def open_desk(cody: Browser, chart: MadeChart) -> str:
    answer = await cody.get(f"/desk/charts/{chart.id}")
    assert answer.status_code == 200, answer.text
    return html.unescape(answer.text)


async def do(cody: Browser, chart: MadeChart, page: str, op: str) -> str:
    names = "fence|revision|request_id|next_request_id"
    state = dict(re.findall(rf'name="({names})" form="lines-form" value="([^"]*)"', page))
    await cody.post(f"/desk/charts/{chart.id}/lines", data={**state, "op": op})
    return await open_desk(cody, chart)


def ops(page: str, verb: str) -> list[str]:
    return re.findall(rf'value="({verb} [0-9a-f-]{{36}})"', page)


async def test_a_phrase_of_final_charts_is_proposed_taken_with_its_place_and_taken_back(
    house: House, sql: Sql, web: Web
) -> None:
    await make_history(house, sql)
    [lexicon] = await sql("SELECT * FROM lexicon")
    assert lexicon["charts"] == 6
    assert b"pneumon" not in lexicon["knowledge_sealed"]
    assert not await learn_nightly(), "nothing is new"
    await sql("UPDATE lexicon SET charts = 5")  # as if one of them, coded before, had become final since
    assert await learn_nightly() == 1
    assert not await learn_nightly()

    chart = await make_open_chart(house, sql)
    await pull_chart(house.cody)
    cody = await web("cody")
    page = await open_desk(cody, chart)
    assert "Your team coded this in 6 of 6 charts with this phrase." in page
    assert "<mark>Lobar pneumonia</mark>" in page
    [accept], [_] = ops(page, "accept"), ops(page, "dismiss")
    assert "J18.1" not in re.findall(r'<td class="code">([^<]+)</td>', page), "nothing is filled in by itself"

    page = await do(cody, chart, page, accept)
    assert re.findall(r'<td class="code">([^<]+)</td>', page) == ["J18.1"]
    assert not ops(page, "accept")
    draft = await open_draft(house.cody, chart_id=chart.id, stage=Stage.CODING)
    start = note(1).index("Lobar")
    assert draft.lines.diagnoses[0].evidence == (Pin(chart.page_ids[0], start, start + len("Lobar pneumonia")),)
    [row] = await sql("SELECT decision, decided_by, shown_at FROM proposal WHERE chart_id = $1", chart.id)
    assert (row["decision"], UUID(str(row["decided_by"]))) == ("accepted", house.cody.person_id)

    page = await do(cody, chart, page, "undo")
    assert ops(page, "accept") == [accept], "what was taken back is proposed again"
    page = await do(cody, chart, page, ops(page, "dismiss")[0])
    assert not ops(page, "accept")
    assert [row["decision"] for row in await sql("SELECT decision FROM proposal")] == ["dismissed"]


async def test_proposals_are_made_when_a_chart_is_opened_and_again_when_more_is_known_until_one_is_answered(
    house: House, sql: Sql, web: Web, work: Work
) -> None:
    while is_held_back((chart := await make_chart(sql, house, text=note(1))).id):
        await sql("UPDATE queue_entry SET state = 'withdrawn' WHERE chart_id = $1", chart.id)
    await sql("UPDATE queue_entry SET state = 'withdrawn' WHERE chart_id = $1", chart.id)
    await make_history(house, sql)
    await sql("DELETE FROM pgqueuer")
    await sql("UPDATE queue_entry SET state = 'waiting' WHERE chart_id = $1", chart.id)
    assert (await pull_chart(house.cody)).chart_id == chart.id
    cody = await web("cody")

    async def ask(asked: int = 1) -> str:
        answer = await cody.get(f"/desk/charts/{chart.id}/proposals?asked={asked}", headers={"HX-Request": "true"})
        assert answer.status_code == 200
        return html.unescape(answer.text)

    page = await open_desk(cody, chart)
    assert f'hx-get="/desk/charts/{chart.id}/proposals?asked=1"' in page
    assert f'hx-get="/desk/charts/{chart.id}/proposals?asked=2"' in await ask()
    assert "hx-get" not in await ask(12), "whoever waits in vain is not asked for ever"
    await work()
    found = await ask()
    assert ops(found, "accept")
    assert "1 code is proposed." in found
    assert ops(await open_desk(cody, chart), "accept") == ops(found, "accept")

    await sql(
        "INSERT INTO proposal SELECT gen_random_uuid(), client_id, chart_id, lexicon_id, 1, documents, 'I50.9', 0.6,"
        " page_id, 0, 4, 1, 1, false, made_at FROM proposal WHERE chart_id = $1",
        chart.id,
    )
    await sql("UPDATE lexicon SET version = 2")
    assert "proposals?asked=1" in await open_desk(cody, chart)
    await work()
    assert ops(await ask(), "accept") == ops(found, "accept"), "what is not proposed any more is withdrawn"
    states = await sql("SELECT code, model_version, withdrawn_at IS NULL AS stays FROM proposal ORDER BY code")
    assert [tuple(row) for row in states] == [("I50.9", 1, False), ("J18.1", 2, True)]

    await do(cody, chart, await open_desk(cody, chart), ops(found, "dismiss")[0])
    await sql("UPDATE lexicon SET version = 3")
    page = await open_desk(cody, chart)
    assert "proposals?asked" not in page
    assert not ops(page, "accept"), "what is answered is not asked again"
    cora = await web("cora")
    assert (await cora.get(f"/desk/charts/{chart.id}/proposals")).status_code == 404


async def test_one_chart_in_ten_is_coded_without_and_no_other_client_learns(house: House, sql: Sql, web: Web) -> None:
    await make_history(house, sql)
    chart = await make_open_chart(house, sql, held_back=True)
    await pull_chart(house.cody)
    page = await open_desk(await web("cody"), chart)
    assert "offers-title" not in page
    [row] = await sql("SELECT is_held_back, shown_at FROM proposal WHERE chart_id = $1", chart.id)
    assert row["is_held_back"]
    assert row["shown_at"] is None

    from assignments.assistance.offering import propose_codes

    south = await make_chart(sql, house, client=house.south, text=note(1))
    await propose_codes(south.id)
    assert not await sql("SELECT 1 FROM proposal WHERE chart_id = $1", south.id)


async def test_what_was_learned_goes_with_the_clients_key(house: House, sql: Sql) -> None:
    await make_history(house, sql)
    await sql("UPDATE client_key SET state = 'destroyed', wrapped = NULL WHERE client_id = $1", house.north.id)
    forget_keys()
    chart = await make_chart(sql, house, client=house.south, text=note(1))
    from assignments.assistance.keeping import find_knowledge
    from portal.actor import WORKER
    from portal.database import acting_as

    assert chart
    async with acting_as(WORKER):
        with pytest.raises(Exception, match=r"destroyed|gone|key"):
            await find_knowledge(house.north.id, "radiology")


async def test_the_worksheet_says_which_codes_were_proposed_and_the_report_when_it_knows_too_little(
    house: House, sql: Sql, web: Web
) -> None:
    from assignments.assistance.offering import find_shown_codes
    from auditing.quality.assistance_report import report_assistance
    from portal.actor import WORKER
    from portal.database import acting_as

    await make_history(house, sql)
    chart = await make_open_chart(house, sql)
    async with acting_as(WORKER):
        assert await find_shown_codes(chart.id) == frozenset()
    await pull_chart(house.cody)
    cody = await web("cody")
    page = await open_desk(cody, chart)
    await do(cody, chart, page, ops(page, "accept")[0])
    async with acting_as(WORKER):
        assert await find_shown_codes(chart.id) == {"J18.1"}

    await sql(
        "UPDATE chart SET state = 'final', coder_of_record = $2, coded_at = $3 WHERE id = $1",
        chart.id, house.cody.person_id, NOW,
    )  # fmt: skip
    told = await report_assistance(house.mona)
    assert told["all"]["charts"] == 1
    assert told["all"]["precision"] == {"count": 1, "value": None, "low": None, "high": None}
    assert told["effect"]["minutes"]["difference"]["value"] is None


def test_a_quote_is_in_whole_words_and_reads_as_the_text() -> None:
    text = (
        "Radiation 41 seconds, blood 15 mL. Dressing 34 minutes.\n"
        "Essential  hypertension, on a single drug since spring of last year."
    )
    start = text.index("Essential")
    before, words, after = quote(text, start, start + len("Essential  hypertension"))
    assert (before, words, after) == (
        "blood 15 mL. Dressing 34 minutes. ", "Essential hypertension", ", on a single drug since spring of last",
    )  # fmt: skip
    assert quote("Asthma.", 0, 6) == ("", "Asthma", ".")
