"""Bugs that are put into the line on purpose: each must be found, or the tests that found none prove nothing.

A bug is a text of a function (as the database has it) that is replaced by another, or a statement. If a function was
rewritten and its text is found no more, the bug has to be written anew: `sabotage_of` says so.
"""

from dataclasses import dataclass

import asyncpg


@dataclass(frozen=True)
class Swap:
    """In this function, one of these texts is replaced, wherever it stands; the first that is found counts."""

    function: str
    texts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Mutant:
    """A bug. `racing`: it shows only between connections, so the storm has to find it and not the model."""

    name: str
    swaps: tuple[Swap, ...] = ()
    statements: tuple[str, ...] = ()
    racing: bool = False


def _swap(function: str, *texts: tuple[str, str]) -> Swap:
    return Swap(function, texts)


_NOBODY_BARRED = (
    _swap("pull_for", ("AND NOT me = ANY (e.barred)", ""),), _swap("pull_for", ("AND NOT me = ANY (o.barred)", "")),
    _swap("next_of_lanes", ("AND NOT me = ANY (e.barred)", "")),
)  # fmt: skip

MUTANTS = (
    Mutant("a submission does not look at the fence", (
        _swap("lock_my_place", ("AND a.fence = wanted_fence", "")),
        _swap("end_assignment", ("AND a.fence = wanted_fence", "")),
        _swap("chaos.lock_hold", ("AND a.fence = $3", "")),
    )),
    Mutant("the last word of a write does not look at the fence", (
        _swap("end_assignment", ("AND a.fence = wanted_fence", "")),
    )),
    Mutant("the last word of a write does not ask who writes", (
        _swap("end_assignment", ("AND a.fence = wanted_fence\n     AND a.person_id = acting_person()", "")),
    )),
    Mutant("a fence is not raised", (
        _swap("pull_for", ("fence = e.fence + 1", "fence = e.fence")),
    ), ("ALTER TABLE assignment_history DROP CONSTRAINT assignment_history_pkey",)),
    Mutant("nothing guards the cap", (
        _swap("pull_for", ("AND w.open_count < w.cap AND", "AND")),
    ), ("ALTER TABLE workload DROP CONSTRAINT within_the_cap",)),
    Mutant("a pull does not know its own request", (
        _swap("pull_for", ("WHERE a.request_id = wanted_request AND a.person_id = me", "WHERE false")),
    ), ("ALTER TABLE assignment DROP CONSTRAINT assignment_request_id_key",)),
    Mutant("a pull does not know a request that is over", (
        _swap("pull_for", ("is_spent OR NOT is_counted", "NOT is_counted")),
    ), ("ALTER TABLE assignment_history DROP CONSTRAINT assignment_history_request_id_key",)),
    Mutant("an auditor is given their own chart: whoever is barred is not", (
        *_NOBODY_BARRED,
    )),
    Mutant("a lease that ran out goes on counting", (
        _swap("take_back_expired", ("PERFORM note_end(expired, 'expired', NULL, NULL);",
              "PERFORM note_end(expired, 'expired', NULL, NULL); UPDATE workload w SET open_count = open_count + 1"
              " WHERE w.person_id = expired.person_id;")),
    )),
    Mutant("what is given back for good stays kept for them", (
        _swap("end_assignment", ("WHEN keep_away AND preferred_person = ended.person_id THEN NULL",
                                 "WHEN false THEN NULL")),
    )),
    Mutant("somebody is given both seats of a round", (
        _swap("pull_for", ("IF candidate_seats > 1 THEN", "IF false THEN")),
    )),
    Mutant("what somebody may take is never worked out anew", (
        _swap("serves_of", ("JOIN eligibility e ON e.version = s.version", "JOIN eligibility e ON true")),
        _swap("pull_for", ("AND s.version = (SELECT v.version FROM eligibility v)", "")),
    )),
    Mutant("a revoked grant is not noticed", (), (
        "DROP TRIGGER client_grant_decides_who_may ON client_grant",
    )),
    Mutant("a new lane is not noticed", (), ("DROP TRIGGER lane_decides_who_may ON lane",)),
    Mutant("the hint is never lowered, and nothing is found without it", (
        _swap("next_of_lanes", ("WHERE l.head_id = h.head AND is_among(l.id, among)", "WHERE false")),
        _swap("renew_hints", ("n.rank <> h.rank_from", "n.rank > h.rank_from")),
    ), ("DROP TRIGGER entry_lowers_the_hint ON queue_entry",)),
    Mutant("countries are ignored", (
        _swap("work_out_serves", ("AND (l.countries IS NULL OR p.country = ANY (l.countries))", "")),
    )),
    Mutant("a new country rule leaves the lanes as they were", (
        _swap("country_rule_changed", ("UPDATE queue_entry e SET worklist_id = e.worklist_id\n       WHERE",
                                       "UPDATE queue_entry e SET worklist_id = e.worklist_id\n       WHERE false AND")),
    )),
    Mutant("levels are ignored", (_swap("work_out_serves", ("l.level <= k.level", "true")),)),
    Mutant("the last comes first", (
        _swap("pull_for", ("WINDOW o AS (ORDER BY w.rank) ORDER BY w.rank LIMIT 1",
                           "WINDOW o AS (ORDER BY w.rank) ORDER BY w.rank DESC NULLS LAST LIMIT 1")),
    )),
    Mutant("what is kept for one is given to everybody", (
        _swap("pull_for", ("AND e.preferred_person IS NULL AND e.head_id = q.id", "AND e.head_id = q.id")),
        _swap("pull_for", ("AND (o.preferred_person IS NULL OR o.preferred_person = me"
                           " OR o.preferred_until < clock_timestamp())", "")),
    )),
    Mutant("somebody who is paused pulls", (
        _swap("pull_for", ("AND w.paused_at IS NULL RETURNING", "RETURNING")),
        _swap("pull_for", ("mine.paused_at IS NOT NULL", "false")),
    )),
    Mutant("a pull leaves no trace", (
        _swap("pull_for", ("IF origin IS NOT NULL THEN PERFORM write_pull_events",
                           "IF false THEN PERFORM write_pull_events")),
    )),
    Mutant("every lease has run out", (
        _swap("take_back_expired", ("a.lease_until < clock_timestamp()", "true")),
    )),
    Mutant("a manager takes back what nobody marks as free", (
        _swap("take_back", ("UPDATE queue_entry SET state = 'waiting' WHERE id = ended.queue_entry_id;", "")),
    )),
    Mutant("a pull locks nothing", (
        _swap("pull_for", ("FOR UPDATE SKIP LOCKED", "")),
    ), ("ALTER TABLE assignment DROP CONSTRAINT assignment_pkey",), racing=True),
    Mutant("a double click waits for nothing", (
        _swap("pull_for", ("UPDATE workload w SET open_count = w.open_count + 1\n   WHERE w.person_id = me AND"
                           " w.open_count < w.cap AND w.paused_at IS NULL RETURNING w.* INTO mine",
                           "SELECT w.* INTO mine FROM workload w WHERE w.person_id = me AND w.open_count < w.cap"
                           " AND w.paused_at IS NULL")),
        _swap("pull_for", ("w.person_id = me FOR UPDATE", "w.person_id = me")),
        _swap("pull_for", ("answer.outcome := 'pulled';", "answer.outcome := 'pulled'; UPDATE workload w"
                           " SET open_count = w.open_count + 1 WHERE w.person_id = me;")),
        _swap("pull_for", ("IF is_counted THEN UPDATE", "IF false THEN UPDATE")),
    ), ("ALTER TABLE workload DROP CONSTRAINT within_the_cap",
        "ALTER TABLE assignment DROP CONSTRAINT assignment_request_id_key"), racing=True),
    Mutant("a manager takes back what ended meanwhile", (
        _swap("take_back", ("ORDER BY a.person_id, a.queue_entry_id FOR UPDATE) l",
                            "ORDER BY a.person_id, a.queue_entry_id) l")),
        _swap("take_back", ("LOOP\n    DELETE FROM", "LOOP\n    PERFORM pg_sleep(0.002); DELETE FROM")),
    ), ("ALTER TABLE assignment_history DROP CONSTRAINT assignment_history_pkey",
        "ALTER TABLE assignment_history DROP CONSTRAINT assignment_history_request_id_key",
        "ALTER TABLE workload DROP CONSTRAINT within_the_cap"), racing=True),
)  # fmt: skip


async def sabotage_of(connection: asyncpg.Connection, mutant: Mutant) -> list[str]:
    """The statements that put the bug into this database; AssertionError if a text is not there any more."""
    functions: dict[str, str] = {}
    for swap in mutant.swaps:
        text = functions.get(swap.function) or await connection.fetchval(
            "SELECT pg_get_functiondef(p.oid) FROM pg_proc p WHERE p.oid = $1::regproc", swap.function
        )
        found = [(old, new) for old, new in swap.texts if old in text]
        assert found, f"{swap.function} has changed: write the bug “{mutant.name}” anew"
        functions[swap.function] = text.replace(*found[0])
    return [*functions.values(), *mutant.statements]
