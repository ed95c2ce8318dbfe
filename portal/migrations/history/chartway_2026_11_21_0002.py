"""Client keys and sealed blobs."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.migrations.running import sql_migration

ID = "2026-11-21T23:00:00:000002"
VERSION = "1.38.0"
DESCRIPTION = "Client keys and sealed blobs"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0002_storage.sql")
