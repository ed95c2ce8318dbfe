"""The tables of the job library."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.migrations.running import job_tables

ID = "2026-11-21T23:00:00:000006"
VERSION = "1.38.0"
DESCRIPTION = "Background jobs"


async def forwards() -> MigrationManager:
    return job_tables(ID, DESCRIPTION)
