"""Deliveries of many charts, and the tokens of the API."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.migrations.running import sql_migration

ID = "2026-11-22T00:00:00:000011"
VERSION = "1.38.0"
DESCRIPTION = "Bulk intake"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0011_bulk.sql")
