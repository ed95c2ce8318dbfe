"""Bringing a chart back takes its locks in the one order."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.migrations.running import sql_migration

ID = "2026-11-23T00:00:00:000063"
VERSION = "1.38.0"
DESCRIPTION = "Reopening in order"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0063_reopening_in_order.sql")
