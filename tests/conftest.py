"""The test floor: a real PostgreSQL, the real migrations, the application's login role, a fresh copy per test."""

import asyncio
import hashlib
import os
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest
from hypothesis import HealthCheck, settings

from portal.commands.embedded import EmbeddedPostgres
from portal.database import DB
from portal.jobs import run_jobs
from portal.migrations.preparing import prepare
from portal.migrations.running import migrate
from storage.client_keys import forget_keys
from storage.objects import FolderStore
from storage.providers import LocalKeyring
from storage.vault import VAULT
from tests.cast import Browser, House, build_house, open_browser, the_app
from tests.seaweed import Seaweed

OURS = ("CHARTWAY_KILLS", "CHARTWAY_CHAOS_OPERATIONS", "CHARTWAY_CHAOS_SECONDS", "CHARTWAY_CHAOS_MUTANTS")
for name in [name for name in os.environ if name.startswith("CHARTWAY_") and name not in OURS]:
    del os.environ[name]  # an exported setting must never point the tests at somebody's database
os.environ["CHARTWAY_SCAN"] = "off"  # tests that scan say so
os.environ["CHARTWAY_OCR"] = "off"  # likewise; what is installed must not matter

# A slow machine is no fault of an example.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

REPOSITORY = Path(__file__).parents[1]


@dataclass(frozen=True)
class Databases:
    """Where the tests' databases are: URLs for the application, the owner and a superuser."""

    server: EmbeddedPostgres
    name: str

    @property
    def app(self) -> str:
        return self.server.url(self.name, "chartway_app")

    @property
    def owner(self) -> str:
        return self.server.url(self.name, "chartway_owner")

    @property
    def superuser(self) -> str:
        return self.server.url(self.name)


@pytest.fixture(scope="session")
def server() -> EmbeddedPostgres:
    """One PostgreSQL for all test processes of this checkout, left running by the first and stopped by the system."""
    place = hashlib.sha256(str(REPOSITORY).encode()).hexdigest()[:8]
    embedded = EmbeddedPostgres(Path(tempfile.gettempdir()) / f"chartway-tests-{place}", fast=True)
    with _only_one_at_a_time(embedded.folder):
        embedded.start()
    return embedded


@pytest.fixture(scope="session")
def template(server: EmbeddedPostgres) -> str:
    """The name of a migrated, empty database, made once for each state of the migrations."""
    digest = hashlib.sha256()
    for path in sorted((REPOSITORY / "portal" / "migrations").rglob("*")):
        if path.suffix in (".sql", ".py"):
            digest.update(path.read_bytes())
    digest.update(_WATCH.encode())
    name = f"template_{digest.hexdigest()[:12]}"
    with _only_one_at_a_time(server.folder):
        asyncio.run(_make_template(server, name))
    return name


async def _make_template(server: EmbeddedPostgres, name: str) -> None:
    connection = await asyncpg.connect(server.url("postgres"))
    try:
        if await connection.fetchval("SELECT datistemplate FROM pg_database WHERE datname = $1", name):
            return
        await connection.execute(f'DROP DATABASE IF EXISTS "{name}"')
        await prepare(server.url, server.password, name)
        await migrate(server.url(name, "chartway_owner"))
        watcher = await asyncpg.connect(server.url(name))
        await watcher.execute(_WATCH)
        await watcher.close()
        await connection.execute(f'ALTER DATABASE "{name}" IS_TEMPLATE true')
    finally:
        await connection.close()


class Kept:
    """The database of this test process: emptied after a test, or made anew if one changed more than rows.

    What empties it stays connected, on a loop of its own: a new connection would learn all tables again each time.
    """

    def __init__(self, server: EmbeddedPostgres, template: str, name: str) -> None:
        self.server, self.template, self.name = server, template, name
        self.uses = 0
        self.loop = asyncio.new_event_loop()
        self.connection: asyncpg.Connection | None = None

    def renew(self) -> None:
        """Make it as the migrations leave it."""
        self.loop.run_until_complete(self._renew())
        self.uses += 1

    def drop(self) -> None:
        """Remove it."""
        self.loop.run_until_complete(_drop(self.server, [self.name]))
        self.loop.close()

    async def _renew(self) -> None:
        with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):  # a test may have ended all connections
            if self.connection and self.uses < _USES and await _emptied(self.connection):
                return
        if self.connection:
            self.connection.terminate()
        await _drop(self.server, [self.name])
        connection = await asyncpg.connect(self.server.url("postgres"))
        await connection.execute(f'CREATE DATABASE "{self.name}" TEMPLATE "{self.template}" OWNER chartway_owner')
        await connection.close()
        self.connection, self.uses = await asyncpg.connect(self.server.url(self.name)), 0
        await self.connection.execute("SET session_replication_role = replica; SET event_triggers = off")


@pytest.fixture(scope="session")
def kept(server: EmbeddedPostgres, template: str, worker_id: str) -> Iterator[Kept]:
    """The database that the tests of this process use one after the other."""
    one = Kept(server, template, f"test_{worker_id}_{os.getpid()}")
    yield one
    one.drop()


@pytest.fixture
def databases(kept: Kept) -> Databases:
    """A database for one test, as the migrations leave it."""
    kept.renew()
    return Databases(kept.server, kept.name)


#: A database that was emptied this often is made anew: what was deleted still lies in its files.
_USES = 300
#: What migrations put there, beside the rows that are rewritten below.
_SEEDED = ("migration", "sealed_place", "worklist", "eligibility", "pend_reason")


async def _emptied(connection: asyncpg.Connection) -> bool:
    """Delete every row that a test left; False if one changed the schema, a right or a row of a migration."""
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    if await connection.fetchval(
        "SELECT EXISTS (SELECT FROM tests.spoiled)"
        " OR EXISTS (TABLE sealed_place EXCEPT TABLE tests.sealed_place)"
        " OR EXISTS (TABLE tests.sealed_place EXCEPT TABLE sealed_place)"
    ):
        return False
    await connection.execute("SELECT tests.empty($1)".replace("$1", f"ARRAY{list(_SEEDED)!r}"))
    return True


#: Marks a database in which anything but rows was changed, and empties one in which nothing else was.
_WATCH = """
CREATE SCHEMA tests;
CREATE TABLE tests.spoiled (command text);
CREATE TABLE tests.worklist AS TABLE worklist;
CREATE TABLE tests.pend_reason AS TABLE pend_reason;
CREATE TABLE tests.sealed_place AS TABLE sealed_place;
CREATE FUNCTION tests.spoil() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  INSERT INTO tests.spoiled VALUES (tg_tag);
END $$;
CREATE FUNCTION tests.empty(seeded text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  name text; one text; always text[]; is_there boolean;
BEGIN
  FOR name IN SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
                 AND relname <> ALL (seeded) LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', name) INTO is_there;
    CONTINUE WHEN NOT is_there;
    SELECT array_agg(tgname) INTO always FROM pg_trigger
     WHERE tgrelid = format('public.%I', name)::regclass AND tgenabled = 'A';
    FOREACH one IN ARRAY coalesce(always, '{}') LOOP  -- append-only, whatever the session's role
      EXECUTE format('ALTER TABLE public.%I DISABLE TRIGGER %I', name, one);
    END LOOP;
    EXECUTE format('DELETE FROM public.%I', name);
    FOREACH one IN ARRAY coalesce(always, '{}') LOOP
      EXECUTE format('ALTER TABLE public.%I ENABLE ALWAYS TRIGGER %I', name, one);
    END LOOP;
  END LOOP;
  DELETE FROM worklist;
  INSERT INTO worklist SELECT * FROM tests.worklist;
  DELETE FROM pend_reason;
  INSERT INTO pend_reason SELECT * FROM tests.pend_reason;
END $$;
CREATE EVENT TRIGGER tests_watch ON ddl_command_end EXECUTE FUNCTION tests.spoil();
CREATE EVENT TRIGGER tests_watch_drops ON sql_drop EXECUTE FUNCTION tests.spoil();
"""


async def _drop(server: EmbeddedPostgres, names: list[str]) -> None:
    connection = await asyncpg.connect(server.url("postgres"))
    for name in names:
        await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    await connection.close()


@pytest.fixture
async def database(databases: Databases) -> AsyncIterator[Databases]:
    """The product's own pool, open on a fresh database with the application's login role."""
    await DB.open(databases.app, size=10)
    yield databases
    await DB.close()


Sql = Callable[..., Awaitable[list[asyncpg.Record]]]


@pytest.fixture
async def sql(database: Databases) -> AsyncIterator[Sql]:
    """Look at the tables, or age a row, as a superuser whom row-level security does not bind."""
    connection = await asyncpg.connect(database.superuser)

    async def run(statement: str, *arguments: object) -> list[asyncpg.Record]:
        return await connection.fetch(statement, *arguments)

    yield run
    await connection.close()


@pytest.fixture
async def house(database: Databases, tmp_path: Path) -> AsyncIterator[House]:
    """Two clients and the cast, with a vault in a folder of the test's own."""
    VAULT.open(FolderStore(tmp_path / "documents"), LocalKeyring(tmp_path / "keyring"))
    forget_keys()
    connection = await asyncpg.connect(database.superuser)
    try:
        yield await build_house(connection)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seaweed]:
    """A real S3 server for this test process; make a bucket for each test."""
    server = Seaweed(tmp_path_factory.mktemp("seaweed"))
    try:
        server.start()
        yield server
    finally:
        server.remove()


Web = Callable[[str | None], Awaitable[Browser]]


@pytest.fixture
async def web(house: House) -> AsyncIterator[Web]:
    """Open somebody's browser on the application: `clara = await web("clara")`; None is nobody."""
    app = the_app()
    opened: list[Browser] = []

    async def open_for(name: str | None) -> Browser:
        opened.append(await open_browser(app, house.people[name] if name else None))
        return opened[-1]

    yield open_for
    for browser in opened:
        await browser.http.aclose()


@pytest.fixture
def work(database: Databases) -> Callable[[], Awaitable[None]]:
    """Let the worker do every job that waits."""

    async def run() -> None:
        from portal.commands.working import JOBS

        await run_jobs(database.app, JOBS, until_empty=True)

    return run


class _only_one_at_a_time:  # noqa: N801 - reads as a statement
    """A lock between test processes."""

    def __init__(self, folder: Path) -> None:
        self.path = folder.parent / f"{folder.name}.lock"

    def __enter__(self) -> None:
        import fcntl

        self.handle = self.path.open("w")
        fcntl.flock(self.handle, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        self.handle.close()


@pytest.fixture(scope="session")
def worker_id(request: pytest.FixtureRequest) -> str:
    """The name of this test process, also without pytest-xdist."""
    workerinput = getattr(request.config, "workerinput", None)
    return workerinput["workerid"] if workerinput else "main"
