"""Agreements, the client's calendar, batches, the schedule, STAT."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.migrations.running import sql_migration

ID = "2026-11-22T00:00:00:000010"
VERSION = "1.38.0"
DESCRIPTION = "Agreements, calendars, batches, the schedule, STAT"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0010_batches.sql")
