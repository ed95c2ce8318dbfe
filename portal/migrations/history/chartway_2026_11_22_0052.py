"""What a patient’s earlier visits at the same client were coded with."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.migrations.running import sql_migration

ID = "2026-11-22T00:00:00:000052"
VERSION = "1.38.0"
DESCRIPTION = "Prior visits"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0052_prior_visits.sql")
