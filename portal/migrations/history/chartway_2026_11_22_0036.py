"""A country rule and a manager who moves work do not wait for each other."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.migrations.running import sql_migration

ID = "2026-11-22T00:00:00:000036"
VERSION = "1.38.0"
DESCRIPTION = "Rules let go"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0036_rules_let_go.sql")
