"""The worker learns which deliveries are finished."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.migrations.running import sql_migration

ID = "2026-11-22T00:00:00:000018"
VERSION = "1.38.0"
DESCRIPTION = "Finished deliveries"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0018_finished_deliveries.sql")
