"""Uploads that break off: nothing of them is kept, and nothing of them is told."""

from pathlib import Path
from typing import Any

from portal.actor import WORKER
from storage.blobs import BATCH, sweep_blobs
from tests.assignments.sending import encounter, send_chart, text
from tests.cast import Browser, House
from tests.conftest import Sql, Web


async def post_in_pieces(browser: Browser, pieces: list[bytes], *, then_gone: bool) -> list[dict[str, Any]]:
    """Post a multipart body piece by piece, below the HTTP client; the sender then ends the body, or is gone."""
    answers: list[dict[str, Any]] = []
    waiting = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    last = {"type": "http.disconnect"} if then_gone else {"type": "http.request", "body": b"", "more_body": False}

    async def receive() -> dict[str, Any]:
        return waiting.pop(0) if waiting else last

    async def answer(message: dict[str, Any]) -> None:
        answers.append(message)

    http = browser.http
    cookie = "; ".join(f"{cookie.name}={cookie.value}" for cookie in http.cookies.jar)
    headers = {"host": "127.0.0.1:8700", "cookie": cookie, "x-csrf-token": http.headers["x-csrf-token"],
               "content-type": "multipart/form-data; boundary=b"}  # fmt: skip
    scope = {
        "type": "http", "method": "POST", "path": "/upload", "raw_path": b"/upload", "query_string": b"",
        "scheme": "http", "http_version": "1.1", "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8700),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    await http._transport.app(scope, receive, answer)  # type: ignore[attr-defined]
    return answers


def start_of_body(fields: dict[str, str]) -> bytes:
    """The fields, and the beginning of a file."""
    parts = [
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
    ]
    return "".join(
        [*parts, '--b\r\nContent-Disposition: form-data; name="files"; filename="note.txt"\r\n\r\n']
    ).encode()


async def test_a_sender_who_vanishes_leaves_nothing(web: Web, sql: Sql, house: House, tmp_path: Path) -> None:
    clara = await web("clara")
    words = b"The patient was seen. " * (BATCH // 20)

    answers = await post_in_pieces(clara, [start_of_body(encounter(house.north)), words, words], then_gone=True)

    assert answers[0]["status"] == 422
    assert not [path for path in (tmp_path / "documents").rglob("*") if path.is_file()]
    for table in ("chart", "patient", "encounter", "upload", "document"):
        assert not await sql(f"SELECT FROM {table}")
    assert [row["state"] for row in await sql("SELECT state FROM blob")] == ["pending"]

    assert await sweep_blobs(WORKER) == 0, "somebody else may still be sending: the lease is not over"
    await sql("UPDATE blob SET lease_until = clock_timestamp() - interval '1 second'")
    assert await sweep_blobs(WORKER) == 1
    assert [tuple(row) for row in await sql("SELECT state, wrapped_key FROM blob")] == [("abandoned", None)]


async def test_a_second_file_that_breaks_off_takes_the_first_with_it(
    web: Web, sql: Sql, house: House, tmp_path: Path
) -> None:
    clara = await web("clara")
    body = start_of_body(encounter(house.north)) + b"A whole note.\r\n"
    body += b'--b\r\nContent-Disposition: form-data; name="files"; filename="b.txt"\r\n\r\nhalf a no'

    answers = await post_in_pieces(clara, [body], then_gone=False)

    assert answers[0]["status"] == 422
    assert not await sql("SELECT FROM chart")
    await sql("UPDATE blob SET lease_until = clock_timestamp() - interval '1 second'")
    await sweep_blobs(WORKER)
    assert not [path for path in (tmp_path / "documents").rglob("*") if path.is_file()]


async def test_a_file_that_comes_byte_by_byte_arrives_whole(web: Web, sql: Sql, house: House) -> None:
    clara = await web("clara")
    body = start_of_body(encounter(house.north)) + b"A line.\r\n--x\r\n-no boundary.\r\n--b--\r\n"

    answers = await post_in_pieces(clara, [body[at : at + 1] for at in range(len(body))], then_gone=False)

    assert answers[0]["status"] == 303
    (document,) = await sql("SELECT id, size FROM document")
    assert document["size"] == len(b"A line.\r\n--x\r\n-no boundary.")
    original = await clara.get(f"/documents/{document['id']}/original")
    assert original.content == b"A line.\r\n--x\r\n-no boundary."


async def test_an_upload_whose_lease_was_lost_keeps_nothing(web: Web, sql: Sql, house: House) -> None:
    clara = await web("clara")
    await sql("CREATE FUNCTION steal() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
              " UPDATE blob SET state = 'sweeping' WHERE state = 'pending'; RETURN NEW; END $$")  # fmt: skip
    await sql("CREATE TRIGGER stolen BEFORE INSERT ON patient FOR EACH ROW EXECUTE FUNCTION steal()")
    await sql("ALTER FUNCTION steal() SECURITY DEFINER")

    answer = await clara.post("/upload", data=encounter(house.north), files=[("files", text())])

    assert answer.status_code == 409
    assert "send the files again" in answer.text
    assert not await sql("SELECT FROM chart")
    await sql("DROP TRIGGER stolen ON patient")
    await send_chart(clara, house.north)
