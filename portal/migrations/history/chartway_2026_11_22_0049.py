"""Which codes a client had before, asked rightly."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.migrations.running import sql_migration

ID = "2026-11-22T00:00:00:000049"
VERSION = "1.38.0"
DESCRIPTION = "Seen before"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0049_seen_before.sql")
