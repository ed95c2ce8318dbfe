"""What a delivery took is written as it is made, stays as it was, and is shown to managers."""

import csv
import io
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from assignments.late_documents.deciding import decide_late_document
from assignments.rescheduling import agree_due_time
from portal.ids import new_id
from portal.tenancy.calendars import Week, set_week
from portal.tenancy.terms import LineTerms, set_terms
from tests.cast import NOW, House
from tests.conftest import Sql, Web
from tests.factories import MadeChart, code_chart, make_chart

Work = Callable[[], Awaitable[None]]
#: 10:30 in New York, where North is; offices there open at eight.
CAME = NOW
PERIOD = "from=2026-09-01&to=2026-09-30"


async def deliver(sql: Sql, house: House, work: Work, *, came: datetime, hours: float) -> MadeChart:
    """A chart of North that came then and was coded so many hours later."""
    await sql("UPDATE sample_plan SET percent = 0")
    chart = await make_chart(sql, house, received_at=came)
    assert await code_chart(house.cora, now=came + timedelta(hours=hours)) == chart.id
    await work()
    return chart


async def test_a_delivery_is_measured_by_both_clocks_and_later_changes_change_nothing(
    house: House, sql: Sql, work: Work
) -> None:
    office = Week(opens_minute=8 * 60, closes_minute=17 * 60)
    await set_week(house.mona, client_id=house.north.id, week=office, now=CAME)

    chart = await deliver(sql, house, work, came=CAME, hours=8)
    await set_week(house.mona, client_id=house.north.id, week=Week(), now=CAME)

    [row] = await sql("SELECT * FROM turnaround")
    assert (row["chart_id"], row["cycle"], row["client_id"]) == (chart.id, 1, house.north.id)
    assert (row["received_at"], row["delivered_at"]) == (CAME, CAME + timedelta(hours=8))
    assert row["working_seconds"] == 6.5 * 3600
    assert row["due_at"] == row["ready_due_at"] == CAME + timedelta(hours=24)
    [event] = await sql("SELECT id FROM chart_event WHERE kind = 'delivered'")
    assert row["chart_event_id"] == event["id"]


async def test_a_later_version_is_measured_apart_and_an_agreed_time_holds_for_both_clocks(
    web: Web, house: House, sql: Sql, work: Work
) -> None:
    chart = await deliver(sql, house, work, came=CAME, hours=30)  # late
    [document] = await sql("SELECT id FROM document")
    late = new_id()
    await sql(
        "INSERT INTO late_document (id, client_id, chart_id, document_id, arrived_at) VALUES ($1, $2, $3, $4, $5)",
        late, house.north.id, chart.id, document["id"], CAME,
    )  # fmt: skip
    again = CAME + timedelta(days=3)
    await decide_late_document(house.mona, late_document_id=late, decision="recode", now=again)
    agreed = again + timedelta(hours=60)
    await agree_due_time(house.mona, chart_id=chart.id, due=agreed, reason="volume", now=again)
    await code_chart(house.cora, now=again + timedelta(hours=40))
    await work()

    first, second = await sql("SELECT * FROM turnaround ORDER BY cycle")
    assert (second["cycle"], second["received_at"], second["ready_at"]) == (2, again, again)
    assert second["delivered_at"] == again + timedelta(hours=40)
    assert second["due_at"] == second["ready_due_at"] == agreed
    assert first["due_at"] == CAME + timedelta(hours=24), "what the first delivery missed stays missed"

    mona = await web("mona")
    shown = (await mona.get(f"/floor/charts/{chart.id}")).text
    assert "to the first delivery" in shown
    assert "reopened, to delivery 2" in shown
    assert "1 d 16 h" in shown
    for versions, count, on_time in (("first", 1, "0.0000"), ("later", 1, "1.0000"), ("all", 2, "0.5000")):
        [line] = await report(mona, f"{PERIOD}&versions={versions}")
        assert (int(line["deliveries"]), line["from_receipt_on_time"]) == (count, on_time), versions


async def report(browser: object, query: str) -> list[dict[str, str]]:
    answer = await browser.get(f"/floor/turnaround.csv?{query}")  # type: ignore[attr-defined]
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))


async def test_the_report_counts_by_line_over_the_days_of_the_clients_own_calendar(
    web: Web, house: House, sql: Sql, work: Work
) -> None:
    line = house.north.lines["radiology"]
    await set_terms(
        house.mona, client_id=house.north.id, service_line_id=line, terms=LineTerms(24, 4, in_working_hours=True)
    )
    await set_week(house.mona, client_id=house.north.id, week=Week(opens_minute=480, closes_minute=1020), now=CAME)
    for hours in (1, 2, 3, 37):
        await deliver(sql, house, work, came=CAME, hours=hours)
    mona = await web("mona")

    page = (await mona.get(f"/floor/turnaround?{PERIOD}")).text
    [elapsed] = await report(mona, PERIOD)
    [working] = await report(mona, f"{PERIOD}&hours=working&client={house.north.id}")

    assert "North Radiology" in page
    assert "2 h 30 m" in page
    assert elapsed["deliveries"] == "4"
    assert (elapsed["from_receipt_median_hours"], elapsed["from_receipt_p90_hours"]) == ("2.50", "26.80")
    assert working["from_receipt_p90_hours"] == "11.75"  # the last took 6.5 and 9 hours of the office
    assert working["hours"] == "working"
    # 03:30 on the 16th, UTC, is still the 15th there.
    assert [one["deliveries"] for one in await report(mona, "from=2026-09-15&to=2026-09-15")] == ["1"]
    assert await report(mona, "from=2026-09-16&to=2026-09-16") == []
    assert await report(mona, f"{PERIOD}&client={house.south.id}") == []
    assert "Nothing was delivered" in (await mona.get("/floor/turnaround?from=2020-01-01&to=2020-02-01")).text
    assert (await mona.get("/floor/turnaround?from=x&to=9999-99-99&versions=x&client=x&page=x")).status_code == 200
    for name in ("clara", "cody"):
        assert (await (await web(name)).get("/floor/turnaround")).status_code == 403
