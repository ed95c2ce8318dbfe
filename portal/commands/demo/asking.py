"""The demo company's queries: a coder asks a provider, who answers on the same day; the chart is coded after that."""

from dataclasses import replace
from datetime import datetime, timedelta

from assignments.pulling import pull
from assignments.querying.answering import Reply, answer_query
from assignments.querying.drafts import from_template, open_builder, quote, save_draft, with_indicator
from assignments.querying.linking import Policy, link_provider, set_policy
from assignments.querying.sending import send_query
from assignments.rules import Stage
from assignments.viewing.looking import get_page_layer
from portal.actor import Kind
from portal.clock import set_back_to
from portal.commands.demo.at_work import Company
from portal.database import DB, acting_as
from portal.ids import new_id


async def ask_a_provider(company: Company, now: datetime, *, is_answered: bool = True) -> None:
    """One query about a chart that waits; if it is answered, then an hour later by the client's own people."""
    coder, manager = company.of_kind(Kind.CODER)[0], company.of_kind(Kind.MANAGER)[0]
    with set_back_to(now):
        pulled = await pull(coder, stage=Stage.CODING, request_id=new_id(), now=now)
        if pulled.chart_id is None or pulled.fence is None:
            return
        builder = await open_builder(coder, chart_id=pulled.chart_id)
        page_id = builder.pages[0]
        layer, _ = await get_page_layer(coder, page_id=page_id)
        line = max(layer.text[:1500].splitlines(), key=lambda one: sum(map(str.isalpha, one)))
        start = layer.text.index(line)
        quoted = await quote(coder, chart_id=pulled.chart_id, page_id=page_id, start=start, end=start + len(line))
        template = next(one for one in builder.templates if one.key == "procedure-detail")
        draft = with_indicator(from_template(builder.draft, template), quoted)
        content = replace(
            draft.content, title="What was done at this visit",
            question="Which procedures were done at this visit, and on which side?",
        )  # fmt: skip
        await save_draft(coder, chart_id=pulled.chart_id, draft=replace(draft, content=content))
        async with acting_as(manager):
            client_id = await DB.value("SELECT client_id FROM chart WHERE id = $1", pulled.chart_id)
        provider = next(actor for actor in company.of_kind(Kind.CLIENT) if actor.client_id == client_id)
        assert provider.person_id  # everybody of the demo has signed up
        await link_provider(
            manager, client_id=client_id, provider=builder.draft.provider, answerer_id=provider.person_id, now=now
        )
        await set_policy(manager, client_id=client_id, policy=Policy(counts="as it is"), now=now)
        sent = await send_query(coder, chart_id=pulled.chart_id, fence=pulled.fence, now=now)
    if not is_answered:
        return
    with set_back_to(now + timedelta(hours=1)):
        reply = Reply(words="Nothing beyond what the note describes.")
        await answer_query(provider, query_id=sent.query_id, reply=reply, now=now + timedelta(hours=1))
