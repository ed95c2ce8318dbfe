"""Roles' rights, clients, people, sessions, access log."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.migrations.running import sql_migration

ID = "2026-11-21T23:00:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "Roles' rights, clients, people, sessions, access log"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0001_ground.sql")
