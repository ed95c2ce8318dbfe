"""Work time: what counts as work, what does not, and what its owner may say of it."""

import asyncio
import csv
import io
import random
from datetime import timedelta
from uuid import UUID

import pytest

from assignments.desk.queries import open_desk
from assignments.pulling import Pulled, keep_assignment, pull, release_chart, return_expired
from assignments.rules import Stage
from assignments.viewing.looking import get_page_image, get_page_thumbnail
from assignments.working.rules import IDLE_CUT_OFF, REASONS
from auditing.quality.worksheet import open_worksheet
from portal.actor import Actor
from portal.ids import new_id
from tests.cast import NOW, House
from tests.conftest import Sql, Web
from tests.factories import code_chart, make_chart, pull_chart, type_lines

CUT_OFF = IDLE_CUT_OFF.total_seconds()


async def begin(sql: Sql, house: House, who: Actor, charts: int = 1) -> list[Pulled]:
    """Charts in somebody's hands, opened."""
    await sql(
        "INSERT INTO workload (person_id, cap) VALUES ($1, $2) ON CONFLICT (person_id) DO UPDATE SET cap = $2",
        who.person_id, charts,
    )  # fmt: skip
    held = []
    for _ in range(charts):
        await make_chart(sql, house)
        held.append(await pull_chart(who))
        await act(who, held[-1])
    return held


async def act(who: Actor, pulled: Pulled) -> None:
    """A sign of work, as the heartbeat and every saved line give it."""
    assert pulled.chart_id
    await keep_assignment(who, chart_id=pulled.chart_id, stage=Stage.CODING, fence=pulled.fence)


async def give_back(who: Actor, pulled: Pulled) -> None:
    assert pulled.chart_id
    await release_chart(who, chart_id=pulled.chart_id, fence=pulled.fence, reason="stopping", now=NOW)


async def pass_time(sql: Sql, seconds: float) -> None:
    """Let time go by: everything that was noted lies that much further back."""
    ago = timedelta(seconds=seconds)
    await sql("UPDATE work_clock SET seen_at = seen_at - $1::interval", ago)
    await sql(
        "UPDATE work_time SET started_at = started_at - $1::interval, last_seen_at = last_seen_at - $1::interval", ago
    )


async def measured(sql: Sql) -> dict[UUID, float]:
    """Seconds by chart."""
    return {row["chart_id"]: float(row["seconds"]) for row in await sql("SELECT chart_id, seconds FROM work_time")}


async def test_every_sign_of_work_counts_and_silence_only_up_to_the_cut_off(house: House, sql: Sql) -> None:
    chart = await make_chart(sql, house, with_pages=1)
    pulled = await pull_chart(house.cody)
    assert await measured(sql) == {}, "what is not opened is not worked on"
    await open_desk(house.cody, chart_id=chart.id, prefix="")
    counted = 0.0
    for seconds, sign in (
        (60, lambda: get_page_image(house.cody, page_id=chart.page_ids[-1])),
        (40, lambda: type_lines(house.cody, chart.id, pulled.fence, Stage.CODING, ["J18.9"])),
        (20, lambda: act(house.cody, pulled)),
        (10, lambda: open_desk(house.cody, chart_id=chart.id, prefix="")),
        (4000, lambda: act(house.cody, pulled)),
    ):
        await pass_time(sql, seconds)
        await sign()
        counted += min(seconds, CUT_OFF)
        assert counted <= (await measured(sql))[chart.id] < counted + 30
    before = await measured(sql)
    await pass_time(sql, 90)
    await get_page_thumbnail(house.cody, page_id=chart.page_ids[-1])
    assert await measured(sql) == before, "thumbnails come by themselves"
    await code_chart(house.cody)
    [row] = await sql("SELECT * FROM work_time")
    assert row["ended_at"] >= row["last_seen_at"]
    assert counted + 90 <= row["seconds"] < counted + 120


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_whatever_the_order_the_sum_stays_within_its_bounds(house: House, sql: Sql, seed: int) -> None:
    chance = random.Random(seed)
    held = await begin(sql, house, house.cody, charts=3)
    began = (await sql("SELECT clock_timestamp() AS at"))[0]["at"]
    gaps = [chance.choice((0, 1, 3, 60, 299, 301, 4000)) for _ in range(25)]
    for gap in gaps:
        await pass_time(sql, gap)
        await act(house.cody, chance.choice(held))
    chance.shuffle(held)
    for one in held:
        await give_back(house.cody, one)
    really = ((await sql("SELECT clock_timestamp() AS at"))[0]["at"] - began).total_seconds() + 30
    rows = await sql("SELECT seconds, extract(epoch FROM last_seen_at - started_at) AS open, ended_at FROM work_time")
    total = float(sum(row["seconds"] for row in rows))
    most = sum(min(gap, CUT_OFF) for gap in gaps)
    assert len(rows) == 3
    assert all(0 <= row["seconds"] <= row["open"] for row in rows)
    assert all(row["ended_at"] for row in rows)
    assert most - 2 * len(gaps) <= total <= most + really, gaps


async def test_two_tabs_and_two_charts_count_no_second_twice(house: House, sql: Sql) -> None:
    one, other = await begin(sql, house, house.cody, charts=2)
    for _ in range(3):
        await pass_time(sql, 100)
        await asyncio.gather(*(act(house.cody, held) for held in (one, one, other, other)))
    assert 300 <= sum((await measured(sql)).values()) < 330


async def test_time_ends_with_the_assignment_however_that_ends(house: House, sql: Sql) -> None:
    [pulled] = await begin(sql, house, house.cody)
    await pass_time(sql, 100)
    await sql("UPDATE assignment SET lease_until = now() - interval '1 minute'")
    await return_expired(now=NOW)
    [row] = await sql("SELECT seconds, ended_at FROM work_time")
    assert row["seconds"] < 10, "nobody was there at its end"
    assert row["ended_at"]

    again = await pull_chart(house.cody)
    assert again.chart_id == pulled.chart_id
    await act(house.cody, again)
    await pass_time(sql, 50)
    await give_back(house.cody, again)
    rows = await sql("SELECT seconds FROM work_time ORDER BY fence")
    assert len(rows) == 2
    assert 50 <= rows[1]["seconds"] < 80


async def test_auditors_are_measured_on_their_worksheet(house: House, sql: Sql, work: object) -> None:
    await sql("UPDATE sample_plan SET percent = 100")
    await make_chart(sql, house)
    await code_chart(house.cora)
    await work()  # type: ignore[operator]
    await pull(house.abel, stage=Stage.AUDIT, request_id=new_id(), now=NOW)
    [audit] = await sql("SELECT id FROM audit")
    await open_worksheet(house.abel, audit_id=audit["id"])
    await pass_time(sql, 70)
    await open_worksheet(house.abel, audit_id=audit["id"])
    [row] = await sql("SELECT seconds FROM work_time WHERE stage = 'audit' AND person_id = $1", house.abel.person_id)
    assert 70 <= row["seconds"] < 100


async def test_ones_own_time_is_corrected_with_a_reason_and_the_measure_stays(house: House, sql: Sql, web: Web) -> None:
    [pulled] = await begin(sql, house, house.cody)
    cody, cora, mona = await web("cody"), await web("cora"), await web("mona")
    [row] = await sql("SELECT id FROM work_time")
    correct = {"minutes": "25", "reason": "elsewhere"}
    early = await cody.post(f"/my-time/{row['id']}", data=correct)
    assert early.status_code == 409
    assert "still in your hands" in early.text
    await pass_time(sql, 120)
    await give_back(house.cody, pulled)

    assert (await cora.post(f"/my-time/{row['id']}", data=correct)).status_code == 404
    for wrong, said in (
        ({"minutes": "721", "reason": "away"}, "from 0 to 720"), ({"minutes": "5", "reason": "because"}, "Choose why"),
    ):  # fmt: skip
        answer = await cody.post(f"/my-time/{row['id']}", data=wrong)
        assert answer.status_code == 422
        assert said in answer.text
        assert f'value="{wrong["minutes"]}"' in answer.text
    for _ in range(2):
        assert (await cody.post(f"/my-time/{row['id']}", data=correct)).status_code == 303
    await cody.post(f"/my-time/{row['id']}", data={"minutes": "30", "reason": "reading"})

    shown = (await cody.get("/my-time")).text
    for part in ("2:0", "30 min", REASONS["reading"], "2 times", "30:00 min"):
        assert part in shown
    [measure] = await sql("SELECT seconds FROM work_time")
    assert 120 <= measure["seconds"] < 150
    assert len(await sql("SELECT 1 FROM work_time_correction")) == 2
    assert len(await sql("SELECT 1 FROM access_event WHERE action = 'work-time:corrected'")) == 2
    with pytest.raises(Exception, match="append-only"):
        await sql("UPDATE work_time_correction SET minutes = 1")

    everybody = (await mona.get("/work-time")).text
    assert "Cody" in everybody
    assert "1 corrected" in everybody
    his = (await mona.get(f"/work-time/{house.cody.person_id}")).text
    assert "30 min" in his
    assert "Minutes it took" not in his
    [line] = csv.DictReader(io.StringIO((await cody.get("/my-time.csv")).text.removeprefix("\ufeff")))
    assert (line["Corrected, minutes"], line["How"], line["Stage"]) == ("30", "released", "coding")
    assert 120 <= int(line["Measured, seconds"]) < 150
    assert (await mona.get(f"/work-time/{house.cody.person_id}/time.csv")).text.count("\n") == 2
    assert (await cora.get(f"/work-time/{house.cody.person_id}")).status_code == 403
    assert "Nothing was worked on" in (await cora.get("/my-time?until=2026-01-01")).text

    await sql("UPDATE work_time SET ended_at = ended_at - interval '8 days'")
    late = await cody.post(f"/my-time/{row['id']}", data={"minutes": "1", "reason": "away"})
    assert late.status_code == 409
    assert "more than 7 days ago" in late.text
