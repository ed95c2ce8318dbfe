"""Sample plans, audits, findings, scores."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.migrations.running import sql_migration

ID = "2026-11-21T23:00:00:000004"
VERSION = "1.38.0"
DESCRIPTION = "Sample plans, audits, findings, scores"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0004_quality.sql")
