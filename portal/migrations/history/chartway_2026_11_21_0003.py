"""Patients, charts, the line, codings, chart events."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.migrations.running import sql_migration

ID = "2026-11-21T23:00:00:000003"
VERSION = "1.38.0"
DESCRIPTION = "Patients, charts, the line, codings, chart events"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0003_assignments.sql")
