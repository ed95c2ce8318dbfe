"""`chartway report assistance`: precision and recall of what was shown, answers, and what proposals changed."""

import asyncio
import json
from typing import Any

import click

from auditing.quality.assistance_report import report_assistance
from portal.actor import Actor, Kind
from portal.commands.house import open_house, ready_settings

_SHELL = Actor(Kind.MANAGER, name="shell")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(*, as_json: bool) -> None:
    """Precision, recall and acceptance of proposed codes, per specialty and month, and what they changed.

    One chart in ten is coded without proposals; the effect is the others against these. Every figure has its count and
    95 % interval, and none is given where there are fewer than 30 observations.
    """
    result = asyncio.run(_report())
    click.echo(json.dumps(result, indent=2) if as_json else tell(result))


async def _report() -> dict[str, Any]:
    async with open_house(ready_settings()):
        return await report_assistance(_SHELL)


def tell(result: dict[str, Any]) -> str:
    """The figures for people."""
    lines = []
    for name, one in {"all specialties": result["all"], **result["specialties"]}.items():
        lines.append(f"{name}: {one['charts']} final charts with proposals")
        lines += [
            f"  {what:10} {_say(one[what], '{:.3f}')}" for what in ("precision", "recall", "accepted", "dismissed")
        ]
    for name, one in result["by_month_and_specialty"].items():
        lines.append(f"{name}: accepted {_say(one['accepted'], '{:.3f}')}")
    for name, one in result["effect"].items():
        lines.append(f"{name} a chart")
        lines += [f"  {what:10} {_say(one[what], '{:.2f}')}" for what in ("with", "without", "difference")]
    return "\n".join(lines)


def _say(known: dict[str, Any], form: str) -> str:
    if known["value"] is None:
        return f"too few to say (n = {known['count']})"
    value, low, high = (form.format(known[name]) for name in ("value", "low", "high"))
    return f"{value} ({low} to {high}, n = {known['count']})"
