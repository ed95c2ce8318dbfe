"""The hints of lanes by turns."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.migrations.running import sql_migration

ID = "2026-11-23T00:00:00:000067"
VERSION = "1.38.0"
DESCRIPTION = "Hints by turns"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0067_hints_by_turns.sql")
