"""`chartway keys` and `chartway verify`, started as commands against a database and a vault."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from storage.signing import InstallationKey
from tests.cast import House
from tests.conftest import Databases, Sql
from tests.factories import make_chart

Run = Callable[..., Awaitable[tuple[int, str]]]


@pytest.fixture
def chartway(databases: Databases, tmp_path: Path) -> Run:
    """Run `chartway …` with something typed into it; its exit code and everything it printed."""

    async def run(*arguments: str, typed: str = "") -> tuple[int, str]:
        process = await asyncio.create_subprocess_exec(
            str(Path(sys.executable).parent / "chartway"), *arguments,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
            env={"PATH": os.environ["PATH"], "CHARTWAY_DATABASE_URL": databases.app,
                 "CHARTWAY_OWNER_URL": databases.owner, "CHARTWAY_DATA": str(tmp_path / "nothing"),
                 "CHARTWAY_DOCUMENTS": str(tmp_path / "documents"), "CHARTWAY_KEYRING": str(tmp_path / "keyring")},
        )  # fmt: skip
        said, _ = await asyncio.wait_for(process.communicate(typed.encode()), 60)
        assert process.returncode is not None
        return process.returncode, said.decode()

    return run


async def test_rotating_one_client_and_all(house: House, sql: Sql, chartway: Run) -> None:
    await make_chart(sql, house, with_pages=1)
    code, said = await chartway("keys", "rotate", "--client", "NOR")
    assert code == 0, said
    assert "NOR: version 2 seals now" in said
    assert "blobs: " in said
    code, said = await chartway("keys", "rotate", "--all")
    assert code == 0, said
    assert "NOR: version 3 seals now" in said
    assert "SOU: version 2 seals now; 0 sealed again; 1 older kept for an hour." in said
    assert len(await sql("SELECT FROM access_event WHERE action = 'key:rotated'")) == 3
    for wrong in (("keys", "rotate"), ("keys", "rotate", "--all", "--client", "NOR")):
        assert (await chartway(*wrong))[0] == 2
    code, said = await chartway("keys", "rotate", "--client", "XXX")
    assert (code, "no client with this code" in said) == (1, True)


async def test_destroying_asks_for_the_code_and_leaves_a_certificate(
    house: House, sql: Sql, chartway: Run, tmp_path: Path
) -> None:
    await make_chart(sql, house, with_pages=1)
    for typed in ("", "NO\n", "nor\n", "SOU\n"):
        code, said = await chartway("keys", "destroy", "--client", "NOR", typed=typed)
        assert code == 1, said
    assert {row["state"] for row in await sql("SELECT state FROM client_key")} == {"active"}
    code, said = await chartway("keys", "destroy", "--client", "NOR", "--by", "cody@example.com", typed="NOR\n")
    assert (code, "No compliance officer or administrator" in said) == (1, True)

    code, said = await chartway("keys", "destroy", "--client", "NOR", "--by", "connie@example.com", typed="NOR\n")
    assert code == 0, said
    assert "It cannot be undone." in said
    assert "this client is open" in said
    certificate = said.rpartition("Certificate: ")[2].strip()
    code, said = await chartway("keys", "certificate", certificate)
    statement = json.loads(json.loads(said)["statement"])
    assert statement["client"]["code"] == "NOR"
    assert statement["by"]["name"] == "Connie"
    code, said = await chartway("keys", "certificate", certificate, "--verify")
    assert (code, "The certificate holds." in said, "signing key of this installation." in said) == (0, True, True)

    signing_key = tmp_path / "keyring" / "installation.signing"
    signing_key.unlink()
    code, said = await chartway("keys", "certificate", certificate, "--verify")
    assert (code, "no signing key here" in said) == (0, True)
    assert not signing_key.exists()
    InstallationKey(tmp_path / "keyring")
    code, said = await chartway("keys", "certificate", certificate, "--verify")
    assert (code, "not the signing key of this installation" in said) == (0, True)
    await sql("SET session_replication_role = replica")
    await sql("ALTER TABLE destruction_certificate DISABLE TRIGGER USER")
    await sql("UPDATE destruction_certificate SET signature = $1", bytes(64))
    code, said = await chartway("keys", "certificate", certificate, "--verify")
    assert (code, "does not hold" in said) == (1, True)

    code, said = await chartway("keys", "destroy", "--client", "NOR", typed="NOR\n")
    assert (code, "destroyed already" in said) == (1, True)
    code, said = await chartway("keys", "rotate", "--client", "NOR")
    assert (code, "no client with this code and a key" in said) == (1, True)


async def test_verifying_documents_ends_with_one_when_something_is_damaged(
    house: House, sql: Sql, chartway: Run, tmp_path: Path
) -> None:
    await make_chart(sql, house, with_pages=2)
    code, said = await chartway("verify", "documents", "--all")
    assert (code, said.strip()) == (0, "6 read, 0 failed, 0 objects without a row.")
    code, said = await chartway("verify", "documents", "--sample", "2", "--client", "NOR")
    assert (code, said.strip()) == (0, "2 read, 0 failed, 0 objects without a row.")
    [blob] = await sql("SELECT id, client_id, store_key FROM blob LIMIT 1")
    (tmp_path / "documents" / blob["store_key"]).unlink()
    code, said = await chartway("verify", "documents", "--all")
    assert code == 1
    assert f"blob {blob['id']} of client {blob['client_id']}: the object is missing" in said
    assert (await chartway("verify", "documents", "--client", "XXX"))[0] == 1
