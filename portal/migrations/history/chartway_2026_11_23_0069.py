"""People of closed clients do not sign in."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.migrations.running import sql_migration

ID = "2026-11-23T00:00:00:000069"
VERSION = "1.38.0"
DESCRIPTION = "Closed clients"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0069_closed_clients.sql")
