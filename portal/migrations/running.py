"""Bring a database to the newest state: all pending migrations, in one transaction, one process at a time."""

import contextlib
import io
import os
from pathlib import Path

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

SQL = Path(__file__).parent / "sql"


def sql_migration(migration_id: str, description: str, script: str) -> MigrationManager:
    """A migration that runs the statements of `portal/migrations/sql/<script>`."""
    manager = MigrationManager(migration_id=migration_id, app_name="chartway", description=description)

    async def run() -> None:
        from portal.migrations.piccolo_conf import DB

        transaction = DB.current_transaction.get()
        if transaction is None:
            raise RuntimeError("migrations run inside migrate()'s transaction")
        await transaction.connection.execute((SQL / script).read_text())

    manager.add_raw(run)
    return manager


def job_tables(migration_id: str, description: str) -> MigrationManager:
    """A migration that makes the job library's tables; every kind that moves charts may put a job in line."""
    manager = MigrationManager(migration_id=migration_id, app_name="chartway", description=description)

    async def run() -> None:
        from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment

        from portal.migrations.piccolo_conf import DB

        transaction = DB.current_transaction.get()
        if transaction is None:
            raise RuntimeError("migrations run inside migrate()'s transaction")
        await transaction.connection.execute(QueryBuilderEnvironment().build_install_query())
        await transaction.connection.execute((SQL / "0006_jobs.sql").read_text())

    manager.add_raw(run)
    return manager


async def migrate(owner_url: str) -> None:
    """Apply every pending migration as the owner of the tables; raises RuntimeError with Piccolo's message."""
    os.environ["PICCOLO_CONF"] = "portal.migrations.piccolo_conf"
    from piccolo.apps.migrations.commands.forwards import run_forwards  # takes a second: only when it is needed

    from portal.migrations.piccolo_conf import DB

    DB.config = {"dsn": owner_url}
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        async with DB.transaction() as transaction:
            # Another process may start at the same moment: the second waits here and then finds nothing to do.
            await transaction.connection.execute("SELECT pg_advisory_xact_lock(hashtext('chartway-migrations'))")
            result = await run_forwards("all")
            if not result.success:
                raise RuntimeError(f"The migration failed: {result.message or said.getvalue()}")
