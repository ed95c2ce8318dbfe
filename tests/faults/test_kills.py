"""What takes uploads of 50 MB is killed at random points: nothing acknowledged is lost, nothing half is shown.

Web processes and workers are killed, and where documents lie in S3 the S3 server too. The ordinary run kills a few.
`CHARTWAY_KILLS=200 pytest -s tests/faults/test_kills.py` kills two hundred, half of them on each store, and prints what
happened.
"""

import os
import random
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from storage.client_keys import forget_keys
from storage.providers import LocalKeyring
from storage.vault import VAULT
from tests.cast import build_house
from tests.conftest import Databases, Sql
from tests.faults.battle import Battle
from tests.processes import Processes, settings_for
from tests.storage.stores import Place, folder_place, s3_place

KILLS = int(os.environ.get("CHARTWAY_KILLS", "8"))

pytestmark = pytest.mark.timeout(300 + 60 * KILLS)


@pytest.fixture(params=["folder", "s3"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def settings(
    kind: str, request: pytest.FixtureRequest, database: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    """The environment of the processes."""
    keyring = {"CHARTWAY_KEYRING": str(tmp_path / "keyring")}
    if kind == "folder":
        return settings_for(database, CHARTWAY_DOCUMENTS=str(tmp_path / "documents"), **keyring)
    server = request.getfixturevalue("s3_server")
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    return settings_for(
        database,
        CHARTWAY_STORE="s3",
        CHARTWAY_S3_BUCKET=server.make_bucket(),
        CHARTWAY_S3_ENDPOINT=server.endpoint,
        CHARTWAY_S3_REGION="us-east-1",
        **server.environment,
        **keyring,
    )


@pytest.fixture
def place(kind: str, request: pytest.FixtureRequest, settings: dict[str, str], tmp_path: Path) -> Place:
    """The store that the processes use, for looking behind it."""
    if kind == "folder":
        return folder_place(tmp_path / "documents")
    return s3_place(request.getfixturevalue("s3_server"), bucket=settings["CHARTWAY_S3_BUCKET"])


@pytest.fixture
async def battle(
    kind: str, request: pytest.FixtureRequest, database: Databases, settings: dict[str, str], place: Place,
    tmp_path: Path,
) -> AsyncIterator[Battle]:  # fmt: skip
    VAULT.open(place.store, LocalKeyring(tmp_path / "keyring"))
    forget_keys()
    connection = await asyncpg.connect(database.superuser)
    house = await build_house(connection)
    await connection.close()
    processes = Processes(settings, tmp_path / "processes.log")
    server = request.getfixturevalue("s3_server") if kind == "s3" else None
    stores = KILLS // 8 if server else 0
    workers = (KILLS // 2 - stores) // 2
    wanted = Counter(web=KILLS // 2 - stores - workers, worker=workers, store=stores)
    try:
        yield Battle(house, processes, wanted, random.Random(2026), server)
    finally:
        processes.kill_all()
        forget_keys()


async def test_kills_at_random_moments_lose_nothing(battle: Battle, place: Place, sql: Sql, kind: str) -> None:
    await battle.fight()
    await battle.clear_up(sql)
    await battle.ensure_nothing_is_lost(sql, place)
    assert battle.kills == battle.wanted
    print(f"\n{kind}: {battle}", flush=True)
