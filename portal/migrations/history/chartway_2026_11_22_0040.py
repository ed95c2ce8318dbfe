"""How long what comes back is kept for its coder, by client."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.migrations.running import sql_migration

ID = "2026-11-22T00:00:00:000040"
VERSION = "1.38.0"
DESCRIPTION = "Kept hours"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0040_kept_hours.sql")
