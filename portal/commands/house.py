"""The database that a command works on: the one that settings name, or the embedded one, started and migrated."""

import asyncio
import os
from dataclasses import replace

from portal.commands.embedded import EmbeddedPostgres
from portal.migrations.preparing import prepare
from portal.migrations.running import migrate
from portal.settings import Settings, WrongSetting, get_settings
from storage.sandbox import sandbox_state

DATABASE = "chartway"


def ready_settings() -> Settings:
    """The settings, with the connection URLs of the embedded server filled in when none are set.

    The embedded server is started and migrated if need be, and left running: whoever started the first process stops
    it (`stop_embedded`). The environment is filled in too, for processes started from here.
    """
    settings = get_settings()
    if not settings.embedded:
        return settings
    server = embedded_server(settings)
    server.start()
    asyncio.run(prepare(server.url, server.password, DATABASE))
    ready = replace(
        settings,
        database_url=server.url(DATABASE, "chartway_app"),
        owner_url=server.url(DATABASE, "chartway_owner"),
        sealer_url=server.url(DATABASE, "chartway_seal"),
    )
    asyncio.run(migrate(ready.owner_url))
    os.environ["CHARTWAY_DATABASE_URL"] = ready.database_url
    os.environ["CHARTWAY_OWNER_URL"] = ready.owner_url
    os.environ["CHARTWAY_SEALER_URL"] = ready.sealer_url
    get_settings.cache_clear()
    return ready


def check_sandbox(settings: Settings) -> str | None:
    """A warning if documents cannot be opened behind walls here; in production that stops the start (WrongSetting)."""
    state = sandbox_state()
    if state.is_whole:
        return None
    lacks = " and ".join(state.missing)
    if not settings.embedded and settings.sandbox == "required":
        raise WrongSetting(
            f"Documents cannot be opened safely here: {lacks}. Run this on Linux 5.13 or newer with Landlock and "
            "seccomp, or set CHARTWAY_SANDBOX=as-there-is and bear the risk that .env.example names."
        )
    return f"Documents are opened without a full sandbox: {lacks}. Do not use this for real patients."


def embedded_server(settings: Settings) -> EmbeddedPostgres:
    """The embedded server whose data lie in the data folder."""
    return EmbeddedPostgres(settings.data / "postgres")
