"""Possible duplicates, and documents that resemble each other."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.migrations.running import sql_migration

ID = "2026-11-22T00:00:00:000014"
VERSION = "1.38.0"
DESCRIPTION = "Possible duplicates"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0014_duplicates.sql")
