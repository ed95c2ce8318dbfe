"""Releases of code sets that were imported, and which code held when."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.migrations.running import sql_migration

ID = "2026-11-22T00:00:00:000028"
VERSION = "1.38.0"
DESCRIPTION = "Code sets"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0028_code_sets.sql")
