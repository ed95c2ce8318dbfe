"""Rates, rated events, invoices."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.migrations.running import sql_migration

ID = "2026-11-21T23:00:00:000005"
VERSION = "1.38.0"
DESCRIPTION = "Rates, rated events, invoices"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0005_invoicing.sql")
