"""Take work back, keep it for people until a time, or open it to everybody: one transaction each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from assignments.handing_over.rules import MOVING_REASONS
from assignments.handing_over.selecting import Selected, Shares, Stays, find_selected, plan_shares
from assignments.moving import move_chart
from assignments.obstacles import find_standings
from assignments.rules import ChartState, Stage
from assignments.worklists.placing import note_routing
from auditing.access_log.actions import Action
from auditing.access_log.recording import record, record_patients
from portal.actor import Actor
from portal.database import DB, acting_as
from portal.errors import Conflict, Invalid

#: How many entries of a plan one transaction moves.
_PORTION = 500


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What was taken from somebody, by the number people call its chart by."""

    entry: Selected
    holder: str


async def unlock(manager: Actor, *, entry_ids: Sequence[UUID], reason: str, now: datetime) -> list[TakenBack]:
    """Take these entries from whoever holds them, so that they wait for everybody again; drafts are kept.

    What was kept for the holder is open to all. Those that nobody holds are left as they are; raises Conflict if that
    is all of them, and Invalid for a reason that is not in MOVING_REASONS.
    """
    _ensure_reason(reason)
    async with acting_as(manager):
        await one_hand_over_at_a_time()
        selected = {one.entry_id: one for one in await find_selected(entry_ids)}
        taken = await _take_back(manager, [selected[one] for one in entry_ids if one in selected], reason)
        if not taken:
            raise Conflict("Nobody holds it any more. Reload the page to see how it stands.")
        await DB.execute(
            "UPDATE queue_entry SET preferred_person = NULL, preferred_until = NULL WHERE id = ANY ($1)",
            [one.entry.entry_id for one in taken],
        )
        for one in taken:
            await _note(manager, "taken back", one.entry, reason, now)
        await _make_ready(manager, taken, now)
    return taken


async def keep_for(
    manager: Actor, *, entry_ids: Sequence[UUID], weights: Mapping[UUID, int], term: timedelta, reason: str,
    now: datetime, take_back: bool = False,
) -> Shares:  # fmt: skip
    """Keep entries for people, shared by weight, for `term` by the database's clock; then they are everybody's again.

    What somebody else holds is taken back if `take_back`. What nobody of them may take stays as it is, each with its
    sentence; raises Conflict with the first sentence if that is all of them. Of two managers who move the same entry
    the later one wins.
    """
    _ensure_reason(reason)
    async with acting_as(manager):
        await one_hand_over_at_a_time()
        shares = await plan_shares(await find_selected(entry_ids), weights, take_back=take_back)
        taken = await _take_back(manager, shares.taken_back, reason)
        until: datetime = await DB.value("SELECT clock_timestamp() + $1::interval", term)
        kept = await _keep(shares.kept, until)
        moved = [one for one in shares.moved if one.entry_id in kept]
        missed = [
            Stays(one, "It was pulled, or finished, at this moment.")
            for one in shares.moved
            if one.entry_id not in kept
        ]
        shares = Shares(kept, moved, [*shares.stays, *missed], shares.people)
        if not moved:
            raise Conflict(shares.stays[0].why if shares.stays else "None of these is in line any more.")
        for one in moved:
            await _note(manager, "kept", one, reason, now, person_id=kept[one.entry_id], until=until)
        await _record_routing(manager, moved, reason, details={"kept": True})
        await _make_ready(manager, taken, now)
    return shares


async def open_to_all(manager: Actor, *, entry_ids: Sequence[UUID], reason: str, now: datetime) -> list[Selected]:
    """Let everybody who may have what waits for one person; raises Conflict if none of it is kept for anybody."""
    _ensure_reason(reason)
    async with acting_as(manager):
        await one_hand_over_at_a_time()
        selected = await find_selected(entry_ids)
        rows = await DB.fetch(
            "WITH mine AS (SELECT id FROM queue_entry WHERE id = ANY ($1) AND state = 'waiting'"
            "   AND preferred_person IS NOT NULL ORDER BY id FOR UPDATE)"
            " UPDATE queue_entry SET preferred_person = NULL, preferred_until = NULL WHERE id IN (SELECT id FROM mine)"
            " RETURNING id",
            [one.entry_id for one in selected],
        )
        opened = [one for one in selected if one.entry_id in {row["id"] for row in rows}]
        if not opened:
            raise Conflict("None of these waits for one person alone. Reload the page to see how they stand.")
        for one in opened:
            await _note(manager, "opened", one, reason, now)
        await _record_routing(manager, opened, reason, details={"kept": False})
    return opened


async def keep_planned(
    manager: Actor, *, planned: Mapping[UUID, UUID], until: datetime, label: str, now: datetime
) -> int:
    """Keep each entry for its person until a moment, as a plan has it; returns how many are kept.

    In portions, each a transaction of its own. What no longer waits for everybody, or may not be taken by its person
    any more, is left as it is. `label` names the plan; `open_plan` takes it back.
    """
    entries, kept_in_all = list(planned), 0
    for start in range(0, len(entries), _PORTION):
        async with acting_as(manager):
            await one_hand_over_at_a_time()
            waiting = [one for one in await find_selected(entries[start : start + _PORTION])
                       if one.state == "waiting" and one.preferred_person is None]  # fmt: skip
            standings = await find_standings(list({one.work for one in waiting}), list(set(planned.values())))
            may = {(work, one.person_id) for work, people in standings.items() for one in people if not one.obstacle}
            able = [one for one in waiting if (one.work, planned[one.entry_id]) in may]
            kept = await _keep({one.entry_id: planned[one.entry_id] for one in able}, until)
            moved = [one for one in able if one.entry_id in kept]
            for one in moved:
                await note_routing(
                    manager, kind="kept", client_id=one.client_id, chart_id=one.chart_id, entry_id=one.entry_id,
                    now=now, worklist_id=one.worklist_id, rank=one.rank, because=label,
                    person_id=kept[one.entry_id], until=until,
                )  # fmt: skip
            await _record_routing(manager, moved, "plan", details={"kept": True})
        kept_in_all += len(moved)
    return kept_in_all


async def open_plan(manager: Actor, *, label: str, now: datetime) -> int:
    """Open to everybody what a plan keeps and nobody has pulled or moved since; returns how many."""
    async with acting_as(manager):
        await one_hand_over_at_a_time()
        rows = await DB.fetch(
            "SELECT e.id FROM queue_entry e CROSS JOIN LATERAL (SELECT r.because FROM routing r"
            "  WHERE r.queue_entry_id = e.id AND r.kind = 'kept' ORDER BY r.id DESC LIMIT 1) last"
            " WHERE e.state = 'waiting' AND e.preferred_person IS NOT NULL AND last.because = $1"
            " ORDER BY e.id FOR UPDATE OF e",
            label,
        )
        entry_ids = [row["id"] for row in rows]
        await DB.execute(
            "UPDATE queue_entry SET preferred_person = NULL, preferred_until = NULL WHERE id = ANY ($1)", entry_ids
        )
        for start in range(0, len(entry_ids), _PORTION):
            opened = await find_selected(entry_ids[start : start + _PORTION])
            for one in opened:
                await note_routing(
                    manager, kind="opened", client_id=one.client_id, chart_id=one.chart_id, entry_id=one.entry_id,
                    now=now, worklist_id=one.worklist_id, rank=one.rank, because=f"{label} taken back",
                )  # fmt: skip
            await _record_routing(manager, opened, "plan", details={"kept": False})
    return len(entry_ids)


def _ensure_reason(reason: str) -> None:
    if reason not in MOVING_REASONS:
        raise Invalid("Choose the reason for which the work is moved.")


async def one_hand_over_at_a_time() -> None:
    """Wait until no other hand-over is under way; held until the current transaction ends."""
    # Each locks assignments, places in line and charts of many people; two at once could wait in a ring. Pulls and
    # submits go on: a hand-over locks what they lock in the order in which they do.
    await DB.execute("SELECT pg_advisory_xact_lock(hashtextextended('hand over', 21))")


async def _take_back(manager: Actor, held: Sequence[Selected], reason: str) -> list[TakenBack]:
    """End what is held, if it still is; a holder who submits at this instant is waited for, and keeps their work."""
    rows = await DB.fetch(
        "SELECT t.entry_id, t.person_id, t.fence, p.name FROM take_back($1, 'revoked', $2) t"
        " JOIN person p ON p.id = t.person_id",
        [one.entry_id for one in held], MOVING_REASONS[reason].text,
    )  # fmt: skip
    by_id = {one.entry_id: one for one in held}
    if rows and MOVING_REASONS[reason].keeps_away:
        await DB.execute(
            "UPDATE queue_entry e SET barred = e.barred || t.person_id"
            " FROM unnest($1::uuid[], $2::uuid[]) AS t (id, person_id) WHERE e.id = t.id",
            [row["entry_id"] for row in rows], [row["person_id"] for row in rows],
        )  # fmt: skip
    for row in rows:
        one = by_id[row["entry_id"]]
        await record(
            manager, Action.ASSIGNMENT_REVOKED, object_type="chart", object_id=one.chart_id, client_id=one.client_id,
            patient_id=one.patient_id, reason=reason,
            details={"stage": one.stage, "holder": str(row["person_id"]), "fence": row["fence"]},
        )  # fmt: skip
    return [TakenBack(replace(by_id[row["entry_id"]], state="waiting"), row["name"]) for row in rows]


async def _keep(shares: Mapping[UUID, UUID], until: datetime) -> dict[UUID, UUID]:
    """Set for whom entries wait; those that do not wait any more, or from which they are barred by now, are left."""
    rows = await DB.fetch(
        "WITH mine AS (SELECT e.id FROM queue_entry e WHERE e.id = ANY ($1) AND e.state = 'waiting'"
        "   ORDER BY e.id FOR UPDATE)"
        " UPDATE queue_entry e SET preferred_person = t.person_id, preferred_until = $3"
        "   FROM mine JOIN unnest($1::uuid[], $2::uuid[]) AS t (id, person_id) ON t.id = mine.id"
        "  WHERE e.id = mine.id AND NOT t.person_id = ANY (e.barred) RETURNING e.id",
        list(shares), list(shares.values()), until,
    )  # fmt: skip
    kept = {row["id"] for row in rows}
    return {entry: person for entry, person in shares.items() if entry in kept}


async def _make_ready(manager: Actor, taken: Sequence[TakenBack], now: datetime) -> None:
    """Charts that were being coded wait ready again; last, and in one order, for a pull locks its chart last too."""
    for one in sorted(taken, key=lambda one: one.entry.chart_id):
        state = await DB.value("SELECT state FROM chart WHERE id = $1", one.entry.chart_id)
        if one.entry.stage == Stage.CODING and state == ChartState.ASSIGNED:
            await move_chart(manager, chart_id=one.entry.chart_id, to=ChartState.READY, now=now)


async def _note(
    manager: Actor, kind: str, one: Selected, reason: str, now: datetime, *, person_id: UUID | None = None,
    until: datetime | None = None,
) -> None:  # fmt: skip
    await note_routing(
        manager, kind=kind, client_id=one.client_id, chart_id=one.chart_id, entry_id=one.entry_id, now=now,
        worklist_id=one.worklist_id, rank=one.rank, because=MOVING_REASONS[reason].text, person_id=person_id,
        until=until,
    )  # fmt: skip


async def _record_routing(
    manager: Actor, moved: Sequence[Selected], reason: str, *, details: Mapping[str, object]
) -> None:
    for client_id in dict.fromkeys(one.client_id for one in moved):
        patients = {one.patient_id for one in moved if one.client_id == client_id}
        await record_patients(
            manager, Action.ASSIGNMENT_ROUTED, patients=patients, client_id=client_id,
            details={**details, "reason": reason},
        )  # fmt: skip
