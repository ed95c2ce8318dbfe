"""Two web processes and two workers over one database and one bucket: nothing lives in a process that another needs."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from storage.aws import connect
from storage.client_keys import forget_keys
from storage.kms import AwsKms
from storage.s3_store import S3Store
from storage.vault import VAULT
from tests.cast import House, build_house
from tests.conftest import Databases, Sql
from tests.journeys.steps import NOTE, Town, change, code, find, issue, pull, submit, upload, verify
from tests.portal.invoicing.delivering import SEPTEMBER, deliver_chart
from tests.processes import Processes, TakingTurns, settings_for
from tests.seaweed import Seaweed
from tests.storage.kms_double import KmsDouble, run_kms

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
async def town(
    database: Databases, sql: Sql, s3_server: Seaweed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Town]:
    """The house, with two of each process on S3 and KMS; every request goes to the other web process."""
    for name, value in s3_server.environment.items():
        monkeypatch.setenv(name, value)
    with run_kms() as kms:
        bucket = s3_server.make_bucket()
        await _open_vault(s3_server, bucket, kms)
        house = await _build(database)
        await deliver_chart(sql, house, at=SEPTEMBER)
        processes = Processes(_settings(database, s3_server, bucket, kms), tmp_path / "processes.log")
        try:
            webs = [processes.serve(), processes.serve()]
            workers = [processes.work(), processes.work()]
            for web in webs:
                await web.wait()
            transport = TakingTurns(*webs)
            made = Town(house, {}, transport)
            yield made
            await made.close()
            assert all(count > 10 for count in transport.answered.values())
            assert all(process.is_alive() for process in workers), "both workers are still at it"
        finally:
            processes.kill_all()
    forget_keys()


async def test_the_whole_life_of_a_chart_on_two_of_each(town: Town, sql: Sql) -> None:
    chart = await upload(town, "clara", town.house.north, encounter="V-1001", mrn="M-77")
    await upload(town, "stranger", town.house.south, encounter="V-1001", mrn="M-77")
    await _until(sql, "SELECT count(*) = 2 FROM chart WHERE state = 'ready'")

    await code(town, "cora", ["J18.9", "E11.9", "G0463 AB"])
    await _until(sql, "SELECT count(*) = 1 FROM queue_entry WHERE stage = 'audit'")
    await find(town, "abel", replace="J18.9", by="J18.1")
    await _until(sql, "SELECT count(*) = 1 FROM chart WHERE state = 'correcting'")
    desk = await pull(town, "cora")
    assert "J18.1" in desk.text, "the coder sees what the auditor found"
    await change(await town.visitor("cora"), desk, "J18.9", "J18.1")
    await submit(town, "cora", desk)
    await _until(sql, "SELECT count(*) = 2 FROM queue_entry WHERE stage = 'audit'")
    await verify(town, "abel")
    await _until(sql, "SELECT count(*) = 2 FROM chart WHERE state = 'delivered'")

    clara = await town.visitor("clara")
    for _ in range(2):  # once from each process
        assert "J18.1" in await clara.see(chart)
        assert "J18.1" in (await clara.fetch(f"{chart}/codes.csv")).decode("utf-8-sig")
        [original] = set(re.findall(r"/documents/[0-9a-f-]{36}/original", await clara.see(chart)))
        assert await clara.fetch(original) == NOTE
    invoice = await issue(town, town.house.north)
    assert "$1.10" in invoice.text
    log = await (await town.visitor("connie")).see("/access-log")
    for name in ("Clara", "Cora", "Abel", "Mona"):
        assert name in log


async def test_who_signs_out_at_one_process_is_signed_out_at_the_other(town: Town) -> None:
    clara = await town.visitor("clara")
    cookies = dict(clara.http.cookies)
    for _ in range(12):
        assert (await clara.http.get("/charts")).url.path == "/charts"
    await clara.send("/sign-out", {}, page="/charts")
    clara.http.cookies.update(cookies)
    for _ in range(12):
        assert (await clara.http.get("/charts")).url.path == "/sign-in"


async def _open_vault(server: Seaweed, bucket: str, kms: KmsDouble) -> None:
    s3 = connect("s3", endpoint=server.endpoint, region="us-east-1")
    VAULT.open(S3Store(s3, bucket), AwsKms(connect("kms", endpoint=kms.endpoint, region="us-east-1")))
    forget_keys()


async def _build(databases: Databases) -> House:
    connection = await asyncpg.connect(databases.superuser)
    try:
        return await build_house(connection)
    finally:
        await connection.close()


def _settings(databases: Databases, server: Seaweed, bucket: str, kms: KmsDouble) -> dict[str, str]:
    return settings_for(
        databases,
        CHARTWAY_STORE="s3",
        CHARTWAY_S3_BUCKET=bucket,
        CHARTWAY_S3_ENDPOINT=server.endpoint,
        CHARTWAY_S3_REGION="us-east-1",
        CHARTWAY_KEYS="kms",
        CHARTWAY_KMS_REGION="us-east-1",
        CHARTWAY_KMS_ENDPOINT=kms.endpoint,
        **server.environment,
    )


async def _until(sql: Sql, question: str) -> None:
    """Wait for the workers."""
    for _ in range(600):
        if (await sql(question))[0][0]:
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"not within a minute: {question}")
