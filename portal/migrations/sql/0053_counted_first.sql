-- A pull that counts before it looks, and a way around clogged heads that knows where each lane begins. What the functions
-- promise stands in 0019_line.sql and is as it was.

-- From which rank on anything waits in a lane: a lower bound, as that of its head is.
ALTER TABLE lane ADD COLUMN rank_from timestamptz NOT NULL DEFAULT '-infinity';
CREATE INDEX lane_from ON lane (head_id, rank_from, id);
DROP INDEX lane_head;
GRANT UPDATE (rank_from) ON lane TO chartway_definer;
CALL admit('lane', 'definer', 'UPDATE', 'true');

-- The lanes of somebody once more, a bit for each: asked for every entry that is looked at. Kept in the row as it is.
ALTER TABLE serves ADD COLUMN among bytea NOT NULL DEFAULT '', ALTER COLUMN among SET STORAGE EXTERNAL;
ALTER TABLE serves SET (toast_tuple_target = 8160);
UPDATE eligibility SET version = version + 1;

-- UNIQUE (chart_id, stage, round, seat) finds the places of a chart.
DROP INDEX queue_entry_client;

SET LOCAL ROLE chartway_definer;

CREATE FUNCTION bits_of(numbers integer[]) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE SET search_path = public, pg_temp AS $$
DECLARE
  bits bytea := decode(repeat('00', coalesce((SELECT max(n) FROM unnest(numbers) AS n), 0) / 8 + 1), 'hex');
  one integer;
BEGIN
  FOREACH one IN ARRAY numbers LOOP bits := set_bit(bits, one, 1); END LOOP;
  RETURN bits;
END $$;

-- Becomes part of the statement that asks, so it has no search path of its own.
CREATE FUNCTION is_among(number integer, bits bytea) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN number < octet_length(bits) * 8 THEN get_bit(bits, number) = 1 ELSE false END $$;

CREATE OR REPLACE FUNCTION work_out_serves(who uuid, wanted_stage text) RETURNS serves
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  new_one serves;
BEGIN
  new_one.person_id := who; new_one.stage := wanted_stage;
  SELECT version INTO new_one.version FROM eligibility;
  SELECT coalesce(min((q.valid_until + 1)::timestamp AT TIME ZONE 'UTC'), 'infinity') INTO new_one.fresh_until
    FROM qualification q WHERE q.person_id = who AND q.revoked_at IS NULL
     AND q.valid_until >= (clock_timestamp() AT TIME ZONE 'UTC')::date;

  WITH able AS MATERIALIZED (
    SELECT l.id, l.client_id, l.specialty
      FROM person p
      JOIN client_grant g ON g.person_id = p.id AND g.revoked_at IS NULL
      JOIN client c ON c.id = g.client_id AND c.closed_at IS NULL
      JOIN skill k ON k.person_id = p.id
      JOIN lane l ON l.client_id = g.client_id AND l.specialty = k.specialty AND l.stage = wanted_stage
           AND l.level <= k.level AND (l.countries IS NULL OR p.country = ANY (l.countries))
     WHERE p.id = who AND p.disabled_at IS NULL
       AND p.kind = CASE wanted_stage WHEN 'coding' THEN 'coder' WHEN 'audit' THEN 'auditor' END),
  kind AS MATERIALIZED (SELECT DISTINCT client_id, specialty FROM able),
  qualified AS MATERIALIZED (
    SELECT client_id, specialty FROM kind
     WHERE NOT EXISTS (SELECT FROM requirement r WHERE r.ended_at IS NULL)
        OR is_qualified(who, client_id, specialty, wanted_stage))
  SELECT coalesce(array_agg(id ORDER BY id), '{}') INTO new_one.lanes
    FROM able JOIN qualified USING (client_id, specialty);

  WITH own AS (
    SELECT w.id, CASE WHEN w.kind = 'late' THEN 0
                      WHEN mine.role = 'primary' THEN 1000 + mine.position
                      WHEN mine.role = 'backup' THEN 2000000000 + mine.position
                      WHEN w.kind = 'rest' THEN 2100000000
                      ELSE 10000 + w.position END AS place,
           coalesce(mine.at_a_time, 0) AS at_a_time
      FROM worklist w LEFT JOIN worklist_person mine ON mine.worklist_id = w.id AND mine.person_id = who
     WHERE w.stage = wanted_stage AND w.retired_at IS NULL
       AND (w.kind <> 'list' OR mine.person_id IS NOT NULL
            OR NOT EXISTS (SELECT FROM worklist_person o WHERE o.worklist_id = w.id))),
  open AS MATERIALIZED (SELECT DISTINCT l.head_id FROM unnest(new_one.lanes) AS mine (lane) JOIN lane l ON l.id = lane),
  lines AS (
    SELECT own.place, own.id AS list, own.at_a_time, h.id AS head,
           row_number() OVER (ORDER BY own.place, own.id, h.id) AS n
      FROM open JOIN queue_head h ON h.id = open.head_id JOIN own ON own.id = h.worklist_id),
  lists AS (SELECT place, list, at_a_time, min(n) AS first FROM lines GROUP BY place, list, at_a_time)
  SELECT coalesce((SELECT array_agg(head ORDER BY n) FROM lines), '{}'),
         coalesce((SELECT array_agg(first::integer ORDER BY first) FROM lists), '{}')
           || (SELECT count(*)::integer + 1 FROM lines),
         coalesce((SELECT array_agg(list ORDER BY first) FROM lists), '{}'),
         coalesce((SELECT array_agg(at_a_time ORDER BY first) FROM lists), '{}')
    INTO new_one.heads, new_one.starts, new_one.lists, new_one.limits;

  new_one.among := bits_of(new_one.lanes);
  -- What changes after this in the same transaction raises the version once more.
  PERFORM set_config('chartway.eligibility_raised_by', '', true);
  INSERT INTO serves VALUES (new_one.*) ON CONFLICT (person_id, stage) DO UPDATE
    SET version = excluded.version, fresh_until = excluded.fresh_until, lanes = excluded.lanes, among = excluded.among,
        heads = excluded.heads, starts = excluded.starts, lists = excluded.lists, limits = excluded.limits
    WHERE serves.version <= excluded.version;
  RETURN new_one;
END $$;

UPDATE eligibility SET version = version + 1;

-- What comes to wait below a hint lowers it, of its lane and of its head. One that the worker has in hand at this instant is
-- left alone: within a second it is renewed.
CREATE OR REPLACE FUNCTION entry_lowers_the_hint() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE lane SET rank_from = NEW.rank
   WHERE id = (SELECT l.id FROM lane l WHERE l.id = NEW.lane_id AND l.rank_from > NEW.rank
                  FOR NO KEY UPDATE SKIP LOCKED);
  UPDATE queue_head SET rank_from = NEW.rank
   WHERE id = (SELECT h.id FROM queue_head h WHERE h.id = NEW.head_id AND h.rank_from > NEW.rank
                  FOR NO KEY UPDATE SKIP LOCKED);
  RETURN NULL;
END $$;

-- One renews the hints at a time; another one that comes meanwhile has nothing to add. How many changed.
CREATE OR REPLACE FUNCTION renew_hints() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
  of_heads integer;
  of_lanes integer;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtextextended('hints of the line', 0)) THEN RETURN 0; END IF;
  UPDATE queue_head h SET rank_from = n.rank
    FROM (SELECT q.id, coalesce((SELECT e.rank FROM queue_entry e WHERE e.head_id = q.id AND e.state = 'waiting'
                                   AND e.preferred_person IS NULL ORDER BY e.rank LIMIT 1), 'infinity') AS rank
            FROM queue_head q) n
   WHERE n.id = h.id AND n.rank <> h.rank_from;
  GET DIAGNOSTICS of_heads = ROW_COUNT;
  UPDATE lane l SET rank_from = n.rank
    FROM (SELECT o.id, coalesce((SELECT e.rank FROM queue_entry e WHERE e.lane_id = o.id AND e.state = 'waiting'
                                   AND e.preferred_person IS NULL ORDER BY e.rank LIMIT 1), 'infinity') AS rank
            FROM lane o) n
   WHERE n.id = l.id AND n.rank <> l.rank_from;
  GET DIAGNOSTICS of_lanes = ROW_COUNT;
  RETURN of_heads + of_lanes;
END $$;

-- The way around a head full of what somebody may not take: their lanes there, in the order of the hints, some at a time,
-- until no other lane can have anything smaller. A hint that is missing or wrong costs a look, and hides nothing: where
-- nothing is found, every lane has been looked at.
DROP FUNCTION next_of_lanes;
CREATE FUNCTION next_of_lanes(me uuid, my_heads integer[], among bytea,
                              OUT id uuid, OUT lane_id integer, OUT seats smallint, OUT rank timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
  looked_at integer := 0;
  at_once integer := 12;
  lanes integer[];
  hints timestamptz[];
  best record;
BEGIN
  LOOP
    SELECT array_agg(s.id), array_agg(s.rank_from) INTO lanes, hints FROM (
      SELECT n.id, n.rank_from FROM unnest(my_heads) AS h (head) CROSS JOIN LATERAL (
        SELECT l.id, l.rank_from FROM lane l WHERE l.head_id = h.head AND is_among(l.id, among)
         ORDER BY l.rank_from, l.id LIMIT looked_at + at_once + 1) n
       ORDER BY n.rank_from, n.id LIMIT at_once + 1 OFFSET looked_at) s;
    SELECT o.* INTO best
      FROM unnest(lanes[:at_once]) AS l (lane) CROSS JOIN LATERAL (
        SELECT e.id, e.lane_id, e.seats, e.rank FROM queue_entry e
         WHERE e.state = 'waiting' AND e.preferred_person IS NULL AND e.lane_id = l.lane AND NOT me = ANY (e.barred)
         ORDER BY e.rank LIMIT 1) o
     ORDER BY o.rank LIMIT 1;
    IF best.id IS NOT NULL AND (id IS NULL OR best.rank < rank) THEN
      id := best.id; lane_id := best.lane_id; seats := best.seats; rank := best.rank;
    END IF;
    EXIT WHEN coalesce(cardinality(lanes), 0) <= at_once OR rank <= hints[at_once + 1];
    looked_at := looked_at + at_once;
    at_once := at_once * 2;
  END LOOP;
END $$;

CREATE OR REPLACE FUNCTION pull_for(me uuid, wanted_stage text, wanted_request uuid, lease interval, origin jsonb)
RETURNS pulled
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
  answer pulled;
  is_counted boolean;
  mine workload;
  held assignment;
  held_before uuid;
  is_spent boolean;
  has_kept boolean;
  among bytea;  -- which lanes are mine
  my_heads integer[];
  my_starts integer[];
  my_lists uuid[];
  my_limits integer[];
  heads_of_list integer[];
  is_clogged boolean;
  candidate_id uuid;
  candidate_lane integer;
  candidate_seats smallint;
  after_id uuid;
  after_rank timestamptz;
  taken record;
  how text;
BEGIN
  -- Counted before anything is looked for: that locks the row, and a double click waits here for the first.
  UPDATE workload w SET open_count = w.open_count + 1
   WHERE w.person_id = me AND w.open_count < w.cap AND w.paused_at IS NULL RETURNING w.* INTO mine;
  is_counted := FOUND;
  IF NOT is_counted THEN SELECT * INTO mine FROM workload w WHERE w.person_id = me FOR UPDATE; END IF;
  -- A statement of its own, so that it sees what that left behind, and what somebody was forbidden meanwhile.
  SELECT (SELECT a.queue_entry_id FROM assignment a WHERE a.request_id = wanted_request AND a.person_id = me),
         EXISTS (SELECT FROM assignment_history h WHERE h.request_id = wanted_request),
         EXISTS (SELECT FROM queue_entry e WHERE e.state = 'waiting' AND e.preferred_person = me),
         s.among, s.heads, s.starts, s.lists, s.limits
    INTO held_before, is_spent, has_kept, among, my_heads, my_starts, my_lists, my_limits
    FROM (SELECT) AS one
    LEFT JOIN serves s
      ON s.person_id = me AND s.stage = wanted_stage AND s.fresh_until > clock_timestamp()
         AND s.version = (SELECT v.version FROM eligibility v);
  IF among IS NULL THEN
    SELECT s.among, s.heads, s.starts, s.lists, s.limits INTO among, my_heads, my_starts, my_lists, my_limits
      FROM work_out_serves(me, wanted_stage) s;
  END IF;

  <<looking>>
  BEGIN
    -- Lanes that were worked out under the version in force are those of somebody who may do this work.
    IF cardinality(my_heads) = 0 THEN
      PERFORM FROM person p WHERE p.id = me AND p.disabled_at IS NULL
         AND p.kind = CASE wanted_stage WHEN 'coding' THEN 'coder' WHEN 'audit' THEN 'auditor' END;
      IF NOT FOUND THEN answer.outcome := 'not_allowed'; EXIT looking; END IF;
    END IF;
    IF mine.person_id IS NULL THEN  -- their first pull ever
      INSERT INTO workload (person_id) VALUES (me) ON CONFLICT DO NOTHING;
      RETURN pull_for(me, wanted_stage, wanted_request, lease, origin);
    END IF;
    IF held_before IS NOT NULL THEN
      SELECT * INTO held FROM assignment a WHERE a.queue_entry_id = held_before;
      answer.outcome := 'again';
    ELSIF is_spent OR NOT is_counted AND mine.open_count >= mine.cap THEN
      SELECT * INTO held FROM assignment a WHERE a.person_id = me ORDER BY a.pulled_at LIMIT 1;
      answer.outcome := CASE WHEN held.queue_entry_id IS NULL THEN 'spent' ELSE 'held' END;
    END IF;
    IF answer.outcome IS NOT NULL THEN
      answer.entry_id := held.queue_entry_id; answer.held_chart := held.chart_id; answer.held_client := held.client_id;
      answer.held_fence := held.fence; answer.held_until := held.lease_until;
      EXIT looking;
    END IF;
    IF mine.paused_at IS NOT NULL THEN answer.outcome := 'paused'; EXIT looking; END IF;
    IF NOT is_counted THEN  -- what kept them from it ended at this instant
      RETURN pull_for(me, wanted_stage, wanted_request, lease, origin);
    END IF;

    <<attempts>>
    FOR attempt IN 1..8 LOOP
      candidate_id := NULL; after_id := NULL; after_rank := NULL;
      IF has_kept THEN  -- what was kept for this person comes first
        SELECT e.id, e.lane_id, e.seats INTO candidate_id, candidate_lane, candidate_seats
          FROM queue_entry e
         WHERE e.state = 'waiting' AND e.preferred_person = me AND e.stage = wanted_stage
           AND is_among(e.lane_id, among) AND NOT me = ANY (e.barred)
         ORDER BY e.rank LIMIT 1 FOR UPDATE SKIP LOCKED;
        how := 'kept';
        IF candidate_id IS NOT NULL THEN
          SELECT n.id INTO after_id FROM next_of_lanes(me, my_heads, among) n;
        END IF;
      END IF;
      IF candidate_id IS NULL THEN
        how := 'list';
        FOR turn IN 1..2 LOOP  -- first the lists whose turn it is, then the one that has had its charts in a row
          FOR list IN 1..cardinality(my_lists) LOOP
            CONTINUE WHEN (turn = 2) <> coalesce(my_limits[list] > 0 AND mine.last_list = my_lists[list]
                                                 AND mine.in_a_row >= my_limits[list], false);
            heads_of_list := my_heads[my_starts[list]:my_starts[list + 1] - 1];
            -- The smallest ranks of its lines that they may take, sought in a bounded window of each.
            SELECT w.id, w.lane_id, w.seats, lead(w.id) OVER o, lead(w.rank) OVER o,
                   bool_or(w.id IS NULL AND q.rank_from < 'infinity') OVER ()
              INTO candidate_id, candidate_lane, candidate_seats, after_id, after_rank, is_clogged
              FROM queue_head q LEFT JOIN LATERAL (
                SELECT e.* FROM (
                  SELECT e.id, e.rank, e.lane_id, e.seats, e.barred FROM queue_entry e
                   WHERE e.state = 'waiting' AND e.preferred_person IS NULL AND e.head_id = q.id
                     AND e.rank >= q.rank_from ORDER BY e.rank LIMIT 32) e
                 WHERE is_among(e.lane_id, among) AND NOT me = ANY (e.barred) LIMIT 2) w ON true
             WHERE q.id = ANY (heads_of_list) WINDOW o AS (ORDER BY w.rank) ORDER BY w.rank LIMIT 1;
            IF candidate_id IS NULL OR is_clogged THEN
              SELECT n.id, n.lane_id, n.seats INTO candidate_id, candidate_lane, candidate_seats
                FROM next_of_lanes(me, heads_of_list, among) n;
              after_id := NULL; after_rank := NULL;
            END IF;
            EXIT WHEN candidate_id IS NOT NULL;
          END LOOP;
          EXIT WHEN candidate_id IS NOT NULL;
        END LOOP;
      END IF;
      IF candidate_id IS NULL THEN
        -- What was kept for somebody, whose time is over and which nobody opened yet.
        SELECT e.id, e.lane_id, e.seats INTO candidate_id, candidate_lane, candidate_seats
          FROM queue_entry e
         WHERE e.state = 'waiting' AND e.preferred_person IS NOT NULL AND e.preferred_until < clock_timestamp()
           AND e.stage = wanted_stage AND is_among(e.lane_id, among) AND NOT me = ANY (e.barred)
           AND e.head_id = ANY (my_heads)
         ORDER BY e.preferred_until LIMIT 1 FOR UPDATE SKIP LOCKED;
        EXIT attempts WHEN candidate_id IS NULL;
      END IF;

      LOOP
        -- Nobody sits on two seats of one round: whoever has another is barred from this one.
        IF candidate_seats > 1 THEN
          UPDATE queue_entry e SET barred = e.barred || me
           WHERE e.id = candidate_id AND e.state = 'waiting' AND EXISTS (
             SELECT FROM queue_entry o
              WHERE o.chart_id = e.chart_id AND o.stage = e.stage AND o.round = e.round AND o.id <> e.id
                AND (EXISTS (SELECT FROM assignment a WHERE a.queue_entry_id = o.id AND a.person_id = me)
                     OR EXISTS (SELECT FROM assignment_history h
                                 WHERE h.queue_entry_id = o.id AND h.person_id = me AND h.outcome = 'submitted')));
          CONTINUE attempts WHEN FOUND;
        END IF;
        UPDATE queue_entry e SET state = 'held', fence = e.fence + 1 WHERE e.id = (
          SELECT o.id FROM queue_entry o
           WHERE o.id = candidate_id AND o.state = 'waiting' AND NOT me = ANY (o.barred)
             AND is_among(o.lane_id, among)  -- a country rule may have moved it at this instant
             AND (o.preferred_person IS NULL OR o.preferred_person = me OR o.preferred_until < clock_timestamp())
             FOR UPDATE SKIP LOCKED)
          RETURNING e.id, e.client_id, e.chart_id, e.stage, e.fence, e.worklist_id, e.rank, e.minutes INTO taken;
        EXIT attempts WHEN FOUND;
        after_id := NULL; after_rank := NULL;
        -- Somebody has it in hand at this instant: the next of its lane that nobody has.
        SELECT e.id, e.lane_id, e.seats INTO candidate_id, candidate_lane, candidate_seats
          FROM queue_entry e
         WHERE e.state = 'waiting' AND e.preferred_person IS NULL AND e.lane_id = candidate_lane
           AND NOT me = ANY (e.barred)
         ORDER BY e.rank LIMIT 1 FOR UPDATE SKIP LOCKED;
        EXIT WHEN candidate_id IS NULL;
      END LOOP;
    END LOOP;
    IF taken IS NULL THEN
      answer := why_nothing(me, wanted_stage, (serves_of(me, wanted_stage)).lanes);
      EXIT looking;
    END IF;

    answer.held_until := clock_timestamp() + lease;
    INSERT INTO assignment (queue_entry_id, client_id, chart_id, stage, person_id, fence, request_id, lease_until, how,
                            worklist_id, rank, minutes, next_entry_id, next_rank)
    VALUES (taken.id, taken.client_id, taken.chart_id, taken.stage, me, taken.fence, wanted_request,
            answer.held_until, how, taken.worklist_id, taken.rank, taken.minutes, after_id, after_rank);
    answer.outcome := 'pulled'; answer.entry_id := taken.id; answer.held_chart := taken.chart_id;
    answer.held_client := taken.client_id; answer.held_fence := taken.fence;
    IF 0 < ANY (my_limits) THEN  -- whose turn it is, where lists take turns
      UPDATE workload w SET last_list = taken.worklist_id,
             in_a_row = CASE WHEN w.last_list = taken.worklist_id THEN w.in_a_row + 1 ELSE 1 END
       WHERE w.person_id = me;
    END IF;
    IF origin IS NOT NULL THEN PERFORM write_pull_events(me, wanted_stage, answer, origin); END IF;
    RETURN answer;
  END;
  IF is_counted THEN UPDATE workload w SET open_count = w.open_count - 1 WHERE w.person_id = me; END IF;
  RETURN answer;
END $$;

-- The chart's move and event, and the access event, of a pull; the record is the one that
-- auditing.access_log.recording writes, and a test holds the two together.
DROP FUNCTION write_pull_events;
CREATE FUNCTION write_pull_events(me uuid, wanted_stage text, taken pulled, origin jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  patient uuid;
  event_id uuid := (origin ->> 'access_event')::uuid;
  kind text := CASE wanted_stage WHEN 'coding' THEN 'coder' ELSE 'auditor' END;
BEGIN
  IF wanted_stage = 'coding' THEN
    -- One that is being corrected stays what it is, whoever holds it.
    UPDATE chart SET state = 'assigned' WHERE id = taken.held_chart AND state = 'ready' RETURNING patient_id INTO patient;
    IF FOUND THEN
      INSERT INTO chart_event (id, client_id, chart_id, kind, from_state, to_state, actor_id, happened_at)
      VALUES ((origin ->> 'chart_event')::uuid, taken.held_client, taken.held_chart, 'assigned', 'ready', 'assigned', me,
              (origin ->> 'now')::timestamptz);
    END IF;
  END IF;
  IF patient IS NULL THEN SELECT c.patient_id INTO patient FROM chart c WHERE c.id = taken.held_chart; END IF;
  INSERT INTO access_event (id, client_id, actor_id, action, outcome, patient_id, object_type, object_id, request_id,
                            canonical)
  VALUES (event_id, taken.held_client, me, origin ->> 'action', 'success', patient, 'chart', taken.held_chart,
          (origin ->> 'request')::uuid,
          convert_to(format(
            '{"action":"%s","actor":{"aal":%s,"id":"%s","kind":"%s"},"changes":[],"client":"%s",'
            '"id":"%s","object":{"fence":%s,"id":"%s","stage":"%s","type":"chart"},"origin":{"agent":%s,"ip":%s},'
            '"outcome":"success","patient":"%s","reason":null,"release":%s,"request":%s,"session":%s,"ts":"%s","v":1}',
            origin ->> 'action', origin ->> 'aal', me, kind, taken.held_client, event_id, taken.held_fence, taken.held_chart,
            wanted_stage, coalesce((origin -> 'agent')::text, 'null'), coalesce((origin -> 'ip')::text, 'null'),
            patient, (origin -> 'release')::text, coalesce((origin -> 'request')::text, 'null'),
            coalesce((origin -> 'session')::text, 'null'),
            to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')), 'UTF8'));
END $$;

-- Several people's pulls in one transaction. Who is in somebody else's hands at this instant (a second click, a manager
-- who takes their work back) is not waited for: their outcome is `failed`, with nothing pulled. All at once first, for a
-- savepoint for each costs as much as a statement; if one raises an error, nobody has been given anything yet, and each is
-- tried alone: the one that fails is told so.
CREATE OR REPLACE FUNCTION pull_many(wanted_stage text, people uuid[], requests uuid[], lease interval, origins jsonb[])
RETURNS TABLE (person_id uuid, request_id uuid, answer pulled)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
  one record;
  free uuid[];
  answers pulled[];
  nothing pulled := row('failed', NULL, NULL, NULL, NULL, NULL, NULL);
BEGIN
  IF EXISTS (SELECT FROM unnest(origins) AS o (origin) WHERE o.origin IS NULL
                OR NOT o.origin ?& ARRAY['action', 'access_event', 'chart_event', 'now', 'aal', 'release']) THEN
    RAISE EXCEPTION 'a pull says where it comes from' USING ERRCODE = 'null_value_not_allowed';
  END IF;
  SELECT array_agg(w.person_id) INTO free FROM (
    SELECT w.person_id FROM workload w WHERE w.person_id = ANY (people) ORDER BY w.person_id FOR UPDATE SKIP LOCKED) w;
  FOR at_once IN REVERSE 1..0 LOOP
    answers := '{}';
    BEGIN
      FOR one IN SELECT t.*, t.who = ANY (free) OR NOT EXISTS (SELECT FROM workload w WHERE w.person_id = t.who) AS is_free
                   FROM unnest(people, requests, origins) WITH ORDINALITY AS t (who, request, origin, place)
                  ORDER BY t.who, t.place LOOP
        answer := nothing;
        IF one.is_free AND at_once = 1 THEN
          answer := pull_for(one.who, wanted_stage, one.request, lease, one.origin);
        ELSIF one.is_free THEN
          BEGIN
            answer := pull_for(one.who, wanted_stage, one.request, lease, one.origin);
          EXCEPTION WHEN OTHERS THEN
            NULL;  -- whoever asked does it again alone, and is told
          END;
        END IF;
        answers[one.place] := answer;
      END LOOP;
      EXIT;
    EXCEPTION WHEN OTHERS THEN
      NULL;
    END;
  END LOOP;
  FOR n IN 1..cardinality(people) LOOP
    person_id := people[n]; request_id := requests[n]; answer := answers[n];
    RETURN NEXT;
  END LOOP;
END $$;
RESET ROLE;
