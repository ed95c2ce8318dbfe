"""A ZIP becomes charts: line by line, once, in the sender's name, and on from where a worker died."""

import io
import time
import zipfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from assignments.bulk import deciding
from assignments.bulk.taking import take_delivery
from portal.errors import Invalid
from tests.assignments.bulk.packing import NOTE, deliver, line, pack
from tests.assignments.sending import pdf
from tests.cast import House
from tests.conftest import Sql
from tests.security.traces import find_in_database, find_in_files

Work = Callable[[], Awaitable[None]]


async def _lines(sql: Sql, delivery_id: UUID) -> list[tuple[str, str | None]]:
    rows = await sql("SELECT state, refusal FROM delivery_line WHERE delivery_id = $1 ORDER BY position", delivery_id)
    return [(row["state"], row["refusal"]) for row in rows]


async def _delivery(sql: Sql, delivery_id: UUID) -> Any:
    [row] = await sql("SELECT * FROM delivery WHERE id = $1", delivery_id)
    return row


async def test_files_of_one_encounter_and_line_become_one_chart(house: House, sql: Sql, work: Work) -> None:
    lines = [
        line(1), line(1, file="second.pdf"), line(2, stat="yes"),
        line(1, file="note-1.txt", service_line="emergency"),  # another service line of the same encounter
    ]  # fmt: skip
    files = {"note-1.txt": NOTE, "second.pdf": pdf("Page one")[1], "note-2.txt": NOTE + b"2"}
    delivery_id = await deliver(house.clara, pack(lines, files, folder="outbox/"))
    await work()
    assert (await _delivery(sql, delivery_id))["state"] == "done"
    assert await _lines(sql, delivery_id) == [("taken", None)] * 4
    charts = await sql(
        "SELECT c.state, c.is_stat, count(d.id) AS documents, min(d.state) AS document FROM chart c"
        " JOIN document d ON d.chart_id = c.id GROUP BY c.id ORDER BY c.number"
    )
    assert [tuple(row) for row in charts] == [
        ("ready", False, 2, "ready"), ("ready", True, 1, "ready"), ("ready", False, 1, "ready"),
    ]  # fmt: skip
    assert len(await sql("SELECT 1 FROM patient")) == 2


async def test_the_sender_is_who_the_access_log_names(house: House, sql: Sql) -> None:
    delivery_id = await deliver(house.clara, pack([line(1)]))
    await take_delivery(delivery_id)
    rows = await sql("SELECT DISTINCT actor_id, request_id FROM access_event WHERE action LIKE 'document:%'")
    assert [(row["actor_id"], row["request_id"]) for row in rows] == [
        (house.clara.person_id, house.clara.origin.request_id)
    ]


async def test_each_line_has_its_outcome(house: House, sql: Sql, work: Work) -> None:
    lines = [
        line(1), line(2, service_on="14/31/2026"), line(3, file="gone.txt"), line(4, file="letter.doc"),
        line(5), line(5, file="other.txt", mrn="another"), line(6, service_line="Astrology"),
        line(7), line(7, file="none.txt"),
    ]  # fmt: skip
    files = {f"note-{n}.txt": NOTE + bytes([48 + n]) for n in range(1, 8)}
    files |= {"letter.doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 an old letter", "other.txt": NOTE, "unasked.txt": NOTE}
    delivery_id = await deliver(house.clara, pack(lines, files))
    await work()
    told = await _lines(sql, delivery_id)
    # What no line names: the notes of 3 and 4, and a file of its own.
    assert [state for state, _ in told] == ["taken"] + ["refused"] * 11
    said = [refusal or "" for _, refusal in told]
    assert "not a date" in said[1]
    assert "no file of this name" in said[2]
    assert "Word" in said[3]
    assert "different things" in said[4]
    assert said[4] == said[5]
    assert "Choose a service line: Emergency, Radiology." in said[6]
    assert "Another line of the same encounter" in said[7]
    assert "no file of this name" in said[8]
    assert all("No line of the manifest" in one for one in said[9:])
    assert len(await sql("SELECT 1 FROM chart")) == 1
    assert (await _delivery(sql, delivery_id))["state"] == "done"


async def test_sending_again_makes_nothing_twice(house: House, sql: Sql, work: Work) -> None:
    lines, good = [line(1), line(2, born_on="?")], pack([line(5)])
    first = await deliver(house.clara, pack(lines))
    whole = await deliver(house.clara, good)
    await work()
    assert await deliver(house.carl, good) == whole, "the same content is the same delivery"
    # Where lines were refused, the same content is worth another try: what was taken stays as it is.
    again = await deliver(house.clara, pack(lines))
    corrected = await deliver(house.clara, pack([line(1), line(2)]))
    assert len({first, again, corrected}) == 3
    await work()
    assert [state for state, _ in await _lines(sql, again)] == ["already", "refused"]
    assert [state for state, _ in await _lines(sql, corrected)] == ["already", "taken"]
    assert len(await sql("SELECT 1 FROM chart")) == 3


async def test_a_key_stands_for_one_content(house: House, sql: Sql) -> None:
    content = pack([line(1, born_on="?")])
    first = await deliver(house.clara, content, key="night-1")
    assert await deliver(house.clara, content, key="night-1") == first
    with pytest.raises(Invalid, match="Idempotency-Key"):
        await deliver(house.clara, pack([line(2)]), key="night-1")
    south = await deliver(house.stranger, content, key="night-1")
    assert south != first, "another client's key is another key"
    assert len(await sql("SELECT 1 FROM delivery")) == 2


async def test_goes_on_where_a_worker_died(house: House, sql: Sql, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed before, in and after the transaction of a chart: each line once, each chart whole."""
    delivery_id = await deliver(house.clara, pack([line(n) for n in range(1, 7)]))
    made, real = 0, deciding.make_chart

    class Killed(BaseException):
        """A worker's end, in the middle."""

    async def dying(*arguments: Any, **named: Any) -> UUID:
        nonlocal made
        made += 1
        if made == 2:
            raise Killed
        chart_id = await real(*arguments, **named)
        if made == 5:
            raise Killed
        return chart_id

    monkeypatch.setattr(deciding, "make_chart", dying)
    for _ in range(2):
        with pytest.raises(Killed):
            await take_delivery(delivery_id)
        states = [state for state, _ in await _lines(sql, delivery_id)]
        assert states.count("taken") == len(await sql("SELECT 1 FROM chart"))
    await take_delivery(delivery_id)
    await take_delivery(delivery_id)
    assert await _lines(sql, delivery_id) == [("taken", None)] * 6
    assert len(await sql("SELECT 1 FROM chart")) == 6
    assert len(await sql("SELECT 1 FROM document")) == 6


async def test_two_workers_on_one_delivery_make_each_chart_once(house: House, sql: Sql) -> None:
    import asyncio

    delivery_id = await deliver(house.clara, pack([line(n) for n in range(1, 9)]))
    await asyncio.gather(take_delivery(delivery_id), take_delivery(delivery_id))
    await take_delivery(delivery_id)
    assert [state for state, _ in await _lines(sql, delivery_id)] == ["taken"] * 8
    assert len(await sql("SELECT 1 FROM chart")) == 8


async def test_a_sender_who_was_switched_off_sends_nothing(house: House, sql: Sql) -> None:
    delivery_id = await deliver(house.clara, pack([line(1)]))
    await sql("UPDATE person SET disabled_at = now() WHERE id = $1", house.clara.person_id)
    await take_delivery(delivery_id)
    assert (await _delivery(sql, delivery_id))["state"] == "refused"
    assert not await sql("SELECT 1 FROM chart")


async def test_a_damaged_file_refuses_its_line_only(house: House, sql: Sql) -> None:
    content = bytearray(pack([line(1), line(2)], {"note-1.txt": NOTE * 9, "note-2.txt": NOTE}))
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        at = packed.getinfo("note-1.txt").header_offset + 30 + len("note-1.txt") + 5
    content[at] ^= 0xFF
    delivery_id = await deliver(house.clara, bytes(content))
    await take_delivery(delivery_id)
    told = await _lines(sql, delivery_id)
    assert [state for state, _ in told] == ["refused", "taken"]
    assert "damaged inside the ZIP" in (told[0][1] or "")


async def test_four_hundred_charts_in_one_zip(house: House, sql: Sql, capsys: pytest.CaptureFixture[str]) -> None:
    delivery_id = await deliver(house.clara, pack([line(n) for n in range(400)]))
    began = time.perf_counter()
    await take_delivery(delivery_id)
    with capsys.disabled():
        print(f" [400 charts: {time.perf_counter() - began:.1f} s]", end="")
    assert [tuple(row) for row in await sql("SELECT state, count(*) FROM delivery_line GROUP BY state")] == [
        ("taken", 400)
    ]
    assert len(await sql("SELECT 1 FROM chart WHERE state = 'received'")) == 400


async def test_nothing_of_a_patient_stands_in_the_clear(house: House, sql: Sql, work: Work, tmp_path: Path) -> None:
    words = {"name": "QzNameBulk", "mrn": "QzMrnBulk", "encounter": "QzEncBulk", "file": "QzFileBulk", "text": "QzText"}
    one = line(1, patient_name=words["name"], mrn=words["mrn"], encounter_number=words["encounter"],
               file=f"{words['file']}.txt")  # fmt: skip
    lines = [one, {**one, "file": f"{words['file']}-2.txt", "encounter_number": f"{words['encounter']}-2", "mrn": ""}]
    files = {each["file"]: words["text"].encode() + b" of the visit." for each in lines}
    delivery_id = await deliver(house.clara, pack(lines, files))
    await work()
    assert [state for state, _ in await _lines(sql, delivery_id)] == ["taken", "refused"]
    hits, looked = await find_in_database(sql, words)
    assert looked > 100
    assert hits == []
    assert find_in_files(tmp_path, words) == []
