"""Charts that wait and that nobody may take: how many, why, and what to do. Inside a transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from assignments.obstacles import Obstacle, Standing, Work, find_standings
from portal.database import DB

#: Due within this, it is worth a word that everybody who may take it is away.
SOON = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Alarm:
    """Charts of one kind that nobody may take; `href` is where something can be done about it."""

    waiting: int
    client: str
    specialty: str
    stage: str
    oldest_due_at: datetime
    why: str
    href: str
    action: str


@dataclass(frozen=True, slots=True)
class Alarms:
    """What nobody may take, and how much is due soon that nobody who is at work now may take."""

    for_nobody: Sequence[Alarm]
    off_duty: int  # due within SOON, and everybody who may take it is away

    @property
    def waiting(self) -> int:
        """How many charts nobody may take."""
        return sum(alarm.waiting for alarm in self.for_nobody)


async def find_alarms(*, now: datetime) -> Alarms:
    """What nobody may take, the first due first. In a transaction of its own: it may work out what people may take."""
    lanes = await DB.fetch(
        "SELECT u.lane_id, u.client_id, k.name AS client, u.stage, u.specialty, u.level, u.countries, u.waiting,"
        " u.oldest_due_at FROM unroutable_lanes() u JOIN client k ON k.id = u.client_id ORDER BY u.oldest_due_at"
    )
    kinds: dict[Work, list[Any]] = {}
    for row in lanes:
        work = Work(row["client_id"], row["stage"], row["specialty"], row["level"],
                    row["countries"] and tuple(row["countries"]))  # fmt: skip
        kinds.setdefault(work, []).append(row)
    standings = await find_standings(list(kinds)) if kinds else {}
    off_duty = await DB.value(_OFF_DUTY, now + SOON, [row["lane_id"] for row in lanes])
    return Alarms([_alarm(work, rows, standings[work]) for work, rows in kinds.items()], off_duty)


_OFF_DUTY = """
WITH duty AS MATERIALIZED (
  SELECT unnest(lanes) AS lane FROM people_on_duty('coding') UNION SELECT unnest(lanes) FROM people_on_duty('audit'))
SELECT count(*)::integer FROM queue_entry e WHERE e.state = 'waiting' AND e.due_at < $1 AND e.lane_id <> ALL ($2)
   AND NOT EXISTS (SELECT FROM duty WHERE lane = e.lane_id)"""
#: How far somebody comes before something stands in their way; who comes furthest says what is missing.
_ORDER = tuple(Obstacle)


def _alarm(work: Work, rows: Sequence[Any], standings: Sequence[Standing]) -> Alarm:
    reached = max((_how_far(one) for one in standings), default=-1)
    names = [one.person for one in standings if _how_far(one) == reached]
    obstacle = _ORDER[reached] if 0 <= reached < len(_ORDER) else None
    why, href, action = _explain(obstacle, work, names, rows[0]["client"])
    return Alarm(
        sum(row["waiting"] for row in rows), rows[0]["client"], work.specialty, work.stage,
        min(row["oldest_due_at"] for row in rows), why, href, action,
    )  # fmt: skip


def _how_far(one: Standing) -> int:
    return len(_ORDER) if one.obstacle is None else _ORDER.index(one.obstacle)


def _explain(obstacle: Obstacle | None, work: Work, names: Sequence[str], client: str) -> tuple[str, str, str]:
    """Why nobody may take work of this kind, and where to change that."""
    who = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    has, does, lacks = ("has", "does", "lacks") if len(names) == 1 else ("have", "do", "lack")
    kind = "coder" if work.stage == "coding" else "auditor"
    people = (f"/people?kind={kind}", "Change that")
    match obstacle:
        case None if names:
            return f"{who} may take it, but it stands in a list of others.", "/worklists", "See the lists"
        case Obstacle.PAUSED:
            return f"Everybody who may take it is paused: {who}.", "/floor/work", "See who is paused"
        case Obstacle.QUALIFICATION:
            return f"{who} {lacks} a valid credential, training or attestation that it asks for.", *people
        case Obstacle.COUNTRY:
            return f"It may only be seen from {', '.join(work.countries or ())}; {who} {does} not work there.", *people
        case Obstacle.LEVEL:
            return f"It asks for level {work.level} in {work.specialty}; {who} {has} a lower one.", *people
        case Obstacle.SKILL:
            return f"Nobody who has been granted {client} has the specialty {work.specialty}.", *people
        case Obstacle.CLOSED:
            return f"{client} is closed.", "/clients", "See the client"
        case _:
            return f"No {kind} has been granted {client}.", *people
