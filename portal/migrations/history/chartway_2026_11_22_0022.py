"""The pull in fewer statements."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.migrations.running import sql_migration

ID = "2026-11-22T00:00:00:000022"
VERSION = "1.38.0"
DESCRIPTION = "Pulling in fewer statements"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0022_pulling.sql")
