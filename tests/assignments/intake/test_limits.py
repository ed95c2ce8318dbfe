"""What a client may send: a manager's form, refusals with their limit, quotas per person and client."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assignments.intake.limits import change_limits
from assignments.intake.rules import MEGABYTE, Limits, Used, quota_refusal
from portal.pages.client_limits import FIELDS
from tests.assignments.sending import encounter, pdf, send, text
from tests.assignments.staging import Staged
from tests.cast import NOW, House
from tests.conftest import Sql, Web

Work = Callable[[], Awaitable[None]]
SIZES = st.integers(0, 1 << 45)


@given(SIZES, SIZES, SIZES, SIZES)
def test_a_quota_refuses_exactly_what_goes_beyond_it(by_person: int, by_client: int, stored: int, size: int) -> None:
    limits, used = Limits(), Used(by_person, by_client, stored)
    fits = (
        by_person + size <= limits.person_day_bytes
        and by_client + size <= limits.client_day_bytes
        and stored + size <= limits.stored_bytes
    )
    assert (quota_refusal(limits, used, size) is None) == fits


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        (Limits(person_day_bytes=1500), "as one person may within 24 hours"),
        (Limits(client_day_bytes=1500), "Your clinic has sent as much as it may"),
        (Limits(stored_bytes=1500), "space for documents"),
    ],
)
async def test_a_full_quota_refuses_both_ways_of_sending(
    web: Web, sql: Sql, house: House, limits: Limits, says: str
) -> None:
    await change_limits(house.mona, client_id=house.north.id, limits=limits, now=NOW)
    clara = await web("clara")
    upload = Staged(clara)
    [first] = await upload.put(text("x" * 1000))
    assert first["state"] == "arrived"

    second = await upload.announce("more.txt", 600)
    form = await send(clara, encounter(house.north), text("y" * 600))

    assert second["state"] == "refused"
    assert says in second["refusal"]
    assert form.status_code == 422
    assert says in form.text
    assert not await sql("SELECT FROM document")


async def test_an_upload_that_grows_too_large_is_cut_by_whole_files(web: Web, sql: Sql, house: House) -> None:
    await change_limits(
        house.mona, client_id=house.north.id, limits=Limits(file_bytes=1000, upload_bytes=1500), now=NOW
    )
    clara = await web("clara")
    upload = Staged(clara)
    await upload.put(text("x" * 800))
    assert "larger than 0 MB" in (await upload.announce("more.txt", 800))["refusal"]

    await send(clara, encounter(house.north, upload_id=upload.id), text("y" * 800), text("z" * 600), text("v" * 1200))

    receipt = await sql("SELECT size, refusal FROM upload_file ORDER BY position")
    assert [row["refusal"] is None for row in receipt] == [True, False, False, True, False]
    assert "The file is larger" in receipt[4]["refusal"]
    assert "With this file the upload" in receipt[2]["refusal"]


async def test_what_is_removed_is_free_again_and_another_client_has_its_own(web: Web, house: House) -> None:
    await change_limits(house.mona, client_id=house.north.id, limits=Limits(client_day_bytes=1500), now=NOW)
    upload = Staged(await web("clara"))
    first = await upload.announce("a.txt", 1000)
    assert (await upload.announce("b.txt", 1000))["state"] == "refused"
    await upload.remove(first["id"])
    assert (await upload.announce("c.txt", 1000))["state"] == "receiving"
    assert (await Staged(await web("stranger")).announce("a.txt", 1000))["state"] == "receiving"


async def test_documents_with_too_many_pages_are_refused(web: Web, sql: Sql, house: House, work: Work) -> None:
    await change_limits(house.mona, client_id=house.north.id, limits=Limits(pages=2), now=NOW)
    clara = await web("clara")
    await send(clara, encounter(house.north), pdf("one", "two", "three"), pdf("one", "two", name="b.pdf"))
    await work()
    documents = await sql("SELECT state, refusal FROM document ORDER BY position")
    assert [row["state"] for row in documents] == ["refused", "ready"]
    assert "more than 2 pages" in documents[0]["refusal"]
    assert len(await sql("SELECT FROM document_page")) == 2


async def test_a_manager_sets_the_limits_and_the_upload_page_shows_them(web: Web, sql: Sql, house: House) -> None:
    mona, clara = await web("mona"), await web("clara")
    place = f"/clients/{house.north.id}/limits"
    assert 'value="50"' in (await mona.get(place)).text
    values = {name: "10" for name, _, _, _ in FIELDS} | {"upload_bytes": "40"}

    wrong = await mona.post(place, data=values | {"file_bytes": "45", "pages": "many"})
    assert wrong.status_code == 422
    assert "One upload must be able to hold the largest file." in wrong.text
    assert 'value="many"' in wrong.text
    assert not await sql("SELECT FROM intake_limit")
    assert (await mona.post(place, data=values)).status_code == 303

    [row] = await sql("SELECT client_id, file_bytes, files FROM intake_limit")
    assert (UUID(bytes=row["client_id"].bytes), row["file_bytes"], row["files"]) == (
        house.north.id, 10 * MEGABYTE, 10,
    )  # fmt: skip
    page = (await clara.get("/upload")).text
    assert "up to 10 files of 10 MB each, together up to 40 MB" in page
    for name in ("clara", "cora", "connie"):
        assert (await (await web(name)).get(place)).status_code == 403
    [event] = await sql("SELECT canonical FROM access_event WHERE action = 'client:changed'")
    assert b'"file_bytes"' in event["canonical"]
