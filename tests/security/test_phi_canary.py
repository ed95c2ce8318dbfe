"""The canary: strings that exist once in the world, planted in every patient field and document, then searched for.

A chart lives its whole life through the web, with mistakes on the way; then tables, logs, addresses, error pages,
object names, temporary files and command lines are searched. Nothing may be found.
"""

import html
import io
import logging
import re
import secrets as randomness
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from portal.clock import utc_now
from portal.commands.demo.notes import NOTES
from portal.database import DB
from portal.web.logs import set_up_logs
from storage.client_keys import forget_keys
from tests.assignments.sending import encounter, pdf, send, text
from tests.auditing.quality.test_pages import change_line, fields, next_audit
from tests.cast import Browser, House
from tests.conftest import Databases, Sql, Web
from tests.security.traces import Heard, find_in, find_in_database, find_in_files, watch_this_process

#: A day on which no other test's patient is born.
BORN = "1913-03-07"


def _planted() -> dict[str, str]:
    """A word for each place where a patient's data goes in."""
    places = ("name", "mrn", "encounter", "file", "text", "pdf", "image", "comment", "broken", "refused")
    return {place: f"Qz{place.title()}{randomness.token_hex(6)}" for place in places}


@pytest.fixture
def _quiet_logs_again() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.usefixtures("_quiet_logs_again")
async def test_nothing_of_a_patient_is_left_anywhere(
    house: House, web: Web, work: Callable[[], Awaitable[None]], sql: Sql, databases: Databases, tmp_path: Path,
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    words = _planted()
    log = await _make_everything_talk(sql, databases)
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    heard = Heard()

    async def person(name: str | None) -> Browser:
        browser = await web(name)
        heard.listen(name or "nobody", browser.http)
        return browser

    with watch_this_process() as done_here:
        await _live_a_life(house, person, work, sql, words, monkeypatch)
        await _send_it_again(house, person, work, sql, words)
        await _make_mistakes(house, person, work, sql, words)
        await _look_at_everything(person, sql)

    # The search would find what is there: the canaries do reach those who may read them.
    shown = "".join(answer.text for name, answer in heard.answers if name == "clara")
    assert {"name", "mrn", "encounter", "file"} <= set(find_in(shown, words))
    assert {"text", "comment"} <= set(find_in("".join(a.text for n, a in heard.answers if n == "abel"), words))

    hits, looked = await find_in_database(sql, words)
    assert looked > 1000
    there, _ = await find_in_database(sql, {"a clear name": house.north.name, "sealed": "argon2id"})
    assert {"public.client.name: a clear name", "public.person.password_hash: sealed"} <= set(there)
    assert hits == []
    born, _ = await find_in_database(sql, {"birth date": BORN, "as typed": BORN.replace("-", "")})
    assert born == []
    assert find_in_files(tmp_path / "documents", words) == []
    assert find_in_files(tmp_path / "temporary", words) == []
    assert find_in("\n".join(heard.addresses), words) == []
    assert find_in("\n".join(done_here), words) == []
    kept = [line for line in done_here if line.startswith("write ") and str(tmp_path / "documents") not in line]
    assert [line for line in kept if "/dev/" not in line and ".pyc" not in line] == []
    captured = capfd.readouterr()
    written = captured.out + captured.err
    assert '"level"' in written, "the log of the product was listened to"
    assert find_in(written, words) == []
    assert BORN not in written
    server_log = log.read_bytes()[log.stat().st_size - log_size(log) :].decode("utf-8", "replace")
    assert "INSERT INTO patient_identity" in server_log
    assert find_in(server_log, words) == []
    assert BORN not in server_log

    for name, answer in heard.answers:
        where = (name, answer.request.method, answer.request.url.path, answer.status_code)
        if answer.status_code in (400, 401, 403, 404, 405, 409, 413, 500, 503):
            assert find_in(answer.text, words) == [], where
        found = set(find_in(answer.text, words))
        if name in ("cora", "abel"):
            # What the documents say, and an auditor's comment; never who, which number, or what a file was called.
            assert found <= {"text", "pdf", "comment"}, where
        elif name != "clara":
            assert not found, where


_starts: dict[Path, int] = {}


def log_size(log: Path) -> int:
    """How much has been written to the server's log since the test began."""
    return log.stat().st_size - _starts[log]


async def _make_everything_talk(sql: Sql, databases: Databases) -> Path:
    """Have PostgreSQL log every statement with its parameters, and the product everything it ever logs."""
    for setting in ("log_min_duration_statement = 0", "log_error_verbosity = 'verbose'", "log_statement = 'all'",
                    "log_parameter_max_length = -1", "log_parameter_max_length_on_error = -1"):  # fmt: skip
        await sql(f'ALTER DATABASE "{databases.name}" SET {setting}')
    await DB.close()
    await DB.open(databases.app, size=10)
    forget_keys()
    set_up_logs("debug")
    log = databases.server.folder / "log"
    _starts[log] = log.stat().st_size
    return log


async def _live_a_life(
    house: House, person: Any, work: Any, sql: Sql, words: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clara: Browser = await person("clara")
    typed = encounter(
        house.north, patient_name=f"Person, {words['name']}", mrn=words["mrn"], encounter_number=words["encounter"],
        born_on=BORN,
    )  # fmt: skip
    answer = await send(
        clara, typed,
        text(f"Chest x-ray of {words['text']}. No infiltrate.", name=f"{words['file']}.txt"),
        pdf(f"Follow-up of {words['pdf']}.", name=f"{words['file']}.pdf"),
        _picture(words["image"], f"{words['file']}.png"),
        (f"{words['file']}.exe", f"MZ {words['refused']}".encode(), "application/octet-stream"),
    )  # fmt: skip
    assert answer.status_code == 303, answer.text
    receipt = answer.headers["location"]
    await work()
    assert words["file"] in (await clara.get(receipt)).text
    [chart] = await sql("SELECT id, state FROM chart")
    assert chart["state"] == "ready"
    await _browse(clara, "/charts", f"/charts/{chart['id']}", "/charts.csv")
    for place in ("mrn", "encounter", "name"):
        assert (await clara.post("/charts", data={"number": words[place]})).status_code == 200
    for document in await sql("SELECT id FROM document"):
        await clara.get(f"/documents/{document['id']}/original")

    cora: Browser = await person("cora")
    await _code(cora, "J18.9", "71046 A")
    await work()
    abel: Browser = await person("abel")
    sheet = await next_audit(abel)
    await _read_pages(abel, sql)
    await change_line(abel, sheet, "take I10")
    await _answer_warnings(abel, sheet)
    form = fields((await abel.get(sheet)).text)
    comment = next(name for name in form if name.startswith("comment-"))
    form[comment] = f"Says so of {words['comment']}."
    assert (await abel.post(f"{sheet}/choices", data=form)).status_code < 400
    form = fields((await abel.get(sheet)).text)
    assert words["comment"] in form[comment]
    assert (await abel.post(f"{sheet}/findings", data=form)).status_code == 303
    await work()
    await _code(cora, "I10")
    await work()
    sheet = await next_audit(abel)
    await abel.get(sheet)
    assert (await abel.post(f"{sheet}/verified", data=fields((await abel.get(sheet)).text))).status_code == 303
    await work()
    assert [row["state"] for row in await sql("SELECT state FROM chart")] == ["delivered"]

    mona: Browser = await person("mona")
    today = datetime.now(UTC)
    monkeypatch.setattr("portal.invoicing.routes.utc_now", lambda: utc_now() + timedelta(days=45))
    months = {f"{today - timedelta(days=days):%Y-%m}" for days in (0, 1)}
    for month in months:
        await mona.post("/invoices", data={"client_id": str(house.north.id), "month": month})
    [invoice] = await sql("SELECT id FROM invoice")
    for browser in (mona, clara):
        await _browse(browser, "/invoices", f"/invoices/{invoice['id']}", f"/invoices/{invoice['id']}/backup.csv")
    await _browse(clara, f"/charts/{chart['id']}", f"/charts/{chart['id']}/codes.csv", "/charts.csv")


async def _send_it_again(house: House, person: Any, work: Any, sql: Sql, words: dict[str, str]) -> None:
    """The same file and nearly the same text for other encounters and patients; what is found is decided and held."""
    clara, mona, connie = await person("clara"), await person("mona"), await person("connie")
    note = f"{NOTES[0].body} Seen by {words['text']}."
    for letter, body in (("b", note), ("c", f"{note} Nothing else."), ("d", note)):
        typed = encounter(
            house.north, patient_name=f"Person, {words['name']}", mrn=words["mrn"] + letter,
            encounter_number=words["encounter"] + letter, born_on=BORN,
        )  # fmt: skip
        assert (await send(clara, typed, text(body, name=f"{words['file']}{letter}.txt"))).status_code == 303
        await work()
    found = await sql("SELECT chart_id, other_chart_id, rule FROM duplicate_match ORDER BY found_at")
    assert {row["rule"] for row in found} == {"same_file", "near_text"}
    for match in found:
        for browser in (clara, mona):
            await _browse(browser, "/duplicates", f"/duplicates/{match['chart_id']}")
    held = next(row for row in found if row["rule"] == "same_file")
    answer = await mona.post(
        f"/duplicates/{held['chart_id']}", data={"other": str(held["other_chart_id"]), "reason": "sent-twice"}
    )
    assert answer.status_code == 303
    await work()
    [number] = await sql("SELECT number FROM chart WHERE id = $1", held["chart_id"])
    hold = {"held": str(house.north.id), "scope": "patient", "chart": number["number"], "reason": "A matter"}
    assert (await connie.post("/retention/holds", data=hold)).status_code == 303
    await _browse(connie, "/retention")


async def _code(coder: Browser, *entries: str) -> None:
    """Pull what comes next, read it, add lines, submit."""
    start = await coder.get("/desk")
    answer = await coder.post("/desk/next", data=fields(start.text))
    address = answer.headers["location"]
    assert address.startswith("/desk/charts/"), address
    await coder.get(address)
    for entry in entries:
        assert (await change_line(coder, address, "add", entry=entry)).status_code < 400
    await _answer_warnings(coder, address)
    form = fields((await coder.get(address)).text)
    answer = await coder.post(f"{address}/submit", data=form)
    assert answer.status_code == 303, answer.text


async def _answer_warnings(person: Browser, address: str) -> None:
    """Give each warning beside the lines its answer, in words where it wants them."""
    while asked := re.search(r'name="op" value="((?:answer|seen) ([^"]+))"', (await person.get(address)).text):
        op, spot = html.unescape(asked[1]), html.unescape(asked[2])
        assert (await change_line(person, address, op, **{f"reason {spot}": "As the record has it"})).status_code < 400


async def _read_pages(reader: Browser, sql: Sql) -> None:
    for page in await sql("SELECT id, text_blob_id, image_blob_id FROM document_page"):
        if page["text_blob_id"]:
            assert (await reader.get(f"/pages/{page['id']}/text")).status_code == 200
        if page["image_blob_id"]:
            assert (await reader.get(f"/pages/{page['id']}/image")).status_code == 200


async def _make_mistakes(house: House, person: Any, work: Any, sql: Sql, words: dict[str, str]) -> None:
    """Requests that fail at every depth: in the form, in a rule, in the database, in the worker, in the code."""
    clara, cora, nobody = await person("clara"), await person("cora"), await person(None)
    sent = {"patient_name": words["name"], "mrn": words["mrn"], "encounter_number": words["encounter"], "born_on": BORN}
    for wrong in ({"service_on": words["name"]}, {"born_on": words["mrn"]}, {"service_line": words["encounter"]},
                  {"upload_id": words["mrn"]}, {"patient_name": words["name"] + "\x00"}):  # fmt: skip
        answer = await send(clara, {**encounter(house.north, **sent), **wrong}, text(words["text"]))
        assert answer.status_code == 422, wrong
    # The same encounter again, and the same patient with another name.
    await send(clara, encounter(house.north, **sent), text(words["broken"]))
    await send(clara, encounter(house.north, **{**sent, "encounter_number": words["broken"], "patient_name": "Else"}),
               text(words["text"], name=words["file"] + ".txt"))  # fmt: skip
    # Files that break while they are looked at.
    whole = pdf(words["broken"])[1]
    for number, content in enumerate((whole[: len(whole) // 2], b"%PDF-1.7\n" + words["broken"].encode(),
                                      b"\x89PNG\r\n\x1a\n" + words["broken"].encode())):  # fmt: skip
        typed = encounter(house.north, **{**sent, "encounter_number": f"{words['broken']}-{number}"})
        await send(clara, typed, (f"{words['file']}.pdf", content, "application/pdf"))
    await work()
    # The database refuses, the vault is shut, the code breaks.
    await sql("ALTER TABLE patient_identity ADD CONSTRAINT fails CHECK (mrn_index IS NULL) NOT VALID")
    typed = encounter(house.north, **{**sent, "mrn": words["mrn"] + "2", "encounter_number": words["encounter"] + "2"})
    answer = await send(clara, typed, text(words["text"], name=words["file"] + ".txt"))
    assert answer.status_code == 500, answer.headers
    await sql("ALTER TABLE patient_identity DROP CONSTRAINT fails")
    # Where nobody expects it.
    for browser in (clara, cora, nobody):
        for path in ("/sign-in", "/desk/next", "/charts", "/sign-out"):
            typed = {"email": "x@example.com", "password": words["mrn"], "number": words["name"]}
            await browser.post(path, data={**typed, "request_id": words["mrn"]}, headers={"x-csrf-token": "wrong"})


async def _look_at_everything(person: Any, sql: Sql) -> None:
    """The pages of those who may see no patient."""
    tables = ("chart", "audit", "access_event")
    ids = {table: (await sql(f"SELECT id FROM {table} LIMIT 1"))[0]["id"] for table in tables}
    await _browse(
        await person("mona"), "/floor", "/floor/charts", "/floor/charts.csv", f"/floor/charts/{ids['chart']}",
        "/quality", "/quality/audits", f"/quality/audits/{ids['audit']}", "/clients", "/people",
    )  # fmt: skip
    await _browse(
        await person("connie"), "/access-log", "/access-log.csv", f"/access-log/{ids['access_event']}", "/people"
    )
    await _browse(await person("adam"), "/people")
    await (await person("stranger")).get(f"/charts/{ids['chart']}")


async def _browse(browser: Browser, *paths: str) -> None:
    for path in paths:
        answer = await browser.get(path)
        assert answer.status_code == 200, path


def _picture(words: str, name: str) -> tuple[str, bytes, str]:
    image = Image.new("L", (600, 300), 255)
    ImageDraw.Draw(image).text((20, 100), words, fill=0, font_size=30)
    out = io.BytesIO()
    image.save(out, "PNG")
    return name, out.getvalue(), "image/png"
