"""Where a patient's data could leave a trace: every column of every table, logs, files, addresses, command lines."""

import base64
import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from tests.conftest import Sql

_watchers: list[list[str]] = []


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if not _watchers:
        return
    if event == "open":
        path, mode, flags = arguments
        writes = any(letter in (mode or "") for letter in "wax+") or (isinstance(flags, int) and flags & 0o3)
        if writes and not isinstance(path, int):
            _watchers[-1].append(f"write {path!s}")
    elif event in ("os.mkdir", "os.rename", "tempfile.mkstemp", "tempfile.mkdtemp", "subprocess.Popen", "os.putenv"):
        _watchers[-1].append(f"{event} {arguments!r}")


sys.addaudithook(_hear)


@contextlib.contextmanager
def watch_this_process() -> Iterator[list[str]]:
    """Every file that is opened for writing, folder that is made and program that is started meanwhile."""
    heard: list[str] = []
    _watchers.append(heard)
    try:
        yield heard
    finally:
        _watchers.remove(heard)


def forms_of(secret: str) -> set[str]:
    """How a text could be written elsewhere: as it is, as hexadecimal, as base64, as an escape; in lower case."""
    raw = secret.encode()
    encoded = {base64.b64encode(b"\0" * shift + raw).decode().rstrip("=")[shift + 1 : -2] for shift in range(3)}
    wide = secret.encode("utf-16-le").hex()
    return {secret.lower(), raw.hex(), wide, *(word.lower() for word in encoded)}


def find_in(text: str, secrets: dict[str, str]) -> list[str]:
    """The names of the secrets that stand in a text in any form."""
    lowered = text.lower()
    return [name for name, secret in secrets.items() if any(form in lowered for form in forms_of(secret))]


async def find_in_database(sql: Sql, secrets: dict[str, str]) -> tuple[list[str], int]:
    """Where in the database a secret stands, and how many rows were looked at: every column of every table."""
    hits, looked = [], 0
    for table in await sql(
        "SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n"
        " ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'm')"
        " AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')"
    ):
        columns = await sql(
            "SELECT attname AS name, atttypid = 'bytea'::regtype AS is_bytes FROM pg_attribute"
            " WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped",
            table["name"],
        )
        for column in columns:
            for row in await sql(f'SELECT "{column["name"]}"::text AS text FROM {table["name"]}'):
                looked += 1
                text = row["text"] or ""
                if column["is_bytes"]:
                    text += " " + bytes.fromhex(text.removeprefix("\\x")).decode("latin-1")
                hits += [f"{table['name']}.{column['name']}: {name}" for name in find_in(text, secrets)]
    return hits, looked


def find_in_files(folder: Path, secrets: dict[str, str]) -> list[str]:
    """Which files below a folder hold a secret, in their names or in their bytes."""
    hits = []
    for path in folder.rglob("*"):
        text = str(path.relative_to(folder)) + (path.read_bytes().decode("latin-1") if path.is_file() else "")
        hits += [f"{path.name}: {name}" for name in find_in(text, secrets)]
    return hits


class Heard:
    """Everything that went over the wire: addresses asked for and pointed to, and what each person was shown."""

    def __init__(self) -> None:
        self.addresses: list[str] = []
        self.answers: list[tuple[str, httpx.Response]] = []

    def listen(self, name: str, http: httpx.AsyncClient) -> None:
        """Note all that somebody's browser sends and is sent."""

        async def asked(request: httpx.Request) -> None:
            self.addresses.append(str(request.url))

        async def answered(response: httpx.Response) -> None:
            await response.aread()
            self.addresses += [response.headers.get(header, "") for header in ("location", "hx-redirect", "link")]
            self.answers.append((name, response))

        http.event_hooks = {"request": [asked], "response": [answered]}
