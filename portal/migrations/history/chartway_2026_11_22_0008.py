"""Keys that are rotated and destroyed, certificates, checks of stored documents."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.migrations.running import sql_migration

ID = "2026-11-22T00:00:00:000008"
VERSION = "1.38.0"
DESCRIPTION = "Keys that are rotated and destroyed, certificates, checks of stored documents"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0008_keys.sql")
