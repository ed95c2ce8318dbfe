"""What waits for a program beside ours, the virus scanner or text recognition; read inside the current transaction."""

from datetime import datetime, timedelta

from portal.database import DB

#: Recognition comes behind everything else; until a document has waited this long there is nothing to tell.
_PATIENCE = timedelta(hours=1)


async def find_scan_backlog() -> tuple[int, datetime | None]:
    """How many documents wait for the virus scanner, and since when."""
    row = await DB.fetch_one(
        "SELECT count(*) AS count, min(scan_waiting_since) AS since FROM document"
        " WHERE scan_waiting_since IS NOT NULL AND state = 'received'"
    )
    assert row is not None  # one row always
    return int(row["count"]), row["since"]


async def find_recognition_backlog() -> tuple[int, datetime | None]:
    """How many scans wait for their words for more than an hour, and since when."""
    row = await DB.fetch_one(
        "SELECT count(*) AS count, min(words_waiting_since) AS since FROM document"
        " WHERE words_waiting_since < clock_timestamp() - $1::interval AND state = 'ready'",
        _PATIENCE,
    )
    assert row is not None  # one row always
    return int(row["count"]), row["since"]
