"""Everything of a client as one ZIP, a piece at a time: originals, charts, codings, access log, hashes of all."""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import IO, Any, cast
from uuid import UUID

import asyncpg

from assignments.opening import open_fields
from assignments.retention.export_tables import CHART_COLUMNS, CODING_COLUMNS, read_charts, read_codings
from auditing.access_log.actions import Action
from auditing.access_log.queries import Filter, read_all
from auditing.access_log.recording import record, record_patients
from portal.actor import Actor, Kind
from portal.database import DB, acting_as
from portal.errors import NotFound
from portal.ids import new_id
from portal.web.csv import cell
from storage.blobs import find_blob, read_blob
from storage.sniffing import MediaType

#: How many documents are looked up at once; each is read piece by piece.
_BATCH = 200
_PIECE = 1 << 20  # bytes


@dataclass
class Export:
    """An export under way, and its counts once it has ended. `pieces` is to be read once, to its end."""

    client_id: UUID
    made_at: datetime
    is_open: bool
    charts: int = 0
    documents: int = 0
    byte_count: int = 0
    events: int = 0
    manifest_sha256: str = ""
    _files: list[dict[str, Any]] = field(default_factory=list)

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """The ZIP in pieces. Its record is kept when the last has been taken: what broke off was no export."""
        officer = Actor(Kind.COMPLIANCE, name="shell")
        # It reads as the client would: what another client owns cannot get in.
        client = Actor(Kind.CLIENT, client_id=self.client_id, name="shell")
        await self._announce(officer)
        out = _Outgoing()
        with zipfile.ZipFile(cast("IO[bytes]", out), "w") as archive:
            # Closed here and not when they are forgotten: an export that breaks off lets go of its entry first.
            async with aclosing(self._add_documents(client, archive, out)) as added:
                async for piece in added:
                    yield piece
            for path, columns, rows in (
                ("charts.csv", CHART_COLUMNS, read_charts(client)),
                ("codings.csv", CODING_COLUMNS, read_codings(client)),
                ("access-log.csv", _EVENT_COLUMNS, self._read_events(officer)),
            ):
                async with aclosing(self._add_table(archive, out, path, columns, rows)) as added:
                    async for piece in added:
                        yield piece
            self._add_manifest(archive)
        yield out.take()
        await self._keep(officer)

    async def _announce(self, officer: Actor) -> None:
        """One access event for each patient, committed before the first byte."""
        async with acting_as(officer):
            name = await DB.value("SELECT name FROM client WHERE id = $1", self.client_id)
            if name is None:
                raise NotFound
            rows = await DB.fetch("SELECT DISTINCT patient_id FROM chart WHERE client_id = $1", self.client_id)
            if rows:
                await record_patients(
                    officer, Action.PATIENT_EXPORTED, patients=[row["patient_id"] for row in rows],
                    client_id=self.client_id,
                )  # fmt: skip

    async def _add_documents(
        self, client: Actor, archive: zipfile.ZipFile, out: "_Outgoing"
    ) -> AsyncGenerator[bytes, None]:
        after = UUID(int=0)
        while True:
            async with acting_as(client):
                rows = await DB.fetch(_DOCUMENTS, after, self.made_at, _BATCH)
                names = await open_fields("document.name", {row["id"]: row["name_sealed"] for row in rows})
            for row in rows:
                async with aclosing(self._add_document(client, archive, out, row, names[row["id"]])) as added:
                    async for piece in added:
                        yield piece
            if len(rows) < _BATCH:
                return
            after = rows[-1]["id"]

    async def _add_document(
        self, client: Actor, archive: zipfile.ZipFile, out: "_Outgoing", row: asyncpg.Record, name: str
    ) -> AsyncGenerator[bytes, None]:
        about = {
            "document": str(row["id"]), "chart": row["number"], "position": row["position"], "name": name,
            "media_type": row["media_type"], "received_at": row["received_at"].isoformat(), "state": row["state"],
        }  # fmt: skip
        self.documents += 1
        if row["purged_at"] is not None:
            self._files.append({**about, "path": None, "purged_at": row["purged_at"].isoformat()})
            return
        async with acting_as(client):
            blob = await find_blob(row["original_blob_id"])
        extension = MediaType(row["media_type"]).extension
        path = f"documents/{row['number']}/{row['position']:02d}-{row['id']}.{extension}"
        digest, size = hashlib.sha256(), 0
        with archive.open(_entry(path, row["received_at"]), "w", force_zip64=True) as entry:
            async for plain in read_blob(blob):
                entry.write(plain)
                digest.update(plain)
                size += len(plain)
                yield out.take()
        self.byte_count += size
        self._files.append({**about, "path": path, "size": size, "sha256": digest.hexdigest()})

    async def _add_table(
        self, archive: zipfile.ZipFile, out: "_Outgoing", path: str, columns: Sequence[str],
        rows: AsyncIterator[Sequence[object]],
    ) -> AsyncGenerator[bytes, None]:  # fmt: skip
        digest, size, count = hashlib.sha256(), 0, -1
        with archive.open(_entry(path, self.made_at), "w", force_zip64=True) as entry:
            async for line in _lines(columns, rows):
                entry.write(line)
                digest.update(line)
                size, count = size + len(line), count + 1
                if out.size > _PIECE:
                    yield out.take()
        yield out.take()
        if path == "charts.csv":
            self.charts = count
        self._files.append({"path": path, "size": size, "sha256": digest.hexdigest(), "rows": count})

    async def _read_events(self, officer: Actor) -> AsyncIterator[Sequence[object]]:
        async for batch in read_all(officer, Filter(client_id=self.client_id)):
            for row in batch:
                self.events += 1
                yield (row["id"], row["recorded_at"], row["actor_id"], row["action"], row["outcome"], row["patient_id"],
                       row["object_type"], row["object_id"], bytes(row["canonical"]).decode())  # fmt: skip

    def _add_manifest(self, archive: zipfile.ZipFile) -> None:
        columns = ("path", "chart", "document", "position", "name", "media_type", "size", "sha256", "received_at",
                   "state", "purged_at")  # fmt: skip
        table = io.StringIO(newline="")
        writer = csv.writer(table, lineterminator="\r\n")
        writer.writerow(columns)
        for file in self._files:
            writer.writerow([cell(file.get(name)) for name in columns])
        archive.writestr(_entry("manifest.csv", self.made_at), table.getvalue())
        manifest = {"client": str(self.client_id), "made_at": self.made_at.isoformat(), "files": self._files}
        whole = json.dumps(manifest, indent=1, ensure_ascii=False).encode()
        archive.writestr(_entry("manifest.json", self.made_at), whole)
        self.manifest_sha256 = hashlib.sha256(whole).hexdigest()

    async def _keep(self, officer: Actor) -> None:
        async with acting_as(officer):
            export_id = new_id()
            await DB.execute(
                "INSERT INTO client_export (id, client_id, made_at, chart_count, document_count, byte_count,"
                " event_count, manifest_sha256, is_open) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                export_id, self.client_id, self.made_at, self.charts, self.documents, self.byte_count, self.events,
                self.manifest_sha256, self.is_open,
            )  # fmt: skip
            await record(
                officer, Action.CLIENT_EXPORTED, object_type="client", object_id=self.client_id,
                client_id=self.client_id,
                details={"export": str(export_id), "documents": self.documents, "manifest": self.manifest_sha256},
            )  # fmt: skip


class _Outgoing:
    """Where the ZIP is written: gathers bytes until they are taken. It cannot be sought in, so nothing is rewritten."""

    def __init__(self) -> None:
        self._gathered = bytearray()

    def write(self, data: bytes) -> int:
        self._gathered += data
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    @property
    def size(self) -> int:
        return len(self._gathered)

    def take(self) -> bytes:
        taken, self._gathered = bytes(self._gathered), bytearray()
        return taken


def _entry(path: str, at: datetime) -> zipfile.ZipInfo:
    at = at.astimezone(UTC)
    return zipfile.ZipInfo(path, (at.year, at.month, at.day, at.hour, at.minute, at.second))


async def _lines(columns: Sequence[str], rows: AsyncIterator[Sequence[object]]) -> AsyncGenerator[bytes, None]:
    """The table as CSV, a line at a time; no cell acts as a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    yield text.getvalue().encode()
    async for row in rows:
        text.seek(0)
        text.truncate()
        writer.writerow([cell(value) for value in row])
        yield text.getvalue().encode()


_EVENT_COLUMNS = ("event", "recorded_at", "actor", "action", "outcome", "patient_id", "object_type", "object_id",
                  "record")  # fmt: skip
_DOCUMENTS = """
  SELECT d.id, c.number, d.position, d.name_sealed, d.media_type, d.received_at, d.state, d.original_blob_id,
         i.purged_at
    FROM document d JOIN chart c ON c.id = d.chart_id LEFT JOIN purge_item i ON i.document_id = d.id
   WHERE d.id > $1 AND d.received_at <= $2 ORDER BY d.id LIMIT $3
"""
