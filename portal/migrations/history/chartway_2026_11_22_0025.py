"""One order of locks for everything that touches the line."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.migrations.running import sql_migration

ID = "2026-11-22T00:00:00:000025"
VERSION = "1.38.0"
DESCRIPTION = "One order of locks"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0025_lock_order.sql")
