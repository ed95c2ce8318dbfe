"""What Piccolo's migration runner reads: an engine of the tables' owner, and the one app."""

from piccolo.conf.apps import AppRegistry
from piccolo.engine.postgres import PostgresEngine


class OwnerEngine(PostgresEngine):
    """Stock transactions (the runner nests them on purpose), without input or output at import time."""

    async def check_version(self) -> None:
        return None

    async def prep_database(self) -> None:
        return None


DB = OwnerEngine(config={"dsn": ""}, extensions=())

APP_REGISTRY = AppRegistry(apps=["portal.migrations.piccolo_app"])
