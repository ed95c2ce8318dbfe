"""What payers need of a coding beside its codes, and the places that each code rests on."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.migrations.running import sql_migration

ID = "2026-11-22T00:00:00:000032"
VERSION = "1.38.0"
DESCRIPTION = "What payers need of a coding, and the evidence for each code"


async def forwards() -> MigrationManager:
    return sql_migration(ID, DESCRIPTION, "0032_lines.sql")
