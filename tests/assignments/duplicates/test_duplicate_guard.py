"""The duplicate guard: nothing that came twice is coded twice unless a person says that it is not the same."""

import re
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from assignments.duplicates.deciding import decide_pair
from assignments.duplicates.judging import follow_decision
from assignments.duplicates.rules import Verdict
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid, NotFound
from tests.assignments.sending import send_chart, text
from tests.cast import NOW, House
from tests.conftest import Sql, Web
from tests.factories import pull_chart

Work = Callable[[], Awaitable[None]]
LETTER = text("A letter about the patient, the same every time.", "letter.txt")


async def _send(web: Web, house: House, sql: Sql, *files: Any, name: str = "clara", **fields: Any) -> UUID:
    client = house.north if name == "clara" else house.south
    upload_id = await send_chart(await web(name), client, *files, **fields)
    [upload] = await sql("SELECT chart_id FROM upload WHERE id = $1", upload_id)
    return UUID(str(upload["chart_id"]))


async def _state(sql: Sql, chart_id: UUID) -> str:
    return str((await sql("SELECT state FROM chart WHERE id = $1", chart_id))[0]["state"])


async def _rules(sql: Sql, chart_id: UUID) -> set[str]:
    return {row["rule"] for row in await sql("SELECT rule FROM duplicate_match WHERE chart_id = $1", chart_id)}


async def _two(web: Web, house: House, sql: Sql, work: Work) -> tuple[UUID, UUID]:
    """Two charts of other encounters and patients with the same file."""
    first = await _send(web, house, sql, LETTER)
    second = await _send(web, house, sql, LETTER, encounter_number="ACC-2", mrn="MRN-78", patient_name="Else, Somebody")
    await work()
    return first, second


async def test_the_same_file_for_another_encounter_is_held_and_not_in_line(
    house: House, web: Web, sql: Sql, work: Work
) -> None:
    first, second = await _two(web, house, sql, work)
    assert (await _state(sql, first), await _state(sql, second)) == ("ready", "possible_duplicate")
    assert await _rules(sql, second) == {"same_file"}
    assert await _rules(sql, first) == set()
    assert await sql("SELECT FROM queue_entry WHERE chart_id = $1", second) == []
    assert (await pull_chart(house.cora)).chart_id == first
    assert (await pull_chart(house.cody)).outcome.value == "empty"


async def test_both_see_why_and_the_manager_sees_no_patient(house: House, web: Web, sql: Sql, work: Work) -> None:
    first, second = await _two(web, house, sql, work)
    numbers = {row["id"]: row["number"] for row in await sql("SELECT id, number FROM chart")}
    for name, place in (("clara", "/charts/"), ("mona", "/floor/charts/")):
        browser = await web(name)
        for page in (f"{place}{second}", "/duplicates", f"/duplicates/{second}"):
            shown = (await browser.get(page)).text
            assert numbers[first] in shown, page
            assert "the same file" in shown, page
        for page in ("/duplicates", f"/duplicates/{second}"):
            shown = (await browser.get(page)).text
            assert "MRN-78" not in shown
            assert "Somebody" not in shown
            assert "letter.txt" not in shown
    assert "Possible duplicate" not in (await (await web("clara")).get(f"/charts/{first}")).text
    [upload] = await sql("SELECT id FROM upload WHERE chart_id = $1", second)
    receipt = (await (await web("clara")).get(f"/uploads/{upload['id']}")).text
    assert "is held." in receipt
    assert "in line for coding" not in receipt
    assert (await (await web("stranger")).get(f"/duplicates/{second}")).status_code == 404
    assert "the same file" not in (await (await web("stranger")).get("/duplicates")).text


async def test_another_visit_is_coded_and_the_decision_stands_in_the_history(
    house: House, web: Web, sql: Sql, work: Work
) -> None:
    first, second = await _two(web, house, sql, work)
    clara = await web("clara")
    answer = await clara.post(f"/duplicates/{second}", data={"other": str(first), "reason": "another-visit"})
    assert answer.status_code == 303
    await work()
    assert await _state(sql, second) == "ready"
    [entry] = await sql("SELECT state FROM queue_entry WHERE chart_id = $1", second)
    assert entry["state"] == "waiting"
    history = (await clara.get(f"/charts/{second}")).text
    assert "Held as a possible duplicate" in history
    assert "Decided: no duplicate" in history
    assert "another visit of the patient, Clara" in history
    [event] = await sql("SELECT actor_id FROM chart_event WHERE kind = 'judged_separate'")
    assert event["actor_id"] == house.clara.person_id
    assert await sql("SELECT FROM access_event WHERE action = 'duplicate:decided' AND object_id = $1", second)


async def test_the_same_is_cancelled_and_only_another_decision_brings_it_back(
    house: House, web: Web, sql: Sql, work: Work
) -> None:
    first, second = await _two(web, house, sql, work)
    for reason, state in (("sent-twice", "cancelled"), ("another-study", "ready"), ("wrong-encounter", "cancelled")):
        answer = await (await web("mona")).post(f"/duplicates/{second}", data={"other": str(first), "reason": reason})
        assert answer.status_code == 303
        await work()
        assert await _state(sql, second) == state, reason
        waiting = await sql("SELECT FROM queue_entry WHERE chart_id = $1 AND state = 'waiting'", second)
        assert len(waiting) == (state == "ready")
    assert len(await sql("SELECT FROM duplicate_decision")) == 3
    assert "cancelled as the same as another" in (await (await web("clara")).get(f"/charts/{second}")).text
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await sql("DELETE FROM duplicate_decision")


async def test_deciding_twice_and_following_twice_change_nothing(house: House, web: Web, sql: Sql, work: Work) -> None:
    first, second = await _two(web, house, sql, work)
    for _ in range(2):
        await decide_pair(
            house.clara, chart_id=second, other_chart_id=first, verdict=Verdict.SEPARATE, reason="another-visit",
            now=NOW,
        )  # fmt: skip
    await work()
    await follow_decision(second)
    assert len(await sql("SELECT FROM duplicate_decision")) == 1
    assert len(await sql("SELECT FROM queue_entry WHERE chart_id = $1", second)) == 1


async def test_what_cannot_be_decided(house: House, web: Web, sql: Sql, work: Work) -> None:
    first, second = await _two(web, house, sql, work)
    decide = {"chart_id": second, "other_chart_id": first, "now": NOW}
    with pytest.raises(Invalid):
        await decide_pair(house.clara, **decide, verdict=Verdict.SAME, reason="another-visit")
    with pytest.raises(NotFound):
        await decide_pair(house.stranger, **decide, verdict=Verdict.SAME, reason="sent-twice")
    with pytest.raises(NotFound):  # nothing speaks for the earlier one being a duplicate of the later
        await decide_pair(house.clara, chart_id=first, other_chart_id=second, verdict=Verdict.SAME,
                          reason="sent-twice", now=NOW)  # fmt: skip
    await decide_pair(house.clara, **decide, verdict=Verdict.SEPARATE, reason="another-visit")
    await work()
    assert (await pull_chart(house.cora)).chart_id == first
    assert (await pull_chart(house.cody)).chart_id == second
    with pytest.raises(Conflict, match="with a coder"):
        await decide_pair(house.clara, **decide, verdict=Verdict.SAME, reason="sent-twice")
    answer = await (await web("clara")).post(
        f"/duplicates/{second}", data={"other": str(first), "reason": "sent-twice"}
    )
    assert answer.status_code == 409
    assert "with a coder" in answer.text


async def test_one_encounter_for_two_service_lines_is_no_duplicate(
    house: House, web: Web, sql: Sql, work: Work
) -> None:
    first = await _send(web, house, sql, LETTER)
    second = await _send(web, house, sql, LETTER, service_line=house.north.lines["emergency"])
    await work()
    assert (await _state(sql, first), await _state(sql, second)) == ("ready", "ready")
    assert await sql("SELECT FROM duplicate_match") == []


async def test_a_number_written_in_another_way_is_held(house: House, web: Web, sql: Sql, work: Work) -> None:
    first = await _send(web, house, sql, text("One."), encounter_number="ACC-0042")
    second = await _send(web, house, sql, text("Two."), encounter_number="acc 42")
    third = await _send(web, house, sql, text("Three."), encounter_number="ACC-43")
    await work()
    assert [await _state(sql, one) for one in (first, second, third)] == ["ready", "possible_duplicate", "ready"]
    assert "same_number" in await _rules(sql, second)


async def test_a_second_visit_of_the_day_only_warns_until_it_is_dismissed(
    house: House, web: Web, sql: Sql, work: Work
) -> None:
    first = await _send(web, house, sql, text("One."))
    second = await _send(web, house, sql, text("Two."), encounter_number="ACC-2", provider="IDA RENNER, MD")
    other = await _send(web, house, sql, text("Three."), encounter_number="ACC-3", provider="Else Where, MD")
    await work()
    assert [await _state(sql, one) for one in (first, second, other)] == ["ready"] * 3
    assert (await _rules(sql, second), await _rules(sql, other)) == ({"same_visit"}, set())
    clara = await web("clara")
    shown = (await clara.get(f"/charts/{second}")).text
    assert re.search("Perhaps the same as chart NOR-[0-9]+, the same patient, day, provider and service line", shown)
    await clara.post(f"/duplicates/{second}", data={"other": str(first), "reason": "another-visit"})
    await work()
    assert "Perhaps the same" not in (await clara.get(f"/charts/{second}")).text
    assert await _state(sql, second) == "ready"


async def test_a_cancelled_chart_or_another_client_stands_in_nobodys_way(
    house: House, web: Web, sql: Sql, work: Work
) -> None:
    first, second = await _two(web, house, sql, work)
    await decide_pair(
        house.clara, chart_id=second, other_chart_id=first, verdict=Verdict.SAME, reason="sent-twice", now=NOW
    )
    await work()
    again = await _send(web, house, sql, LETTER, encounter_number="ACC-2", mrn="MRN-78", patient_name="Else, Somebody")
    south = await _send(web, house, sql, LETTER, name="stranger")
    await work()
    matched = {row["other_chart_id"] for row in await sql(
        "SELECT other_chart_id FROM duplicate_match WHERE chart_id = $1", again)}  # fmt: skip
    assert matched == {first}
    assert await _state(sql, south) == "ready"
    # The encounter has another chart now: the old decision cannot be turned round.
    with pytest.raises(Conflict, match="meanwhile"):
        await decide_pair(
            house.clara, chart_id=second, other_chart_id=first, verdict=Verdict.SEPARATE, reason="another-visit",
            now=NOW,
        )  # fmt: skip


async def test_coders_and_auditors_never_learn_which_chart_it_is(house: House, web: Web, sql: Sql, work: Work) -> None:
    first, second = await _two(web, house, sql, work)
    await decide_pair(
        house.clara, chart_id=second, other_chart_id=first, verdict=Verdict.SEPARATE, reason="shared-file", now=NOW
    )
    await work()
    await pull_chart(house.cody)
    await pull_chart(house.cora)
    desk = await (await web("cora")).get(f"/desk/charts/{second}")
    assert "The same file came with another chart as well." in desk.text
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with acting_as(house.cora):
            await DB.fetch("SELECT other_chart_id FROM duplicate_match")
