"""Managers close charts and have finished ones coded again."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.migrations.running import sql_migration

ID = "2026-11-22T00:00:00:000037"
VERSION = "1.38.0"
DESCRIPTION = "Managers close and reopen"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0037_managers_close_and_reopen.sql")
