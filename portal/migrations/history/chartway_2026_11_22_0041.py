"""Nobody is told that they are barred from what somebody else pulls."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.migrations.running import sql_migration

ID = "2026-11-22T00:00:00:000041"
VERSION = "1.38.0"
DESCRIPTION = "Barred or busy"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0041_barred_or_busy.sql")
