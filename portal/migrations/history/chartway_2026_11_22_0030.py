"""Favourites, sets of lines, and how often each code is used."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.migrations.running import sql_migration

ID = "2026-11-22T00:00:00:000030"
VERSION = "1.38.0"
DESCRIPTION = "Favourites and sets"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0030_favourites.sql")
