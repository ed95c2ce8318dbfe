"""The embedded PostgreSQL: a socket of its own, a password, calm when started twice."""

import os
import stat
from pathlib import Path

import asyncpg
import pytest

from portal.commands.embedded import EmbeddedPostgres
from tests.conftest import Databases


async def test_it_listens_on_a_socket_that_others_cannot_reach(server: EmbeddedPostgres, databases: Databases) -> None:
    connection = await asyncpg.connect(databases.superuser)
    try:
        assert await connection.fetchval("SHOW listen_addresses") == ""
        assert await connection.fetchval("SHOW log_error_verbosity") == "terse"
        assert await connection.fetchval("SHOW log_parameter_max_length_on_error") == "0"
        rules = await connection.fetch("SELECT type, auth_method FROM pg_hba_file_rules")
    finally:
        await connection.close()
    assert {rule["auth_method"] for rule in rules} == {"scram-sha-256"}
    for path in (server.folder, server.socket):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert stat.S_IMODE(server.password_file.stat().st_mode) == 0o600


async def test_without_the_password_nobody_gets_in(server: EmbeddedPostgres) -> None:
    for user in ("postgres", "chartway_app"):
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(f"postgresql://{user}:guess@/postgres?host={server.socket}")


def test_starting_it_twice_is_calm(server: EmbeddedPostgres) -> None:
    password, process = server.password, (server.data / "postmaster.pid").read_text().splitlines()[0]
    server.start()
    assert server.is_running()
    assert server.password == password
    assert (server.data / "postmaster.pid").read_text().splitlines()[0] == process


def test_a_long_path_gets_a_short_socket(tmp_path: Path) -> None:
    deep = tmp_path / ("a" * 60) / ("b" * 60)
    assert len(os.fsencode(EmbeddedPostgres(deep).socket)) < 90
