"""Who locks several places in line does so alone."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.migrations.running import sql_migration

ID = "2026-11-22T00:00:00:000036"
VERSION = "1.38.0"
DESCRIPTION = "Several places at once"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0036_several_places_at_once.sql")
