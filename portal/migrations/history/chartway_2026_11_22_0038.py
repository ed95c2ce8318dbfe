"""Marks of coders who are unsure, and audits that they ask for."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.migrations.running import sql_migration

ID = "2026-11-22T00:00:00:000038"
VERSION = "1.38.0"
DESCRIPTION = "Where coders are unsure"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0038_unsure.sql")
