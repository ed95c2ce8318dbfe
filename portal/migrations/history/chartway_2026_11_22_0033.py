"""Charts wait for answers, or cannot be coded."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.migrations.running import sql_migration

ID = "2026-11-22T00:00:00:000033"
VERSION = "1.38.0"
DESCRIPTION = "Pends"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0033_pends.sql")
