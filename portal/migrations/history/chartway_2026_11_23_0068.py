"""Many who sign in from one address."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.migrations.running import sql_migration

ID = "2026-11-23T00:00:00:000068"
VERSION = "1.38.0"
DESCRIPTION = "Shared addresses"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0068_shared_addresses.sql")
