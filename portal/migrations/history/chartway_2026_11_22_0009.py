"""Open uploads, late documents, the virus scan, limits of intake."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.migrations.running import sql_migration

ID = "2026-11-22T00:00:00:000009"
VERSION = "1.38.0"
DESCRIPTION = "Open uploads, late documents, virus scan, limits"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0009_arriving.sql")
