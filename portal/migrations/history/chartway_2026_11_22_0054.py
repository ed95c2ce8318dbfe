"""What documents that came late say that was not there."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.migrations.running import sql_migration

ID = "2026-11-22T00:00:00:000054"
VERSION = "1.38.0"
DESCRIPTION = "Late impact"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0054_late_impact.sql")
