"""What managers do with the line: work taken back is told of as such, and filters of their own."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.migrations.running import sql_migration

ID = "2026-11-22T00:00:00:000024"
VERSION = "1.38.0"
DESCRIPTION = "Moving work"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0024_moving_work.sql")
