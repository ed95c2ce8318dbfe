"""The client's rules for a chart, one key away on the desk and the worksheet, with what is new to their reader."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import asyncpg

from assignments.acknowledging import is_asked
from assignments.pulling import Hold
from assignments.rules import Stage
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import NotFound
from portal.tenancy.guideline_changes import Change, what_changed
from portal.tenancy.guidelines import Edition, Guideline, find_editions


@dataclass(frozen=True, slots=True)
class ChartRules:
    """The version that holds now, beside the one that whoever reads has acknowledged."""

    guideline: Guideline
    known_version: int  # 0: none yet
    changes: Sequence[Change]  # since that version
    is_asked: bool  # the lines open only when it is acknowledged
    coming: Guideline | None  # the next version, if one is written that does not hold yet

    @property
    def is_new(self) -> bool:
        """True if whoever reads has not acknowledged this version."""
        return self.known_version < self.guideline.version


async def find_guideline(chart_id: UUID, hold: Hold | None = None) -> ChartRules | None:
    """The rules for a chart's service line as whoever acts should see them, inside the current transaction."""
    rows = await DB.fetch(_VERSIONS, chart_id)
    in_force = [row for row in rows if row["holds"]]
    coming = [row for row in rows if not row["holds"] and (not in_force or row["version"] > in_force[0]["version"])]
    if not in_force or not in_force[0]["body"]:
        return None
    known = next((row for row in in_force if row["is_known"]), None)
    guideline = _guideline(in_force[0])
    return ChartRules(
        guideline,
        known["version"] if known else 0,
        what_changed(_guideline(known).rules if known else [], guideline.rules),
        hold is not None and hold.stage is Stage.CODING and await is_asked(hold),
        _guideline(coming[-1]) if coming else None,
    )


async def find_editions_for(actor: Actor, *, chart_id: UUID) -> tuple[list[Edition], date]:
    """Every version of the rules for a chart, newest first, and which day it is at the client; raises NotFound."""
    async with acting_as(actor):
        row = await DB.fetch_one(
            "SELECT c.service_line_id, (clock_timestamp() AT TIME ZONE k.time_zone)::date AS today"
            " FROM chart c JOIN client k ON k.id = c.client_id WHERE c.id = $1",
            chart_id,
        )
        if row is None:
            raise NotFound
        return await find_editions(row["service_line_id"]), row["today"]


def _guideline(row: asyncpg.Record) -> Guideline:
    return Guideline(**{name: row[name] for name in Guideline.__slots__})


_VERSIONS = """
  SELECT g.id, g.service_line_id, g.version, g.body, g.effective_on, g.written_at,
         g.effective_on <= (clock_timestamp() AT TIME ZONE k.time_zone)::date AS holds,
         EXISTS (SELECT FROM guideline_acknowledgement a WHERE a.guideline_id = g.id
                    AND a.person_id = acting_person()) AS is_known
    FROM guideline g JOIN client k ON k.id = g.client_id
    JOIN chart c ON c.client_id = g.client_id AND c.service_line_id = g.service_line_id
   WHERE c.id = $1 ORDER BY g.version DESC
"""
