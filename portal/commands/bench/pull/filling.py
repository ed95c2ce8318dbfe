"""A company and its line by a few set-based statements: clients, coders, charts that satisfy every foreign key."""

import re

import asyncpg

CLIENTS, SPECIALTIES, CODERS = 200, 25, 500
#: In real time the backlog came in over this many hours, and a chart that is put back comes after all others.
HOURS = 72


async def fill(connection: asyncpg.Connection, backlog: int, *, clients: int = CLIENTS, coders: int = CODERS) -> None:
    """Fill a fresh, migrated database.

    Specialties follow Zipf's law. A coder has one to four of them and 20 to 119 clients. An encounter stands for the
    charts of several service lines of its client; nothing is sealed, as nobody reads it. Foreign keys and triggers
    rest meanwhile, as everything here satisfies them; indexes are made again afterwards.
    """
    await connection.execute(_BEFORE)
    sizes = {"clients": clients, "clogging": clients + 1, "coders": coders}
    await connection.execute(_with(_COMPANY, **sizes))
    later = await connection.fetch(_PLAIN_INDEXES)
    for name, _ in later:
        await connection.execute(f"DROP INDEX {name}")
    await connection.execute(_with(_LINE, backlog=backlog, **sizes))
    for _, definition in later:
        await connection.execute(definition)
    await connection.execute(_with(_ROWS, rows=min(backlog, 1_000_000), **sizes))


async def clog(connection: asyncpg.Connection, count: int, *, clients: int = CLIENTS) -> None:
    """Put `count` entries that none of the coders may take before all others of each specialty."""
    await connection.execute(_with(_CLOG, count=count, clogging=clients + 1))


async def put_back(connection: asyncpg.Connection) -> int:
    """Everything that is held goes back, to the end of the line; how many that were."""
    count: int = await connection.fetchval(_with(_PUT_BACK))
    return count


async def leave_dead(connection: asyncpg.Connection, count: int) -> None:
    """Move at least `count` entries from the head of the line to its end; while a snapshot is held, all stay behind."""
    left = count
    while left > 0:
        left -= await connection.fetchval(_with(_MOVE, count=min(left, 40_000)))


def _with(script: str, **numbers: int) -> str:
    """The script with its :names replaced by numbers; several statements can have no parameters."""
    known = {"clients": CLIENTS, "clogging": CLIENTS + 1, "specialties": SPECIALTIES, "coders": CODERS,
             "hours": HOURS, **numbers}  # fmt: skip
    return re.sub(r"(?<!:):(\w+)", lambda name: str(known[name[1]]), script)


_BEFORE = """
CREATE SCHEMA bench;
SET session_replication_role = replica;
SELECT setseed(0.42);
CREATE FUNCTION bench.id(kind text, a bigint, b bigint DEFAULT 0) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
  SELECT (kind || '0000000-0000-7000-8' || lpad(to_hex(b), 3, '0') || '-' || lpad(to_hex(a), 12, '0'))::uuid $$;
-- Where each specialty's share of the charts begins.
CREATE FUNCTION bench.shares() RETURNS float8[] LANGUAGE sql IMMUTABLE AS $$
  SELECT array_agg(below / total ORDER BY s) FROM (
    SELECT s, sum(1.0::float8 / s) OVER (ORDER BY s) - 1.0::float8 / s AS below, sum(1.0::float8 / s) OVER () AS total
      FROM generate_series(1, 25) s) x $$;
"""

_COMPANY = """
INSERT INTO client (id, code, name, time_zone, created_at)
SELECT bench.id('1', c), 'B' || chr(65 + c / 26) || chr(65 + c % 26), 'Client ' || c, 'UTC', now()
  FROM generate_series(1, :clogging) c;
INSERT INTO service_line (id, client_id, name, specialty, promise_hours, created_at)
SELECT bench.id('2', c, s), bench.id('1', c), 'Line ' || s, 'specialty-' || s,
       (ARRAY[12, 24, 24, 48, 48, 72])[1 + c % 6], now()
  FROM generate_series(1, :clogging) c, generate_series(1, :specialties) s;
INSERT INTO batch (id, client_id, service_on, state, opened_at)
SELECT bench.id('3', c), bench.id('1', c), current_date, 'open', now() FROM generate_series(1, :clogging) c;
INSERT INTO person (id, email, name, kind, created_at)
SELECT bench.id('4', p), 'coder' || p || '@bench.example', 'Coder ' || p, 'coder', now()
  FROM generate_series(1, :coders) p;
INSERT INTO client_grant (client_id, person_id, granted_at)
SELECT bench.id('1', c), bench.id('4', p), now()
  FROM (SELECT p, random(20, 119) AS many FROM generate_series(1, :coders) p) coder,
       LATERAL (SELECT c FROM generate_series(1, :clients) c ORDER BY hashint8(p * 1000 + c) LIMIT many) client;
INSERT INTO skill (person_id, specialty, level)
SELECT bench.id('4', p), 'specialty-' || s, 1 + p % 3
  FROM (SELECT p, random(1, 4) AS many FROM generate_series(1, :coders) p) coder,
       LATERAL (SELECT DISTINCT width_bucket((hashint8(p * 100 + i) & 1048575) / 1048576.0, bench.shares()) AS s
                  FROM generate_series(1, many) i) known;
-- Coders who never finish would stop at their cap; how much they hold is counted as ever.
ALTER TABLE workload DROP CONSTRAINT workload_cap_check;
INSERT INTO workload (person_id, cap) SELECT bench.id('4', p), 1 << 30 FROM generate_series(1, :coders) p;
INSERT INTO queue_head (worklist_id, specialty)
SELECT w.id, 'specialty-' || s FROM worklist w, generate_series(1, :specialties) s
 WHERE w.stage = 'coding' AND w.kind = 'rest';
INSERT INTO lane (head_id, client_id, stage, specialty, level)
SELECT h.id, bench.id('1', c), 'coding', h.specialty, level
  FROM queue_head h, generate_series(1, :clogging) c, generate_series(1, 2) level;
UPDATE eligibility SET version = version + 1;
"""

#: Of the tables that are filled: those that no constraint needs.
_PLAIN_INDEXES = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
 WHERE i.indrelid IN ('patient'::regclass, 'encounter'::regclass, 'chart'::regclass, 'queue_entry'::regclass)
   AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
"""

_LINE = """
CREATE UNLOGGED TABLE bench.arrival AS
SELECT n, random(1, :clients) AS client, width_bucket(random(), bench.shares()) AS specialty,
       now() - (:backlog - n) * interval '1 hour' * :hours / :backlog AS received_at
  FROM generate_series(1, :backlog) n;
CREATE UNLOGGED TABLE bench.numbered AS
SELECT a.*, row_number() OVER (PARTITION BY client, specialty ORDER BY n) AS visit,
       received_at + (ARRAY[12, 24, 24, 48, 48, 72])[1 + client % 6] * interval '1 hour' AS due_at,
       n % 20 = 0 AS is_stat
  FROM bench.arrival a ORDER BY n;
UPDATE bench.numbered SET due_at = received_at + interval '4 hours' WHERE is_stat;
INSERT INTO patient (id, client_id, created_at)
SELECT bench.id('5', visit, client), bench.id('1', client), now()
  FROM (SELECT client, generate_series(1, max(visit)) AS visit FROM bench.numbered GROUP BY client) x ORDER BY 2, 1;
INSERT INTO encounter (id, client_id, patient_id, number_sealed, number_index, service_on, provider, created_at)
SELECT bench.id('6', visit, client), bench.id('1', client), bench.id('5', visit, client), '\\x00', int8send(visit),
       current_date, 'Dr. A', now()
  FROM (SELECT client, generate_series(1, max(visit)) AS visit FROM bench.numbered GROUP BY client) x ORDER BY 2, 1;
INSERT INTO chart (id, client_id, number, encounter_id, service_line_id, patient_id, specialty, state, is_stat,
                   service_on, received_at, ready_at, due_at, promised_due_at, batch_id, counts_from)
SELECT bench.id('7', n), bench.id('1', client), 'B-' || n, bench.id('6', visit, client),
       bench.id('2', client, specialty), bench.id('5', visit, client), 'specialty-' || specialty, 'ready', is_stat,
       current_date, received_at, received_at, due_at, due_at, bench.id('3', client), received_at
  FROM bench.numbered ORDER BY n;
INSERT INTO queue_entry (id, client_id, chart_id, stage, specialty, level, rank, due_at, created_at, worklist_id,
                         head_id, lane_id)
SELECT bench.id('8', n), bench.id('1', client), bench.id('7', n), 'coding', l.specialty, l.level,
       due_at - interval '4 hours' * ln(CASE WHEN is_stat THEN 0.3 ELSE 0.1 END), due_at, received_at, h.worklist_id,
       h.id, l.id
  FROM bench.numbered a
  JOIN lane l ON l.client_id = bench.id('1', client) AND l.specialty = 'specialty-' || a.specialty
       AND l.level = CASE WHEN n % 10 = 0 THEN 2 ELSE 1 END
  JOIN queue_head h ON h.id = l.head_id
 ORDER BY n;
DROP TABLE bench.arrival, bench.numbered;
"""

_ROWS = """
ANALYZE;
-- What each coder may take is worked out once, as on a day on which nobody's rights change.
SELECT count(serves_of(bench.id('4', p), 'coding')) FROM generate_series(1, :coders) p;
SELECT renew_hints(1);
CREATE TABLE bench.row (id integer PRIMARY KEY, rank timestamptz NOT NULL, n integer NOT NULL, padding text)
  WITH (fillfactor = 85);
INSERT INTO bench.row SELECT i, now(), 0, repeat('x', 60) FROM generate_series(1, :rows) i;
GRANT USAGE ON SCHEMA bench TO chartway_app;
GRANT SELECT, UPDATE ON bench.row TO chartway_app;
GRANT EXECUTE ON FUNCTION pull_for TO chartway_app;
RESET session_replication_role;
"""

_CLOG = """
SET session_replication_role = replica;
INSERT INTO patient (id, client_id, created_at) VALUES (bench.id('5', 1, :clogging), bench.id('1', :clogging), now());
INSERT INTO encounter (id, client_id, patient_id, number_sealed, number_index, service_on, provider, created_at)
VALUES (bench.id('6', 1, :clogging), bench.id('1', :clogging), bench.id('5', 1, :clogging), '\\x00', '\\x01',
        current_date, 'Dr. A', now());
INSERT INTO chart (id, client_id, number, encounter_id, service_line_id, patient_id, specialty, state, is_stat,
                   service_on, received_at, ready_at, due_at, promised_due_at, batch_id, counts_from)
SELECT bench.id('9', s), bench.id('1', :clogging), 'C-' || s, bench.id('6', 1, :clogging), bench.id('2', :clogging, s),
       bench.id('5', 1, :clogging), 'specialty-' || s, 'ready', false, current_date, now(), now(), now(), now(),
       bench.id('3', :clogging), now()
  FROM generate_series(1, :specialties) s;
INSERT INTO queue_entry (id, client_id, chart_id, stage, round, specialty, rank, due_at, worklist_id, head_id, lane_id)
SELECT bench.id('a', n, s), l.client_id, bench.id('9', s), 'coding', n, l.specialty,
       now() - interval '30 days' + n * interval '1 second', now(), h.worklist_id, h.id, l.id
  FROM generate_series(1, :count) n, generate_series(1, :specialties) s
  JOIN lane l ON l.client_id = bench.id('1', :clogging) AND l.specialty = 'specialty-' || s AND l.level = 1
  JOIN queue_head h ON h.id = l.head_id;
RESET session_replication_role;
"""

_PUT_BACK = """
WITH ended AS (DELETE FROM assignment RETURNING *), kept AS (
  INSERT INTO assignment_history (queue_entry_id, client_id, chart_id, stage, person_id, fence, request_id, pulled_at,
                                  outcome, reason)
  SELECT queue_entry_id, client_id, chart_id, stage, person_id, fence, request_id, pulled_at, 'released', 'bench'
    FROM ended), ready AS (
  UPDATE chart c SET state = 'ready' FROM ended WHERE c.id = ended.chart_id AND c.state = 'assigned'), back AS (
  UPDATE queue_entry e SET state = 'waiting', rank = e.rank + 2 * :hours * interval '1 hour'
    FROM ended WHERE e.id = ended.queue_entry_id)
SELECT count(*) FROM ended
"""

_MOVE = """
WITH head AS (SELECT id FROM queue_entry WHERE state = 'waiting' ORDER BY rank LIMIT :count), moved AS (
  UPDATE queue_entry e SET rank = e.rank + 2 * :hours * interval '1 hour' FROM head WHERE e.id = head.id RETURNING 1)
SELECT count(*) FROM moved
"""
