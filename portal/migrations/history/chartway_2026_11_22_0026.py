"""Charts in the client's own system, and the time that work takes."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.migrations.running import sql_migration

ID = "2026-11-22T00:00:00:000026"
VERSION = "1.38.0"
DESCRIPTION = "Own systems and work time"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0026_own_systems_and_work_time.sql")
