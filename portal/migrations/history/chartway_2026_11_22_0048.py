"""How many people keep a code for themselves: a count, for looking ahead at a release."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.migrations.running import sql_migration

ID = "2026-11-22T00:00:00:000048"
VERSION = "1.38.0"
DESCRIPTION = "Kept codes"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0048_kept_codes.sql")
