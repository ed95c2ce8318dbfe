"""A chart's proposals are made when it is opened without any, and again from what was learned since."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.migrations.running import sql_migration

ID = "2026-11-23T00:00:00:000057"
VERSION = "1.38.0"
DESCRIPTION = "Proposals when a chart is opened"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0057_proposing.sql")
