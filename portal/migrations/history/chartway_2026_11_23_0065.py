"""Presence on admission, where a service line asks for it."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.migrations.running import sql_migration

ID = "2026-11-23T00:00:00:000065"
VERSION = "1.38.0"
DESCRIPTION = "Present on admission"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0065_present_on_admission.sql")
