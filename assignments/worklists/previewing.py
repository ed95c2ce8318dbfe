"""What a worklist would take if it were saved so, and what of it nobody could then take."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from assignments.obstacles import Work, find_standings
from assignments.rules import Stage
from assignments.worklists.editing import Wanted
from assignments.worklists.placing import Worklist, facts_of, find_lists, find_place
from portal.database import DB

#: How many waiting entries a preview looks at, the first due first.
AT_MOST = 5000
EXAMPLES = 10


@dataclass(frozen=True, slots=True)
class Example:
    """One entry that the list would take."""

    chart_id: UUID
    number: str
    client: str
    because: str
    was_in: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a list would do to what waits now."""

    looked_at: int
    is_part: bool  # more wait than were looked at
    taken: int
    of_which_new: int
    leave: int  # stand in it now, and would not
    by_list: tuple[tuple[str, int], ...]  # where the new ones stand now
    examples: tuple[Example, ...]
    for_nobody: int  # of those taken
    people: int  # whose list it is; 0: everybody's


async def find_preview(stage: Stage, wanted: Wanted, *, now: datetime, worklist_id: UUID | None = None) -> Preview:
    """What this list would take, inside the current transaction; a new one stands behind the other lists."""
    rows = await DB.fetch(
        "SELECT e.id, e.chart_id, c.number, e.client_id, k.name AS client, e.specialty, l.countries, e.worklist_id,"
        " w.name AS list FROM queue_entry e JOIN chart c ON c.client_id = e.client_id AND c.id = e.chart_id"
        " JOIN client k ON k.id = e.client_id JOIN lane l ON l.id = e.lane_id JOIN worklist w ON w.id = e.worklist_id"
        " WHERE e.state = 'waiting' AND e.stage = $1 AND e.widened_at IS NULL ORDER BY e.due_at, e.id LIMIT $2",
        stage.value, AT_MOST + 1,
    )  # fmt: skip
    is_part, rows = len(rows) > AT_MOST, rows[:AT_MOST]
    own = worklist_id or UUID(int=0)
    lists = _with(await find_lists(stage), Worklist(own, "list", wanted.name, wanted.rule, wanted.sort,
                                                    wanted.then_sort))  # fmt: skip
    facts = await facts_of([row["chart_id"] for row in rows], stage)
    taken, leave = [], 0
    for row in rows:
        placed = find_place(lists, facts[row["chart_id"]], now=now)
        if placed.worklist_id == own:
            level = facts[row["chart_id"]].level
            work = Work(row["client_id"], stage.value, row["specialty"], level,
                        row["countries"] and tuple(row["countries"]))  # fmt: skip
            taken.append((row, placed.because, work))
        elif row["worklist_id"] == own:
            leave += 1
    new = [row for row, _, _ in taken if row["worklist_id"] != own]
    standings = await find_standings(
        list({work for _, _, work in taken}), [one.person_id for one in wanted.members] or None
    )
    nobody = {work for work, people in standings.items() if all(one.obstacle is not None for one in people)}
    return Preview(
        len(rows), is_part, len(taken), len(new), leave, tuple(Counter(row["list"] for row in new).most_common()),
        tuple(Example(row["chart_id"], row["number"], row["client"], because, row["list"])
              for row, because, _ in taken[:EXAMPLES]),
        sum(work in nobody for _, _, work in taken), len(wanted.members),
    )  # fmt: skip


def _with(lists: list[Worklist], edited: Worklist) -> list[Worklist]:
    if any(one.id == edited.id for one in lists):
        return [edited if one.id == edited.id and one.kind == "list" else one for one in lists]
    return [*[one for one in lists if one.kind == "list"], edited, *[one for one in lists if one.kind != "list"]]
