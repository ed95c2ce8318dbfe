"""Send files ahead of their form, as the upload page does with its script."""

from typing import Any
from uuid import uuid4

import httpx

from assignments.intake.rules import PART_BYTES
from tests.assignments.sending import File
from tests.cast import Browser

JSON = {"accept": "application/json"}


class Staged:
    """One open upload in somebody's browser."""

    def __init__(self, browser: Browser, upload_id: str | None = None) -> None:
        self.http, self.id = browser.http, upload_id or str(uuid4())

    async def announce(self, name: str, size: int, modified: int = 1) -> Any:
        """What the server says of a file before it is sent."""
        said = {"name": name, "size": size, "modified": modified}
        answer = await self.http.post(f"/staged/{self.id}/files", json=said, headers=JSON)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def part(self, file_id: str, number: int, content: bytes) -> httpx.Response:
        """Send one part of a file."""
        return await self.http.put(
            f"/staged/{self.id}/files/{file_id}/parts/{number}", content=content,
            headers={**JSON, "content-type": "application/octet-stream"},
        )  # fmt: skip

    async def whole(self, file_id: str) -> httpx.Response:
        """Say that all parts are there."""
        return await self.http.post(f"/staged/{self.id}/files/{file_id}/whole", headers=JSON)

    async def remove(self, file_id: str) -> httpx.Response:
        """Take a file out."""
        return await self.http.delete(f"/staged/{self.id}/files/{file_id}", headers=JSON)

    async def files(self) -> Any:
        """What the server knows of the upload; nothing if it is not open, or somebody else's."""
        answer = await self.http.get(f"/staged/{self.id}", headers=JSON)
        assert answer.status_code in (200, 404)
        return answer.json()["files"] if answer.status_code == 200 else []

    async def put(self, *files: File) -> list[Any]:
        """Send whole files; what became of each."""
        done = []
        for name, content, _ in files:
            there = await self.announce(name, len(content))
            if there["state"] == "receiving":
                for number in range(1, -(-len(content) // PART_BYTES) + 1):
                    answer = await self.part(
                        there["id"], number, content[(number - 1) * PART_BYTES : number * PART_BYTES]
                    )
                    assert answer.status_code == 204, answer.text
                there |= (await self.whole(there["id"])).json()
            done.append(there)
        return done
