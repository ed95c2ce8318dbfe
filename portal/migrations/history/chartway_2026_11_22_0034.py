"""Queries to providers, their answers, who answers for whom, and by which rules they age."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.migrations.running import sql_migration

ID = "2026-11-22T00:00:00:000034"
VERSION = "1.38.0"
DESCRIPTION = "Provider queries"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0034_queries.sql")
