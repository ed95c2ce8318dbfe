"""What people may work on, and how their work is taken back."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.migrations.running import sql_migration

ID = "2026-11-22T00:00:00:000023"
VERSION = "1.38.0"
DESCRIPTION = "People"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0023_people.sql")
