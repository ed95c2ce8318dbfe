"""Auditors read the calendars by which a chart is kept for its coder."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.migrations.running import sql_migration

ID = "2026-11-22T00:00:00:000027"
VERSION = "1.38.0"
DESCRIPTION = "Kept for the coder"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0027_kept_for_the_coder.sql")
