"""Text recognition."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.migrations.running import sql_migration

ID = "2026-11-22T00:00:00:000016"
VERSION = "1.38.0"
DESCRIPTION = "Text recognition"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0016_recognition.sql")
