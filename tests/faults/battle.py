"""Uploads of 50 MB while what takes them is killed, and the count of what was lost, which is nothing."""

import asyncio
import random
import re
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from uuid import UUID

import httpx

from portal.actor import WORKER
from portal.commands.demo.visiting import Visitor
from portal.database import acting_as
from storage.blobs import find_blob, read_blob, sweep_blobs
from storage.inventory import take_inventory
from tests.assignments.sending import encounter
from tests.cast import PASSWORD, House
from tests.conftest import Sql
from tests.faults.large_files import make_large_pdf
from tests.processes import ORIGIN, Aimed, EndedEarly, Processes, Web
from tests.seaweed import Seaweed
from tests.storage.stores import Place

#: Who sends; each from a web process of their own.
SENDERS = ("clara", "carl")
#: Of uploads that were not acknowledged, how many are sent again.
SENT_AGAIN = 0.3


@dataclass
class Sent:
    """One upload, and what its sender was told."""

    id: UUID
    digest: str
    acknowledged: bool = False


@dataclass
class Battle:
    """Senders, web processes, workers, perhaps an S3 server; somebody kills them at random moments."""

    house: House
    processes: Processes
    #: How many of each are to be killed: "web", "worker", "store".
    wanted: Counter[str]
    draw: random.Random
    server: Seaweed | None
    sent: list[Sent] = field(default_factory=list)
    kills: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    seconds_of_an_upload: float = 3.0

    async def fight(self) -> None:
        """Kill until enough have been killed."""
        try:
            async with asyncio.TaskGroup() as all_of_them:
                all_of_them.create_task(self._kill_workers())
                if self.server:
                    all_of_them.create_task(self._kill_store(self.server))
                for name in SENDERS:
                    all_of_them.create_task(self._send_and_kill(name))
        finally:
            self.processes.kill_all()

    def _wants(self, victim: str) -> bool:
        return self.kills[victim] < self.wanted[victim]

    async def _send_and_kill(self, name: str) -> None:
        aim = Aimed()
        aim.web = await self._serve()
        visitor = Visitor(aim, ORIGIN, f"{name}@example.com", PASSWORD)
        visitor.http.timeout = httpx.Timeout(120)
        await visitor.sign_in()
        while self.kills < self.wanted:
            upload = self._next(name)
            sending = asyncio.create_task(self._send(visitor, upload))
            if self._wants("web"):
                self.kills["web"] += 1
                await self._wait_for_a_moment()
                await asyncio.to_thread(self.processes.kill, aim.web.process)
                aim.web = await self._serve()
            await sending
            if not upload[0].acknowledged and self.draw.random() < SENT_AGAIN:
                await self._send_until_it_arrives(visitor, upload)
        await self._send_until_it_arrives(visitor, self._next(name))
        await visitor.leave()

    async def _serve(self) -> Web:
        """A web process that answers. One that finds no store does not start, and is started again."""
        for _ in range(60):
            with suppress(EndedEarly):
                return await self.processes.serve().wait()
            await asyncio.sleep(0.5)
        raise AssertionError("no web process started")

    async def _wait_for_a_moment(self) -> None:
        """A random moment of an upload, or after it, when its pages are drawn."""
        await asyncio.sleep(self.draw.uniform(0, 1.7 * self.seconds_of_an_upload))

    def _next(self, name: str) -> tuple[Sent, dict[str, str], bytes]:
        number = len(self.sent)
        fields = encounter(self.house.north, encounter_number=f"K-{number}", mrn=f"M-{number}")
        content = make_large_pdf(f"Encounter {number} of {name}")
        self.sent.append(Sent(UUID(fields["upload_id"]), sha256(content).hexdigest()))
        return self.sent[-1], fields, content

    async def _send(self, visitor: Visitor, upload: tuple[Sent, dict[str, str], bytes]) -> None:
        sent, fields, content = upload
        began = asyncio.get_running_loop().time()
        try:
            receipt = await visitor.send("/upload", fields, page="/upload", files=[("files", ("note.pdf", content))])
        except httpx.HTTPError:
            self.told["nothing"] += 1
        except RuntimeError as refusal:
            if "Nothing was lost; try again" not in str(refusal):
                raise
            self.told["the store is away"] += 1
        else:
            assert receipt.url.path == f"/uploads/{sent.id}"
            sent.acknowledged = bool(re.search(r'href="/charts/[0-9a-f-]{36}"', receipt.text))
            if sent.acknowledged:
                self.told["it arrived"] += 1
                self.arrived.set()
            self.seconds_of_an_upload = asyncio.get_running_loop().time() - began

    async def _send_until_it_arrives(self, visitor: Visitor, upload: tuple[Sent, dict[str, str], bytes]) -> None:
        for _ in range(20):
            await self._send(visitor, upload)
            if upload[0].acknowledged:
                return
            await asyncio.sleep(1)
        raise AssertionError(f"sent again and again, it does not arrive; senders were told {dict(self.told)}")

    async def _kill_workers(self) -> None:
        workers = [self.processes.work(), self.processes.work()]
        while self.kills < self.wanted:
            await self._wait_for_a_moment()
            if self._wants("worker"):
                self.kills["worker"] += workers[0].is_alive()  # one that found no store has ended by itself
                await asyncio.to_thread(self.processes.kill, workers.pop(0))
                workers.append(self.processes.work())

    async def _kill_store(self, server: Seaweed) -> None:
        """Kill the S3 server now and then; something arrives in between, however slow this machine is just now."""
        while self._wants("store"):
            await self._wait_for_a_moment()
            await asyncio.to_thread(server.kill)
            self.arrived.clear()
            self.kills["store"] += 1
            # From this very thread: the server ends with the thread that has started it.
            server.launch()
            await asyncio.to_thread(server.wait)
            await self.arrived.wait()

    async def clear_up(self, sql: Sql) -> None:
        """One calm worker does what is left, and every lease runs out."""
        await sql("UPDATE pgqueuer SET heartbeat = heartbeat - interval '1 hour'")
        self.processes.work()
        for _ in range(1200):
            if not (await sql("SELECT count(*) FROM document WHERE state = 'received'"))[0][0]:
                break
            await asyncio.sleep(0.1)
        self.processes.kill_all()
        await sql(
            "UPDATE blob SET lease_until = clock_timestamp() - interval '1 second'"
            " WHERE state IN ('pending', 'sweeping', 'deleting')"
        )
        while await sweep_blobs(WORKER):
            pass

    async def ensure_nothing_is_lost(self, sql: Sql, place: Place) -> None:
        """Everything acknowledged is there, whole and prepared; nothing else is shown; nothing is left over."""
        rows = await sql(
            "SELECT u.id, u.chart_id, d.state, d.original_blob_id, d.page_count FROM upload u"
            " JOIN document d ON d.chart_id = u.chart_id"
        )
        shown = {UUID(bytes=row["id"].bytes): row for row in rows}
        assert len(shown) == len(rows) == (await sql("SELECT count(*) FROM chart"))[0][0]
        assert {sent.id for sent in self.sent if sent.acknowledged} - set(shown) == set(), "acknowledged and lost"
        for sent in self.sent:
            if sent.id in shown:
                row = shown[sent.id]
                assert (row["state"], row["page_count"]) == ("ready", 1)
                assert await _digest(row["original_blob_id"]) == sent.digest, "shown, but not what was sent"
        assert place.find_leftovers() == []
        found = await take_inventory(WORKER)
        assert (found.without_row, found.without_object) == ((), ())
        assert await sql("SELECT FROM blob WHERE state NOT IN ('stored', 'abandoned')") == []
        # A page that was sealed and never confirmed is swept, so what is stored is what documents name.
        assert await sql(
            "SELECT FROM blob b WHERE state = 'stored' AND NOT EXISTS"
            " (SELECT FROM document d WHERE d.original_blob_id = b.id) AND NOT EXISTS"
            " (SELECT FROM document_page p WHERE b.id IN (p.image_blob_id, p.text_blob_id))"
        ) == []  # fmt: skip

    def __str__(self) -> str:
        acknowledged = sum(sent.acknowledged for sent in self.sent)
        return (
            f"{dict(self.kills)} killed; {len(self.sent)} uploads begun, {acknowledged} acknowledged, 0 lost;"
            f" senders were told {dict(self.told)}"
        )


async def _digest(blob_id: UUID) -> str:
    async with acting_as(WORKER):
        blob = await find_blob(blob_id)
    digest = sha256()
    async for piece in read_blob(blob):
        digest.update(piece)
    return digest.hexdigest()
