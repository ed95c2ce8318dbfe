"""Files that go up ahead of their form: in parts, again after a break, by nobody else, swept when nobody sends them."""

import hashlib
import random
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from assignments.intake.file_parts import put_together
from assignments.intake.rules import PART_BYTES, part_count, part_size
from assignments.intake.sending_staged import sweep_open_uploads
from portal.actor import WORKER
from storage.blobs import sweep_blobs
from storage.deleting import delete_blobs
from tests.assignments.intake.test_upload import objects
from tests.assignments.sending import encounter, pdf, send, text
from tests.assignments.staging import JSON, Staged
from tests.cast import House
from tests.conftest import Sql, Web

#: Three parts, the last one short.
LARGE = b"%PDF-1.7\n" + random.Random(5).randbytes(2 * PART_BYTES + 12345)


@pytest.mark.parametrize("size", [1, PART_BYTES - 1, PART_BYTES, PART_BYTES + 1, 50 << 20])
def test_parts_make_up_the_file(size: int) -> None:
    parts = [part_size(size, number) for number in range(1, part_count(size) + 1)]
    assert sum(parts) == size
    assert all(0 < part <= PART_BYTES for part in parts)
    assert part_size(size, part_count(size) + 1) == 0
    assert part_size(size, 0) == 0


async def test_files_that_went_up_ahead_become_the_chart_of_the_form(
    web: Web, sql: Sql, house: House, tmp_path: Path
) -> None:
    clara = await web("clara")
    upload = Staged(clara)
    note = text()
    await upload.put(("large.pdf", LARGE, ""), note)

    answer = await send(clara, encounter(house.north, upload_id=upload.id))

    assert answer.headers["location"] == f"/uploads/{upload.id}"
    documents = await sql("SELECT size, media_type, state FROM document ORDER BY position")
    assert [tuple(row) for row in documents] == [
        (len(LARGE), "application/pdf", "received"), (len(note[1]), "text/plain", "received"),
    ]  # fmt: skip
    receipt = (await clara.get(f"/uploads/{upload.id}")).text
    assert hashlib.sha256(LARGE).hexdigest() in receipt
    assert hashlib.sha256(note[1]).hexdigest() in (await clara.get(f"/uploads/{upload.id}/receipt.csv")).text
    [document] = await sql("SELECT id FROM document WHERE position = 1")
    assert (await clara.get(f"/documents/{document['id']}/original")).content == LARGE
    assert await delete_blobs(WORKER) == 4, "the parts are given up"
    assert len(objects(tmp_path)) == 2
    assert await upload.files() == []


async def test_a_broken_upload_goes_on_where_it_stopped_whatever_process_takes_it(
    web: Web, sql: Sql, house: House
) -> None:
    first, second = await web("clara"), await web("clara")
    upload = Staged(first)
    there = await upload.announce("large.pdf", len(LARGE))
    assert (await upload.part(there["id"], 2, LARGE[PART_BYTES : 2 * PART_BYTES])).status_code == 204
    assert (await upload.whole(there["id"])).status_code == 409

    again = Staged(second, upload.id)
    found = await again.announce("large.pdf", len(LARGE))

    assert (found["id"], found["parts"]) == (there["id"], [2])
    assert [file["parts"] for file in await again.files()] == [[2]]
    for number in (3, 1, 2):  # in any order, and one of them twice
        piece = LARGE[(number - 1) * PART_BYTES : number * PART_BYTES]
        assert (await again.part(found["id"], number, piece)).status_code == 204
    assert (await again.whole(found["id"])).json() == {"state": "arrived", "refusal": None}
    assert (await again.whole(found["id"])).json()["state"] == "arrived"
    assert (await sql("SELECT count(*) AS n FROM staged_part"))[0]["n"] == 0


async def test_a_part_of_the_wrong_size_is_not_kept(web: Web, sql: Sql, house: House, tmp_path: Path) -> None:
    upload = Staged(await web("clara"))
    there = await upload.announce("large.pdf", len(LARGE))

    for number, content in ((1, LARGE[: PART_BYTES - 1]), (3, LARGE[:PART_BYTES]), (4, b"x"), (0, b"x")):
        assert (await upload.part(there["id"], number, content)).status_code in (413, 422)

    assert (await upload.files())[0]["parts"] == []
    await sql("UPDATE blob SET lease_until = now() - interval '1 second'")
    await sweep_blobs(WORKER)
    assert objects(tmp_path) == []


async def test_what_cannot_be_taken_is_refused_before_or_after_its_bytes(web: Web, house: House) -> None:
    clara = await web("clara")
    upload = Staged(clara)

    word, empty, huge = (
        await upload.announce("letter.rtf", 10),
        await upload.announce("a.pdf", 0),
        await upload.announce("b.pdf", 1 << 40),
    )
    [liar] = await upload.put(("photo.pdf", b"\xff\xd8\xff\xe0" + b"0" * 500, ""))

    assert [one["state"] for one in (word, empty, huge, liar)] == ["refused"] * 4
    assert "rich text" in word["refusal"]
    assert "empty" in empty["refusal"]
    assert "larger than 50 MB" in huge["refusal"]
    assert "the file holds a JPEG image" in liar["refusal"]
    answer = await send(clara, encounter(house.north, upload_id=upload.id), text())
    receipt = (await clara.get(answer.headers["location"])).text
    assert receipt.count(">refused<") == 4, "all of them stand on the receipt"


async def test_the_twenty_first_file_is_refused(web: Web, house: House) -> None:
    upload = Staged(await web("clara"))
    states = [(await upload.announce(f"{number}.pdf", 10))["state"] for number in range(21)]
    assert states == ["receiving"] * 20 + ["refused"]


async def test_nobody_else_goes_on_with_it(web: Web, house: House) -> None:
    upload = Staged(await web("clara"))
    there = await upload.announce("large.pdf", len(LARGE))

    for name in ("carl", "stranger"):
        other = Staged(await web(name), upload.id)
        assert await other.files() == []
        assert (await other.part(there["id"], 1, LARGE[:PART_BYTES])).status_code == 409
        assert (await other.whole(there["id"])).status_code == 409
        assert (await other.remove(there["id"])).status_code == 409
        answer = await other.http.post(
            f"/staged/{upload.id}/files", json={"name": "x.pdf", "size": 5, "modified": 1}, headers=JSON
        )
        assert answer.status_code == 409
    mona = await web("mona")
    assert (await mona.http.get(f"/staged/{upload.id}", headers=JSON)).status_code == 403


async def test_a_request_without_the_token_is_refused(web: Web, house: House) -> None:
    clara = await web("clara")
    upload = Staged(clara)
    there = await upload.announce("a.pdf", 3)
    del clara.http.headers["x-csrf-token"]
    assert (await upload.part(there["id"], 1, b"abc")).status_code == 403
    assert (await upload.remove(there["id"])).status_code == 403


async def test_the_form_waits_for_files_that_are_on_their_way(web: Web, sql: Sql, house: House) -> None:
    clara = await web("clara")
    upload = Staged(clara)
    there = await upload.announce("large.pdf", len(LARGE))

    answer = await send(clara, encounter(house.north, upload_id=upload.id), text())

    assert answer.status_code == 422
    assert "still on their way" in answer.text
    assert (await upload.remove(there["id"])).status_code == 204
    assert (await send(clara, encounter(house.north, upload_id=upload.id), text())).status_code == 303
    assert (await upload.remove(there["id"])).status_code == 409
    assert len(await sql("SELECT FROM document")) == 1


async def test_a_removed_file_is_given_up_wholly(web: Web, sql: Sql, house: House, tmp_path: Path) -> None:
    upload = Staged(await web("clara"))
    [there] = await upload.put(pdf())
    assert (await upload.remove(there["id"])).status_code == 204
    assert (await upload.remove(there["id"])).status_code == 204
    await delete_blobs(WORKER)
    assert objects(tmp_path) == []
    assert not await sql("SELECT FROM blob WHERE state <> 'deleted' OR wrapped_key IS NOT NULL")


async def test_what_nobody_sends_is_swept_after_a_day(web: Web, sql: Sql, house: House, tmp_path: Path) -> None:
    clara = await web("clara")
    upload, fresh = Staged(clara), Staged(clara)
    await upload.put(pdf())
    half = await upload.announce("large.pdf", len(LARGE))
    await upload.part(half["id"], 1, LARGE[:PART_BYTES])
    await fresh.put(text())
    assert (await clara.get("/upload")).text.count("Go on with it") == 2
    await sql("UPDATE staged_upload SET touched_at = touched_at - interval '25 hours' WHERE id = $1", upload.id)

    assert await sweep_open_uploads(WORKER) == 1
    await delete_blobs(WORKER)

    assert len(objects(tmp_path)) == 1
    assert (await upload.part(half["id"], 2, LARGE[PART_BYTES : 2 * PART_BYTES])).status_code == 409
    assert await sweep_open_uploads(WORKER) == 0
    assert (await send(clara, encounter(house.north, upload_id=fresh.id))).status_code == 303


async def test_two_processes_that_put_it_together_at_once_keep_one(
    web: Web, sql: Sql, house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assignments.intake import file_parts

    upload = Staged(await web("clara"))
    there = await upload.announce("note.txt", 5)
    await upload.part(there["id"], 1, b"words")
    keep = file_parts._keep

    async def be_late(*arguments: object) -> None:
        monkeypatch.setattr(file_parts, "_keep", keep)
        assert (await upload.whole(there["id"])).json()["state"] == "arrived"
        await keep(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(file_parts, "_keep", be_late)
    await put_together(house.clara, upload_id=UUID(upload.id), file_id=UUID(there["id"]))

    assert len(await sql("SELECT FROM blob WHERE kind = 'original' AND state = 'stored'")) == 1
    await sql("UPDATE blob SET lease_until = now() - interval '1 second'")
    await sweep_blobs(WORKER)
    await delete_blobs(WORKER)
    assert len(objects(tmp_path)) == 1


async def test_an_upload_that_was_sent_takes_nothing_more(web: Web, house: House) -> None:
    clara = await web("clara")
    upload = Staged(clara)
    await upload.put(text())
    await send(clara, encounter(house.north, upload_id=upload.id))
    answer = await clara.http.post(
        f"/staged/{upload.id}/files", json={"name": "x.pdf", "size": 5, "modified": 1}, headers=JSON
    )
    assert answer.status_code == 409
    assert "Open the upload page again" in answer.json()["detail"]


async def test_names_are_sealed_and_stay_out_of_the_database(web: Web, sql: Sql, house: House) -> None:
    upload = Staged(await web("clara"))
    await upload.put(text(name="Zzyzx Quillfeather.txt"))
    for table in ("staged_upload", "staged_file", "staged_part", "blob"):
        rows = await sql(f'SELECT t::text AS row FROM "{table}" t')
        assert not any("5a7a797a78" in row["row"] or "Zzyzx" in row["row"] for row in rows), table


async def test_facts_are_asked_for_an_arrived_file_only(web: Web, house: House) -> None:
    clara = await web("clara")
    upload = Staged(clara)
    [there] = await upload.put(text())
    waiting = await upload.announce("large.pdf", len(LARGE))
    prefix = f"/staged/{upload.id}/files"
    assert (await clara.get(f"{prefix}/{there['id']}/facts", headers=JSON)).status_code == 200
    assert (await clara.get(f"{prefix}/{waiting['id']}/facts", headers=JSON)).status_code == 404
    assert (await clara.get(f"{prefix}/{uuid4()}/facts", headers=JSON)).status_code == 404
