"""A scratch portal for a benchmark: a durable embedded database, the demo's papers, as many coders as are wanted."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from uuid import UUID

import httpx

from assignments.skills import set_skills
from portal.actor import Actor, Kind
from portal.clock import utc_now
from portal.commands.bench.plain import FILE
from portal.commands.demo.at_work import Company
from portal.commands.demo.company import RADIOLOGY
from portal.commands.demo.notes import NOTES
from portal.commands.demo.notes.shape import Note
from portal.commands.demo.seeding import open_demo_client, send_note
from portal.commands.demo.visiting import PASSWORD, Visitor
from portal.commands.house import embedded_server, ready_settings
from portal.commands.working import JOBS
from portal.database import DB
from portal.identity.people import create_person, grant_client
from portal.identity.permissions import permissions_of
from portal.jobs import run_jobs
from portal.settings import Settings, get_settings
from storage.opening_vault import open_vault


@dataclass(frozen=True, slots=True)
class Portal:
    """The scratch portal while it serves."""

    url: str
    web: subprocess.Popen[bytes]
    database_pid: int


@contextmanager
def scratch_settings(web_processes: int) -> Iterator[Settings]:
    """Settings of a portal in a folder of its own, database running; all of it is gone afterwards."""
    for name in [name for name in os.environ if name.startswith("CHARTWAY_")]:
        del os.environ[name]  # a benchmark must never reach somebody's database
    folder = Path(tempfile.mkdtemp(prefix="chartway-bench-"))
    folder.chmod(0o711)  # root's service account must reach the database below it
    port = free_port()
    os.environ.update(
        CHARTWAY_DATA=str(folder), CHARTWAY_PORT=str(port), CHARTWAY_ORIGIN=f"http://127.0.0.1:{port}",
        CHARTWAY_WEB_PROCESSES=str(web_processes), CHARTWAY_LOG_LEVEL="warning",
        CHARTWAY_SCAN="off", CHARTWAY_OCR="off",
    )  # fmt: skip
    get_settings.cache_clear()
    server = embedded_server(get_settings())
    try:
        yield ready_settings()
    finally:
        server.stop()
        for place in (server.folder, server.socket, folder):
            shutil.rmtree(place, ignore_errors=True)


async def fill(settings: Settings, *, coders: int) -> list[str]:
    """A client, its charts with their pages made, and coders; one chart for each. Returns the coders' addresses."""
    open_vault(settings)
    await DB.open(settings.database_url, size=settings.pool_size)
    try:
        company = Company()
        first = Actor(Kind.ADMINISTRATOR, name="set-up")
        await _add(company, first, Kind.MANAGER, "manager@bench.example", "Manager")
        await _add(company, first, Kind.COMPLIANCE, "compliance@bench.example", "Compliance")
        await open_demo_client(company, RADIOLOGY)
        client_id, manager = company.clients[RADIOLOGY.code], company.of_kind(Kind.MANAGER)[0]
        await _add(company, first, Kind.CLIENT, "staff@bench.example", "Staff", client_id)
        addresses = [f"coder{number}@bench.example" for number in range(1, coders + 1)]
        for address in addresses:
            coder = await _add(company, first, Kind.CODER, address, f"Coder {address.partition('@')[0][5:]}")
            await set_skills(manager, person_id=coder, levels={RADIOLOGY.service_lines[0].specialty: 2})
            await grant_client(manager, person_id=coder, client_id=client_id, now=utc_now())
        await _send_charts(settings, client_id, coders)
        await run_jobs(settings.database_url, JOBS, until_empty=True)
    finally:
        await DB.close()
    return addresses


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[Portal]:
    """The product's own web processes on the scratch database."""
    postmaster = (embedded_server(settings).data / "postmaster.pid").read_text().split()[0]
    async with running([sys.executable, "-m", "portal.commands.main", "serve"], f"{settings.origin}/sign-in") as web:
        yield Portal(settings.origin, web, int(postmaster))


@asynccontextmanager
async def serving_plain(settings: Settings, size: int) -> AsyncIterator[str]:
    """The same web server with one file of `size` bytes; its address."""
    file, port = settings.data / "plain", free_port()
    file.write_bytes(os.urandom(size))
    command = [
        sys.executable, "-m", "granian", "--interface", "asgi", "--no-ws", "--host", "127.0.0.1", "--port", str(port),
        "--workers", str(settings.web_processes), "--log-level", "warning", "portal.commands.bench.plain:app",
    ]  # fmt: skip
    async with running(command, f"http://127.0.0.1:{port}/", {FILE: str(file)}):
        yield f"http://127.0.0.1:{port}/"


@asynccontextmanager
async def running(
    command: list[str], url: str, environment: Mapping[str, str] = MappingProxyType({})
) -> AsyncIterator[subprocess.Popen[bytes]]:
    """A web server that answers at `url`, stopped at the end."""
    web = subprocess.Popen(command, stdout=subprocess.DEVNULL, env={**os.environ, **environment})  # noqa: ASYNC220
    try:
        await _wait_until_it_answers(url, web)
        yield web
    finally:
        web.terminate()
        try:
            web.wait(15)
        except subprocess.TimeoutExpired:
            web.kill()


async def _add(
    company: Company, administrator: Actor, kind: Kind, email: str, name: str, client_id: UUID | None = None
) -> UUID:
    person_id = await create_person(
        administrator, email=email, name=name, kind=kind, password=PASSWORD, now=utc_now(), client_id=client_id
    )
    company.people[email] = Actor(kind, person_id, client_id, name, permissions_of(kind), assurance=1)
    return person_id


async def _send_charts(settings: Settings, client_id: UUID, count: int) -> None:
    from portal.app import create_app

    transport = httpx.ASGITransport(app=create_app(settings))  # type: ignore[arg-type]  # two spellings of ASGI
    staff = Visitor(transport, settings.origin, "staff@bench.example")
    await staff.sign_in()
    papers = [note for note in NOTES if note.client == RADIOLOGY.code and note.layout == "letterhead_pdf"]
    for number in range(count):
        await send_note(staff, _another(papers[number % len(papers)], number), client_id)
    await staff.leave()


def _another(note: Note, number: int) -> Note:
    return replace(note, encounter=f"{note.encounter}-{number}", patient=replace(note.patient, mrn=f"MRN-{number}"))


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


async def _wait_until_it_answers(url: str, web: subprocess.Popen[bytes]) -> None:
    ends_at = time.monotonic() + 60
    async with httpx.AsyncClient() as http:
        while time.monotonic() < ends_at:
            if web.poll() is not None:
                break
            try:
                if (await http.get(url)).status_code == 200:
                    return
            except httpx.HTTPError:
                await asyncio.sleep(0.1)
    raise RuntimeError("the web processes of the benchmark did not answer")
