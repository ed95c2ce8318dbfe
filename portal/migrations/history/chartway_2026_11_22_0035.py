"""Guidelines that are acknowledged, levels of visits, and charge exports."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.migrations.running import sql_migration

ID = "2026-11-22T00:00:00:000035"
VERSION = "1.38.0"
DESCRIPTION = "Guidelines acknowledged, levels, charge exports"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0035_results.sql")
