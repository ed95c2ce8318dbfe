"""Since when a scanned document waits for text recognition."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.migrations.running import sql_migration

ID = "2026-11-22T00:00:00:000064"
VERSION = "1.38.0"
DESCRIPTION = "Waiting for words"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0064_waiting_for_words.sql")
