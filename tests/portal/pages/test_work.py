"""The workload matrix: who has what, and moving it; what happens is said before, and what stays is named."""

import re

from assignments.pulling import release_chart
from tests.cast import NOW, House
from tests.conftest import Sql, Web
from tests.factories import make_chart, pull_chart


def _flat(text: str) -> str:
    """A page as somebody reads it."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


async def test_the_matrix_shows_who_has_what_and_how_much_each_has(house: House, sql: Sql, web: Web) -> None:
    held = await make_chart(sql, house, text=None)
    waiting = await make_chart(sql, house, text=None, specialty="emergency", promise_hours=200_000)
    await pull_chart(house.cody)
    mona = await web("mona")

    seen = _flat((await mona.get("/floor/work")).text)
    assert re.search(rf"{held.number} North Radiology Radiology, coding Cody held", seen)
    assert re.search(rf"{waiting.number} North Radiology Emergency, coding anybody", seen)
    assert re.search(r"Cody coder on duty 1 0 0 10 \+", seen)

    answers = {
        "?state=held": (held, waiting), f"?person={house.cody.person_id}": (held, waiting),
        "?specialty=emergency": (waiting, held), "?due=late": (held, waiting), f"?q={waiting.number}": (waiting, held),
        "?stage=audit": (None, held), "?list=00000000-0000-7000-8000-000000000001": (None, held),
    }  # fmt: skip
    for query, (there, absent) in answers.items():
        rows = (await mona.get(f"/floor/work.csv{query}")).text
        assert there is None or there.number in rows, query
        assert absent.number not in rows, query


async def test_chosen_work_is_kept_for_people_after_a_look_at_what_will_happen(
    house: House, sql: Sql, web: Web
) -> None:
    charts = [await make_chart(sql, house, text=None) for _ in range(2)]
    south = await make_chart(sql, house, client=house.south, text=None)
    await sql("UPDATE queue_entry SET rank = rank - interval '9 days' WHERE chart_id = $1", charts[0].id)
    await pull_chart(house.cody)
    mona = await web("mona")
    chosen = [str(one.entry_id) for one in (*charts, south)]
    form = {"deed": "keep", "entry": chosen, "query": "stage=coding", "reason": "balance", "term": "4h",
            f"weight {house.cora.person_id}": "1"}  # fmt: skip

    asked = _flat((await mona.post("/floor/work/move", data=form)).text)
    assert "3 charts chosen" in asked
    assert re.search(r"Cora 2 of 3", asked)
    look = await mona.post("/floor/work/move", data=form | {"step": "look"})
    said = _flat(look.text)
    assert "1 chart kept for Cora" in said
    assert f"{charts[0].number} stays where it is: Cody holds it" in said
    assert f"{south.number} stays where it is: Cora has not been granted South Emergency" in said
    both = _flat((await mona.post("/floor/work/move", data=form | {"step": "look", "take_back": "1"})).text)
    assert f"{charts[0].number} is taken back from Cody" in both
    assert await sql("SELECT 1 FROM routing WHERE kind = 'kept'") == []

    wrong = await mona.post("/floor/work/move", data=form | {"step": "do", "reason": ""})
    assert (wrong.status_code, "Choose the reason" in wrong.text) == (422, True)
    done = await mona.post("/floor/work/move", data=form | {"step": "do", "take_back": "1"})
    assert (done.status_code, done.headers["location"]) == (303, "/floor/work?stage=coding")
    assert (await pull_chart(house.cora)).chart_id == charts[0].id
    assert "2 for Cora" in (await mona.get("/floor/work")).text

    opened = await mona.post("/floor/work/move", data={"deed": "open", "all": "1", "reason": "urgent", "step": "do"})
    assert opened.status_code == 303
    await mona.post("/floor/work/move", data={"deed": "unlock", "all": "1", "reason": "absent", "step": "do"})
    await mona.post("/floor/work/move", data={"deed": "stat", "entry": chosen, "step": "do"})
    [state] = await sql(
        "SELECT count(*) FILTER (WHERE e.state = 'waiting' AND e.preferred_person IS NULL) AS free,"
        " count(*) FILTER (WHERE c.is_stat) AS stat FROM queue_entry e JOIN chart c ON c.id = e.chart_id"
    )
    assert tuple(state) == (3, 3)
    nothing = await mona.post("/floor/work/move", data={"deed": "keep"})
    assert (nothing.status_code, nothing.headers["location"]) == (303, "/floor/work?")
    assert "Tick at least one" in (await mona.get("/floor/work")).text


async def test_a_kept_filter_is_nobody_elses(house: House, web: Web, sql: Sql) -> None:
    mona = await web("mona")
    await sql("UPDATE person SET kind = 'manager' WHERE id = $1", house.adam.person_id)
    kept = await mona.post("/floor/work/filters", data={"name": "Late ones", "query": "due=late&nonsense=1"})
    assert kept.headers["location"] == "/floor/work?due=late"

    assert "Late ones" in (await mona.get("/floor/work")).text
    assert "Late ones" not in (await (await web("adam")).get("/floor/work")).text
    [saved] = await sql("SELECT id, query FROM saved_filter")
    assert saved["query"] == "due=late"
    await mona.post(f"/floor/work/filters/{saved['id']}/forget", data={})
    assert await sql("SELECT 1 FROM saved_filter") == []


async def test_a_charts_page_says_why_it_is_where_it_is_and_how_it_came_there(house: House, sql: Sql, web: Web) -> None:
    chart = await make_chart(sql, house, text=None)
    after = await make_chart(sql, house, text=None)
    held = await pull_chart(house.cody)
    await release_chart(house.cody, chart_id=chart.id, fence=held.fence, reason="wrong-specialty", now=NOW)
    mona = await web("mona")
    move = {"entry": str(chart.entry_id), "reason": "urgent", "step": "do"}
    await mona.post(
        "/floor/work/move", data=move | {"deed": "keep", "term": "4h", f"weight {house.cora.person_id}": "1"}
    )
    await pull_chart(house.cora)
    await mona.post("/floor/work/move", data=move | {"deed": "unlock"})

    seen = _flat((await mona.get(f"/floor/charts/{chart.id}")).text)

    for sentence in (
        "List “Everything else”: every chart", "Place there the first in its specialty",
        "May take it Cora Not for Cody",
        "what keeps most promises: due", "10 expected minutes, weight 1",
    ):  # fmt: skip
        assert sentence in seen, sentence
    told = [
        "Put in line: “Everything else” took it: every chart",
        f"Pulled: the next in “Everything else”; {after.number} would have come next Cody",
        "Given back: It is not my specialty Cody",
        "Kept for Cora: It cannot wait (until",
        f"Pulled: it was kept for them; {after.number} would have come next Cora",
        "Taken from Cora: It cannot wait Mona",
    ]
    assert [seen.find(sentence) > 0 for sentence in told] == [True] * 6
    assert sorted(told, key=seen.find) == told, "in the order of time"

    await sql("UPDATE client_grant SET revoked_at = now()")
    nobody = _flat((await mona.get(f"/floor/charts/{after.id}")).text)
    assert "May take it nobody: Cody has not been granted North Radiology; Cora has not been granted" in nobody
