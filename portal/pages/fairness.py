"""Whether the line is fair: the work each person was given beside the pool's, and who seems to pick."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from litestar import Request, Response, get

from assignments.fairness.queries import find_given, find_names
from assignments.fairness.rules import Given, Share, shares
from assignments.rules import Stage
from portal.clock import utc_now
from portal.database import acting_as
from portal.identity.permissions import Permission
from portal.web.csv import csv_answer
from portal.web.paging import kept
from portal.web.templating import page

_DAYS = {"7": "Last 7 days", "30": "Last 30 days", "90": "Last 90 days"}
_COLUMNS = ("person", "given", "minutes_given", "minutes_pool", "ratio", "skips", "skip_rate", "short_opens",
            "minutes_skipped", "minutes_kept", "seems_to_pick")  # fmt: skip


@get("/floor/fairness", opt={"permission": Permission.FLOOR_READ})
async def show_fairness(request: Request[Any, Any, Any]) -> Response[Any]:
    """Everybody's share of the work, and what it is made of."""
    stage, days, since = _read_filter(request)
    found, names, mix = await _find(request, stage, since)
    return page(
        request, "portal/fairness.html", shares=found, names=names, mix=mix, stage=stage, days=days, choices=_DAYS,
        kept=kept(request.query_params), since=since,
    )  # fmt: skip


@get("/floor/fairness.csv", opt={"permission": Permission.FLOOR_READ})
async def export_fairness(request: Request[Any, Any, Any]) -> Response[Any]:
    """The shares on screen, as CSV."""
    stage, _, since = _read_filter(request)
    found, names, _ = await _find(request, stage, since)
    rows = [
        (names.get(one.person, ""), one.count, f"{one.mean_minutes:.1f}", f"{one.pool_minutes:.1f}",
         f"{one.ratio:.2f}", one.skips, f"{one.skip_rate:.3f}", one.short_opens, _minutes(one.skipped_mean),
         _minutes(one.kept_mean), one.picks)
        for one in found
    ]  # fmt: skip
    return csv_answer(f"fairness-{utc_now().date()}.csv", _COLUMNS, rows)


async def _find(
    request: Request[Any, Any, Any], stage: Stage, since: datetime
) -> tuple[Sequence[Share], dict[str, str], dict[str, list[Given]]]:
    async with acting_as(request.user):
        mix = await find_given(stage=stage, since=since, until=utc_now() + timedelta(minutes=1))
        names = await find_names()
    found = shares([one for each in mix.values() for one in each])
    return sorted(found, key=lambda one: (not one.picks, names.get(one.person, ""))), names, mix


def _read_filter(request: Request[Any, Any, Any]) -> tuple[Stage, str, datetime]:
    query = request.query_params
    stage = Stage(query["stage"]) if query.get("stage") in set(Stage) else Stage.CODING
    days = query["days"] if query.get("days") in _DAYS else "30"
    return stage, days, utc_now() - timedelta(days=int(days))


def _minutes(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


ROUTES: list[Any] = [show_fairness, export_fairness]
