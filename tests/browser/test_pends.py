"""A chart that waits, from the keyboard: asked of a lead, set aside for the client, answered, and back on the desk."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import OpenPage, Portal, find_barriers, take_picture
from tests.browser.test_pages_of_documents import leans_out
from tests.conftest import Sql
from tests.factories import make_chart

pytestmark = pytest.mark.browser


class Look:
    """Keeps what is wrong with each page: barriers, and what stands beside a telephone's window."""

    def __init__(self) -> None:
        self.wrong: list[tuple[str, object]] = []

    async def __call__(self, page: Page, name: str) -> None:
        self.wrong += [(name, barrier) for barrier in await find_barriers(page)]
        await take_picture(page, f"pends-{name}")
        if await leans_out(page):
            self.wrong.append((name, "wider than a telephone"))


async def test_a_chart_waits_and_comes_back(portal: Portal, open_page: OpenPage, sql: Sql) -> None:
    look, chart = Look(), await make_chart(sql, portal.house, with_pages=1)
    await make_chart(sql, portal.house, with_pages=1, promise_hours=60)
    coder = await open_page("cora")
    keys = coder.keyboard
    await keys.press("n")
    await coder.wait_for_url("**/desk/charts/**")
    drawer = coder.locator("#drawer")

    await keys.press("Alt+a")
    await expect(drawer.get_by_label("What do you want to know?")).to_be_focused()
    await keys.type("Is the contrast coded here?")
    await keys.press("Tab")
    await keys.press("Enter")
    await expect(drawer.get_by_text("Is the contrast coded here?")).to_be_visible()
    await look(coder, "desk-lead")
    await keys.press("Escape")
    await expect(coder.locator("#entry")).to_be_focused()

    await keys.press("Alt+n")
    await expect(drawer.get_by_text("Left without being seen")).to_be_visible()
    await look(coder, "desk-not-codable")
    await keys.press("Escape")

    await keys.press("Alt+p")
    first = drawer.get_by_role("checkbox", name="Documents missing")
    await expect(first).to_be_focused()
    await expect(drawer.get_by_label("Note to the client: Documents missing")).to_be_hidden()
    await keys.press("Space")
    await keys.press("Tab")
    await keys.type("The operative note is missing.")
    await keys.press("Escape")  # by mistake: it stands there again
    await keys.press("Alt+p")
    await expect(first).to_be_checked()
    await keys.press("Tab")
    note = drawer.get_by_label("Note to the client: Documents missing")
    await expect(note).to_have_value("The operative note is missing.")
    await look(coder, "desk-pend")
    await note.focus()
    await keys.press("Tab")
    await drawer.get_by_role("button", name="Set aside and next").press("Enter")
    await coder.wait_for_url(lambda url: str(chart.id) not in url and "/desk/charts/" in url)
    await expect(coder.get_by_text("waits for its client")).to_be_visible()

    lead = await open_page("mona", dark=True)
    await lead.goto("/questions")
    await look(lead, "questions")
    await lead.get_by_role("link", name=chart.number).click()
    await lead.get_by_label("Your answer").fill("Only the drug, not the injection.")
    await lead.get_by_role("button", name="Answer").click()
    await expect(lead.get_by_label("With the newest answer below")).to_have_value("Only the drug, not the injection.")
    await look(lead, "question")
    for place, name in (("/floor/pends", "report"), ("/pend-reasons", "reasons"),
                        (f"/clients/{portal.house.north.id}/pends", "rule"), ("/floor", "floor"),
                        (f"/floor/charts/{chart.id}", "floor-chart")):  # fmt: skip
        await lead.goto(place)
        await look(lead, name)

    client = await open_page("clara")
    await expect(client.get_by_text("1 chart waits for your answer")).to_be_visible()
    await look(client, "charts")
    await client.goto("/pends")
    await look(client, "inbox")
    await client.get_by_role("link", name=chart.number).click()
    await look(client, "pend")
    await client.goto(f"/charts/{chart.id}/documents")
    await look(client, "documents")
    await client.go_back()
    await client.get_by_label("Answer in words").fill("There was none: it was done under local anaesthesia.")
    await client.get_by_role("button", name="Send the answer").click()
    await expect(client.get_by_text("Nothing waits for you")).to_be_visible()
    await client.goto(f"/charts/{chart.id}")
    await look(client, "chart")

    await coder.goto("/desk")
    await look(coder, "home")
    await sql("UPDATE workload SET cap = 2")
    for _ in range(100):
        if await sql("SELECT 1 FROM queue_entry WHERE chart_id = $1 AND state = 'waiting'", chart.id):
            break
        await coder.wait_for_timeout(100)
    await coder.goto("/desk")
    token = await coder.locator('input[name="csrf_token"]').first.get_attribute("value")
    assert token
    pulled = await coder.request.post("/desk/next", form={"csrf_token": token, "request_id": str(chart.id)})
    assert str(chart.id) in pulled.url
    await coder.goto(f"/desk/charts/{chart.id}")
    await expect(coder.get_by_text("There was none: it was done under local anaesthesia.")).to_be_visible()
    await look(coder, "desk-back")
    assert look.wrong == []
