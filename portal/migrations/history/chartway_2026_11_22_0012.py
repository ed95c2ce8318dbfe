"""Pages as pictures with text layers."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.migrations.running import sql_migration

ID = "2026-11-22T00:00:00:000012"
VERSION = "1.38.0"
DESCRIPTION = "Pages as pictures with text layers"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0012_pages.sql")
