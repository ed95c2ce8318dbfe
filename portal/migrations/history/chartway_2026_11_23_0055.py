"""The patient’s administrative sex, sealed."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.migrations.running import sql_migration

ID = "2026-11-23T00:00:00:000055"
VERSION = "1.38.0"
DESCRIPTION = "Sex"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0055_sex.sql")
