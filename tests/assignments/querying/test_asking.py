"""A query from the desk to its provider and back: who sees it, what counts as its answer, what time does to it."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta

import httpx
import pytest

from assignments.pends.answering import withdraw_pend
from assignments.pulling import Outcome, pull
from assignments.querying.ageing import age_queries
from assignments.querying.answering import Reply, answer_query
from assignments.querying.closing import cancel_query, close_query
from assignments.querying.drafts import Draft, quote_words, save_draft
from assignments.querying.linking import Policy, link_provider, set_policy
from assignments.querying.queries import find_inbox, open_query
from assignments.querying.reports import Wanted, find_figures, list_queries
from assignments.querying.rules import Ageing, Content, Means, Purpose, Shape, State, arrange
from assignments.querying.sending import NotCompliant, Sent, send_query
from assignments.querying.templates import write_template
from assignments.rules import Stage
from portal.errors import Conflict, Invalid, NotFound, PortalError
from portal.ids import new_id
from tests.cast import NOW, PASSWORD, House
from tests.conftest import Sql, Web
from tests.factories import MadeChart, make_chart, pull_chart, type_lines

Work = Callable[[], Awaitable[None]]
PROVIDER = "Dr. A. Provider"
OPTIONS = ("Atelectasis", "Pneumonia")
TITLE = "Finding on the chest image"
BUILDER = {
    "title": TITLE, "question": "Which of these does the opacity on the chest image stand for?",
    "purpose": "specificity", "shape": "choice", "provider": PROVIDER, "offered": "\n".join(OPTIONS),
    "standing-other": "1", "standing-undetermined": "1", "affects": "1",
}  # fmt: skip
HOUR = timedelta(hours=1)


def found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    assert match, pattern
    return match[1]


def hidden(answer: httpx.Response, name: str) -> str:
    return found(rf'name="{name}"[^>]* value="([^"]+)"', answer.text)


async def ask(house: House, sql: Sql, chart: MadeChart | None = None, *, provider: str = PROVIDER) -> Sent:
    """A query about a chart that cora pulled, sent at NOW."""
    chart = chart or await make_chart(sql, house, provider=PROVIDER)
    pulled = await pull_chart(house.cora)
    assert pulled.chart_id == chart.id
    await type_lines(house.cora, chart.id, pulled.fence, Stage.CODING, ["R05.9", "71046 A"])
    quoted = await quote_words(house.cora, chart_id=chart.id, place=1, words="Cough  and fever")
    content = Content(
        Purpose.SPECIFICITY, Shape.CHOICE, TITLE, BUILDER["question"],
        arrange(Shape.CHOICE, OPTIONS, frozenset({Means.OTHER, Means.UNDETERMINED})), (quoted,),
    )  # fmt: skip
    await save_draft(house.cora, chart_id=chart.id, draft=Draft(content, provider))
    return await send_query(house.cora, chart_id=chart.id, fence=pulled.fence, now=NOW)


async def link(house: House, name: str = "clara", provider: str = PROVIDER, counts: str = "as it is") -> None:
    person_id = house.people[name].person_id
    assert person_id is not None
    await link_provider(house.mona, client_id=house.north.id, provider=provider, answerer_id=person_id, now=NOW)
    await set_policy(house.mona, client_id=house.north.id, policy=Policy(Ageing(), counts), now=NOW)


async def test_from_the_desk_to_the_provider_and_back(house: House, sql: Sql, web: Web, work: Work) -> None:
    chart, after = await make_chart(sql, house), await make_chart(sql, house, promise_hours=40)
    await link(house, provider=PROVIDER.upper())
    cora, clara, carl, stranger = [await web(name) for name in ("cora", "clara", "carl", "stranger")]
    pulled = await pull_chart(house.cora)
    await type_lines(house.cora, chart.id, pulled.fence, Stage.CODING, ["R05.9", "71046 A"])
    place = f"/desk/charts/{chart.id}/query"

    # The builder: a template, words quoted from the page, what is wrong beside it, and the draft kept.
    shown = await cora.get(place)
    taken = await cora.post(place, data={**BUILDER, "op": "template", "template": "laterality"})
    assert "Which side does {condition, as written} refer to" in taken.text
    assert "Q17" in taken.text
    wrong = await cora.post(place, data={**BUILDER, "op": "quote", "page": "1", "words": "nothing of the kind"})
    assert wrong.status_code == 422
    assert "does not have these words" in wrong.text
    quoted = await cora.post(place, data={**BUILDER, "op": "quote", "page": "1", "words": "cough and  fever"})
    assert "<q>Cough and fever</q>" in quoted.text
    leading = {**BUILDER, "title": "Sepsis", "question": "Would you agree that the DRG needs pneumonia?"}
    check = await cora.post(place, data={**leading, "op": "check"}, headers={"hx-request": "true"})
    assert {number for number in ("Q08", "Q09", "Q10", "Q12") if number in check.text} == {"Q08", "Q09", "Q10", "Q12"}
    fields = {"op": "send", "fence": hidden(shown, "fence"), "next_request_id": str(new_id())}
    refused = await cora.post(place, data={**leading, **fields})
    assert refused.status_code == 422
    assert "Not sent. Q08" in refused.text
    assert "Would you agree" in (await cora.get(place)).text
    sent = await cora.post(place, data={**BUILDER, **fields})
    assert sent.headers["location"] == f"/desk/charts/{after.id}"
    assert (await sql("SELECT state FROM chart WHERE id = $1", chart.id))[0]["state"] == "pended"
    assert (await cora.get(place)).status_code == 404

    # Its provider alone sees it, without what is ours.
    inbox = await clara.get("/provider-queries")
    query = found(r'href="(/provider-queries/[0-9a-f-]{36})"', inbox.text)
    page = await clara.get(query)
    assert TITLE in page.text
    assert "Cough and fever" in page.text
    assert not [word for word in ("ffects the", "Q01", "R05.9", "71046") if word in page.text]
    assert chart.number not in (await carl.get("/pends")).text, "staff who may not answer are not asked"
    assert chart.number in (await carl.get("/pends?show=provider")).text
    assert "You answer for no provider" in (await carl.get("/provider-queries")).text
    assert [(await other.get(query)).status_code for other in (carl, stranger)] == [404, 404]
    assert (await carl.post(f"{query}/answer", data={"option": "2"})).status_code == 404
    empty = await clara.post(f"{query}/answer", data={"option": "3", "words": " "})
    assert empty.status_code == 422
    assert "write what it is" in empty.text
    answered = await clara.post(f"{query}/answer", data={"option": "2", "words": "Left lower lobe."})
    assert answered.headers["location"] == "/provider-queries"
    late = await clara.post(f"{query}/answer", data={"option": "1", "words": "Or the right one, after all."})
    assert late.status_code == 409
    assert "Or the right one, after all.</textarea>" in late.text, "what comes too late is not lost"
    assert "Left lower lobe." in (await clara.get(query)).text

    # The chart is back with its coder first, who sees the answer and closes the query.
    await work()
    assert (await pull_chart(house.cody)).outcome is not Outcome.PULLED
    [state] = await sql("SELECT state FROM chart WHERE id = $1", chart.id)
    assert state["state"] == "ready"
    release = await cora.get(f"/desk/charts/{after.id}/release")
    await cora.post(f"/desk/charts/{after.id}/release", data={"fence": hidden(release, "fence"), "reason": "stopping"})
    again = await pull_chart(house.cora)
    assert again.chart_id == chart.id
    desk = await cora.get(f"/desk/charts/{chart.id}")
    assert "The provider answered" in desk.text
    mine = found(r'href="(/my-queries/[0-9a-f-]{36})"', desk.text)
    told = await cora.get(mine, headers={"hx-request": "true"})
    assert "<strong>Pneumonia</strong>" in told.text
    assert "Left lower lobe." in told.text
    await type_lines(house.cora, chart.id, again.fence, Stage.CODING, ["J18.9", "71046 A"])
    desk = await cora.get(f"/desk/charts/{chart.id}")
    form = {name: hidden(desk, name) for name in ("fence", "revision", "request_id", "next_request_id")}
    asks = await cora.post(f"/desk/charts/{chart.id}/submit", data=form)
    assert asks.status_code == 422
    assert "Answered and not closed: " in asks.text
    assert hidden(asks, "left_open") in asks.text.partition("Answered and not closed: ")[2]
    closed = await cora.post(f"{mine}/close", data={"outcome": "agreed", "desk": "1"})
    assert closed.headers["location"] == f"/desk/charts/{chart.id}"
    desk = await cora.get(f"/desk/charts/{chart.id}")
    await cora.post(
        f"/desk/charts/{chart.id}/submit",
        data={name: hidden(desk, name) for name in ("fence", "revision", "request_id", "next_request_id")},
    )
    done = (await cora.get(mine)).text
    assert [word for word in ("<del>R05.9</del>", "<ins>J18.9</ins>") if word not in done] == []

    # Its auditor reads the query beside the lines, and closes nothing.
    await work()
    audrey = await web("audrey")
    await pull(house.audrey, stage=Stage.AUDIT, request_id=new_id(), now=NOW)
    [audit] = await sql("SELECT id FROM audit")
    assert f'href="{mine}"' in (await audrey.get(f"/audits/{audit['id']}")).text
    read = await audrey.get(mine, headers={"hx-request": "true"})
    assert "Left lower lobe." in read.text
    assert "<form" not in read.text
    assert (await (await web("outsider")).get(mine)).status_code == 404
    actions = {
        r["action"] for r in await sql("SELECT action FROM access_event WHERE patient_id = $1", chart.patient_id)
    }
    assert {"query:drafted", "query:sent", "query:listed", "query:opened", "query:answered", "query:closed"} <= actions
    kinds = [r["kind"] for r in await sql("SELECT kind FROM query_event ORDER BY happened_at")]
    assert kinds == ["sent", "answered", "closed"]
    sealed = str(await sql("SELECT * FROM provider_query")) + str(await sql("SELECT * FROM query_answer"))
    assert not [words for words in (TITLE, "Cough and fever", "Left lower lobe") if words in sealed]


async def test_only_a_signature_counts_where_that_was_agreed(house: House, sql: Sql, web: Web) -> None:
    await link(house, counts="signed")
    sent = await ask(house, sql)
    clara = await web("clara")
    place = f"/provider-queries/{sent.query_id}"
    wrong = (
        ({"option": "2"}, "Only a signed and dated addendum"),
        ({"option": "2", "signed_as": "Clara", "password": "not this one"}, "The password is not right"),
        ({"option": "2", "signed_as": "Carl", "password": PASSWORD}, "Sign with your name"),
        ({"option": "2", "document": str(new_id())}, "was not sent for this chart"),
    )
    for fields, words in wrong:
        refused = await clara.post(f"{place}/answer", data=fields)
        assert (refused.status_code, words in refused.text) == (422, True), words
    signed = await clara.post(f"{place}/answer", data={"option": "2", "signed_as": "clara", "password": PASSWORD})
    assert signed.status_code == 303
    assert "Addendum signed by clara" in (await clara.get(place)).text


async def test_an_addendum_that_was_sent_as_a_document_counts_as_signed(house: House, sql: Sql) -> None:
    await link(house, counts="signed")
    sent = await ask(house, sql)
    [document] = await sql("SELECT id FROM document LIMIT 1")
    reply = Reply(words="See the addendum.", document_id=document["id"])
    with pytest.raises(Invalid):  # it was there before the question
        await answer_query(house.clara, query_id=sent.query_id, reply=reply, now=NOW + HOUR)
    await sql("UPDATE document SET received_at = $1", NOW + HOUR)
    await answer_query(house.clara, query_id=sent.query_id, reply=reply, now=NOW + 2 * HOUR)
    assert (await open_query(house.clara, query_id=sent.query_id)).query.state is State.ANSWERED


async def test_a_query_that_leads_is_not_sent_and_a_second_click_sends_nothing_twice(house: House, sql: Sql) -> None:
    chart = await make_chart(sql, house)
    sent = await ask(house, sql, chart)
    [pend] = await sql("SELECT fence FROM pend")
    assert await send_query(house.cora, chart_id=chart.id, fence=pend["fence"], now=NOW) == sent
    assert len(await sql("SELECT 1 FROM provider_query")) == 1
    other = await make_chart(sql, house)
    pulled = await pull_chart(house.cora)
    content = Content(Purpose.SPECIFICITY, Shape.OPEN, "Cough", "Please document the cause of the cough.")
    await save_draft(house.cora, chart_id=other.id, draft=Draft(content, PROVIDER))
    with pytest.raises(NotCompliant) as refusal:
        await send_query(house.cora, chart_id=other.id, fence=pulled.fence, now=NOW)
    assert {remark.number for remark in refusal.value.obstacles} == {"Q01", "Q08"}
    for stranger in (house.cody, house.outsider):
        with pytest.raises(PortalError):
            await send_query(stranger, chart_id=other.id, fence=pulled.fence, now=NOW)


async def test_open_queries_are_reminded_escalated_and_end_with_their_wait(house: House, sql: Sql, work: Work) -> None:
    await link(house)
    sent = await ask(house, sql)
    assert await age_queries(now=NOW + 47 * HOUR) == 0
    assert await age_queries(now=NOW + 48 * HOUR) == 1
    assert await age_queries(now=NOW + 73 * HOUR) == 0
    [row] = await find_inbox(house.clara, is_open=True)
    assert row.query.reminded_at == NOW + 48 * HOUR
    assert row.query.is_late(NOW + 73 * HOUR)
    assert await age_queries(now=NOW + 100 * HOUR) == 1
    listed = await list_queries(house.mona, wanted=Wanted(is_late=True), query={}, now=NOW + 100 * HOUR)
    assert (listed.escalated, [one.number for one in listed.rows]) == (1, [sent.number])
    [figures] = await find_figures(house.mona, since=NOW - HOUR, now=NOW + 100 * HOUR)
    assert (figures.open, figures.late, figures.escalated, figures.people) == (1, 1, 1, 1)
    assert figures.oldest_open == NOW
    # The chart comes back some other way: nobody can answer what nobody waits for.
    [pend] = await sql("SELECT id FROM pend")
    await withdraw_pend(house.mona, pend_id=pend["id"], now=NOW + 101 * HOUR)
    await work()
    assert await age_queries(now=NOW + 102 * HOUR) == 1
    with pytest.raises(Conflict):
        await answer_query(house.clara, query_id=sent.query_id, reply=Reply(1), now=NOW + 103 * HOUR)
    events = await sql("SELECT kind FROM query_event ORDER BY happened_at")
    assert [one["kind"] for one in events] == ["sent", "reminded", "escalated", "cancelled"]


async def test_a_query_is_taken_back_by_whoever_asked_or_by_a_manager(house: House, sql: Sql, work: Work) -> None:
    await link(house)
    first = await ask(house, sql)
    with pytest.raises(PortalError):
        await cancel_query(house.cody, query_id=first.query_id, reason="sent in error", now=NOW)
    with pytest.raises(Invalid):
        await cancel_query(house.cora, query_id=first.query_id, reason="because", now=NOW)
    for _ in range(2):
        await cancel_query(house.cora, query_id=first.query_id, reason="found in the record", now=NOW)
    second = await ask(house, sql)
    await cancel_query(house.mona, query_id=second.query_id, reason="not compliant", now=NOW)
    with pytest.raises(Conflict):
        await close_query(house.cora, query_id=second.query_id, outcome="agreed", now=NOW)
    await work()
    states = await sql("SELECT state FROM chart ORDER BY number")
    assert [one["state"] for one in states] == ["ready", "ready"]
    assert [row.query.state for row in await find_inbox(house.clara, is_open=False)] == [State.CANCELLED] * 2


async def test_each_provider_sees_only_their_own(house: House, sql: Sql) -> None:
    await link(house)
    await link(house, "carl", "Dr. Other")
    mine, others = await ask(house, sql), await ask(house, sql, provider="Dr. Other")
    assert [row.query.number for row in await find_inbox(house.clara, is_open=True)] == [mine.number]
    assert [row.query.number for row in await find_inbox(house.carl, is_open=True)] == [others.number]
    for person in (house.carl, house.stranger, house.cody, house.outsider):
        with pytest.raises(NotFound):
            await open_query(person, query_id=mine.query_id)
    assert (await open_query(house.clara, query_id=mine.query_id)).ours is None
    managed = await open_query(house.mona, query_id=mine.query_id)
    assert managed.ours is not None
    assert managed.patient == ""
    with pytest.raises(NotFound):  # somebody of another client
        await link_provider(
            house.mona,
            client_id=house.north.id,
            provider="Dr. X",
            answerer_id=house.stranger.person_id,
            now=NOW,  # type: ignore[arg-type]
        )


async def test_managers_pages(house: House, sql: Sql, web: Web) -> None:
    await link(house)
    sent = await ask(house, sql)
    mona = await web("mona")
    for place in ("/queries", "/queries/providers", f"/queries/{sent.query_id}", "/query-templates?edit=laterality"):
        shown = await mona.get(place)
        assert shown.status_code == 200, place
    listed = (await mona.get(f"/queries?state=open&client={house.north.id}")).text
    assert sent.number in listed
    assert "Pat Ient" not in listed
    assert sent.number not in (await mona.get("/queries?state=closed")).text
    csv = (await mona.get("/queries/providers.csv")).text
    assert PROVIDER in csv
    place = f"/clients/{house.north.id}/queries"
    page = await mona.get(place)
    assert "Clara" in page.text
    wrong = {"due_hours": "10", "remind_hours": "20", "escalate_hours": "30", "counts": "signed"}
    assert (await mona.post(place, data=wrong)).status_code == 422
    assert (await mona.post(place, data={**wrong, "due_hours": "24"})).status_code == 303
    ended = found(r'action="([^"]+/end)"', page.text)
    await mona.post(ended, data={})
    assert await find_inbox(house.clara, is_open=True) == []


async def test_a_managers_template_takes_the_place_of_the_one_that_ships(house: House, web: Web) -> None:
    mona = await web("mona")
    form = {"key": "laterality", "name": "Which side", "purpose": "specificity", "shape": "choice", "based_on": "1",
            "title": "Side of {condition}", "question": "Which side is it?", "offered": "Left\nRight",
            "standing-other": "1", "standing-undetermined": "1"}  # fmt: skip
    assert (await mona.post("/query-templates", data=form)).status_code == 303
    shown = (await mona.get("/query-templates")).text
    assert "Which side" in shown
    assert "Specificity: side" not in shown
    leading = {**form, "key": "", "based_on": "0", "name": "Paid", "question": "Would you agree that it is sepsis?"}
    written = await mona.post("/query-templates", data=leading)
    assert "Q08" in (await mona.get(written.headers["location"])).text, "what the linter says is shown at once"
    stale = await mona.post("/query-templates", data=form)
    assert stale.status_code == 409
    with pytest.raises(PortalError):
        await write_template(
            house.mona, key="", name="", purpose=Purpose.CAUSE, shape=Shape.OPEN, title="", question="", offered=(),
            standing=frozenset(), based_on=0, now=NOW,
        )  # fmt: skip
