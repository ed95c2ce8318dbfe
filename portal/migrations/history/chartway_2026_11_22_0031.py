"""Codes proposed to coders, and what they are proposed from."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.migrations.running import sql_migration

ID = "2026-11-22T00:00:00:000031"
VERSION = "1.38.0"
DESCRIPTION = "Codes proposed to coders, and what they are proposed from"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0031_assistance.sql")
