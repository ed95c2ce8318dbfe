"""Worklists, lanes, and who may take what."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.migrations.running import sql_migration

ID = "2026-11-22T00:00:00:000019"
VERSION = "1.38.0"
DESCRIPTION = "The line"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0019_line.sql")
