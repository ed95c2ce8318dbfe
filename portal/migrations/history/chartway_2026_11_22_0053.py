"""A pull that counts before it looks; lanes that know where they begin."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.migrations.running import sql_migration

ID = "2026-11-23T00:00:00:000053"
VERSION = "1.38.0"
DESCRIPTION = "Counted first"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0053_counted_first.sql")
