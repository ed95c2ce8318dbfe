"""Working hours, agreed due times, and turnaround by two clocks."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.migrations.running import sql_migration

ID = "2026-11-22T00:00:00:000020"
VERSION = "1.38.0"
DESCRIPTION = "Two clocks"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0020_two_clocks.sql")
