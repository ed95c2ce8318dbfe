-- The pull in fewer statements, each planned once; what somebody may take worked out faster; pulls together that nobody
-- holds up. What the functions promise stands in 0019_line.sql and is as it was.

SET LOCAL ROLE chartway_definer;

-- Qualification is asked once for each kind of work that the rest leaves, and only if anything is asked for at all.
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

  -- What changes after this in the same transaction raises the version once more.
  PERFORM set_config('chartway.eligibility_raised_by', '', true);
  INSERT INTO serves VALUES (new_one.*) ON CONFLICT (person_id, stage) DO UPDATE
    SET version = excluded.version, fresh_until = excluded.fresh_until, lanes = excluded.lanes,
        heads = excluded.heads, starts = excluded.starts, lists = excluded.lists, limits = excluded.limits
    WHERE serves.version <= excluded.version;
  RETURN new_one;
END $$;

-- Pulling. What is asked is what 0019_line.sql asks, in as few statements as can be, for most of a statement's cost is
-- its start. Their plans are generic: with somebody's lanes written into it, planning a statement took longer than the
-- pull; and by index: a plan that was made while a table was all but empty is kept when it no longer is.
DROP FUNCTION next_of_list;

-- The way around a head full of what somebody may not take: one probe for each of their lanes there.
CREATE FUNCTION next_of_lanes(me uuid, my_heads integer[], my_lanes integer[],
                              OUT id uuid, OUT lane_id integer, OUT seats smallint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT o.id, l.id, o.seats FROM lane l CROSS JOIN LATERAL (
    SELECT e.id, e.seats, e.rank FROM queue_entry e
     WHERE e.state = 'waiting' AND e.preferred_person IS NULL AND e.lane_id = l.id AND NOT me = ANY (e.barred)
     ORDER BY e.rank LIMIT 1) o
   WHERE l.id = ANY (my_lanes) AND l.head_id = ANY (my_heads) ORDER BY o.rank LIMIT 1 $$;

CREATE OR REPLACE FUNCTION pull_for(me uuid, wanted_stage text, wanted_request uuid, lease interval, origin jsonb)
RETURNS pulled
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
  answer pulled;
  mine workload;
  held assignment;
  held_before uuid;
  is_spent boolean;
  has_kept boolean;
  my_lanes integer[];
  my_heads integer[];
  my_starts integer[];
  my_lists uuid[];
  my_limits integer[];
  heads_of_list integer[];
  ids uuid[];
  ranks timestamptz[];
  lanes integer[];
  seats smallint[];
  is_clogged boolean;
  candidate_id uuid;
  candidate_lane integer;
  candidate_seats smallint;
  after_id uuid;
  after_rank timestamptz;
  taken queue_entry;
  how text;
BEGIN
  SELECT * INTO mine FROM workload w WHERE w.person_id = me FOR UPDATE;  -- a double click waits here for the first
  -- A statement of its own, so that it sees what that left behind, and what somebody was forbidden meanwhile.
  SELECT (SELECT a.queue_entry_id FROM assignment a WHERE a.request_id = wanted_request AND a.person_id = me),
         EXISTS (SELECT FROM assignment_history h WHERE h.request_id = wanted_request),
         EXISTS (SELECT FROM queue_entry e WHERE e.state = 'waiting' AND e.preferred_person = me),
         s.lanes, s.heads, s.starts, s.lists, s.limits
    INTO held_before, is_spent, has_kept, my_lanes, my_heads, my_starts, my_lists, my_limits
    FROM (SELECT) AS one
    LEFT JOIN (serves s JOIN eligibility v ON v.version = s.version)
      ON s.person_id = me AND s.stage = wanted_stage AND s.fresh_until > clock_timestamp();
  -- Lanes that were worked out under the version in force are those of somebody who may do this work.
  IF my_lanes IS NULL OR cardinality(my_lanes) = 0 THEN
    PERFORM FROM person p WHERE p.id = me AND p.disabled_at IS NULL
       AND p.kind = CASE wanted_stage WHEN 'coding' THEN 'coder' WHEN 'audit' THEN 'auditor' END;
    IF NOT FOUND THEN answer.outcome := 'not_allowed'; RETURN answer; END IF;
  END IF;
  IF mine.person_id IS NULL THEN  -- their first pull ever
    INSERT INTO workload (person_id) VALUES (me) ON CONFLICT DO NOTHING;
    RETURN pull_for(me, wanted_stage, wanted_request, lease, origin);
  END IF;

  IF held_before IS NOT NULL THEN
    SELECT * INTO held FROM assignment a WHERE a.queue_entry_id = held_before;
    answer.outcome := 'again';
  ELSIF mine.open_count >= mine.cap OR is_spent THEN
    SELECT * INTO held FROM assignment a WHERE a.person_id = me ORDER BY a.pulled_at LIMIT 1;
    answer.outcome := CASE WHEN held.queue_entry_id IS NULL THEN 'spent' ELSE 'held' END;
  END IF;
  IF answer.outcome IS NOT NULL THEN
    answer.entry_id := held.queue_entry_id; answer.held_chart := held.chart_id; answer.held_client := held.client_id;
    answer.held_fence := held.fence; answer.held_until := held.lease_until;
    RETURN answer;
  END IF;
  IF mine.paused_at IS NOT NULL THEN answer.outcome := 'paused'; RETURN answer; END IF;
  IF my_lanes IS NULL THEN
    SELECT s.lanes, s.heads, s.starts, s.lists, s.limits INTO my_lanes, my_heads, my_starts, my_lists, my_limits
      FROM work_out_serves(me, wanted_stage) s;
  END IF;

  <<attempts>>
  FOR attempt IN 1..8 LOOP
    candidate_id := NULL; after_id := NULL; after_rank := NULL;
    IF has_kept THEN  -- what was kept for this person comes first
      SELECT e.id, e.lane_id, e.seats INTO candidate_id, candidate_lane, candidate_seats
        FROM queue_entry e
       WHERE e.state = 'waiting' AND e.preferred_person = me AND e.stage = wanted_stage
         AND e.lane_id = ANY (my_lanes) AND NOT me = ANY (e.barred)
       ORDER BY e.rank LIMIT 1 FOR UPDATE SKIP LOCKED;
      how := 'kept';
      IF candidate_id IS NOT NULL THEN
        SELECT n.id INTO after_id FROM next_of_lanes(me, my_heads, my_lanes) n;
      END IF;
    END IF;
    IF candidate_id IS NULL THEN
      how := 'list';
      FOR turn IN 1..2 LOOP  -- first the lists whose turn it is, then the one that has had its charts in a row
        FOR list IN 1..cardinality(my_lists) LOOP
          CONTINUE WHEN (turn = 2) <> coalesce(mine.last_list = my_lists[list] AND my_limits[list] > 0
                                               AND mine.in_a_row >= my_limits[list], false);
          heads_of_list := my_heads[my_starts[list]:my_starts[list + 1] - 1];
          -- The smallest ranks of its lines that they may take, sought in a bounded window of each.
          SELECT array_agg(w.id ORDER BY w.rank), array_agg(w.rank ORDER BY w.rank),
                 array_agg(w.lane_id ORDER BY w.rank), array_agg(w.seats ORDER BY w.rank),
                 bool_or(w.id IS NULL AND q.rank_from < 'infinity')
            INTO ids, ranks, lanes, seats, is_clogged
            FROM queue_head q LEFT JOIN LATERAL (
              SELECT e.* FROM (
                SELECT e.id, e.rank, e.lane_id, e.seats, e.barred FROM queue_entry e
                 WHERE e.state = 'waiting' AND e.preferred_person IS NULL AND e.head_id = q.id AND e.rank >= q.rank_from
                 ORDER BY e.rank LIMIT 64) e
               WHERE e.lane_id = ANY (my_lanes) AND NOT me = ANY (e.barred) ORDER BY e.rank LIMIT 2) w ON true
           WHERE q.id = ANY (heads_of_list);
          candidate_id := ids[1]; candidate_lane := lanes[1]; candidate_seats := seats[1];
          after_id := ids[2]; after_rank := ranks[2];
          IF candidate_id IS NULL OR is_clogged THEN
            SELECT n.id, n.lane_id, n.seats INTO candidate_id, candidate_lane, candidate_seats
              FROM next_of_lanes(me, heads_of_list, my_lanes) n;
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
         AND e.stage = wanted_stage AND e.lane_id = ANY (my_lanes) AND NOT me = ANY (e.barred)
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
           AND o.lane_id = ANY (my_lanes)  -- a country rule may have moved it at this instant
           AND (o.preferred_person IS NULL OR o.preferred_person = me OR o.preferred_until < clock_timestamp())
           FOR UPDATE SKIP LOCKED) RETURNING * INTO taken;
      EXIT attempts WHEN taken.id IS NOT NULL;
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
  IF taken.id IS NULL THEN RETURN why_nothing(me, wanted_stage, my_lanes); END IF;

  answer.held_until := clock_timestamp() + lease;
  UPDATE workload w SET open_count = w.open_count + 1, last_list = taken.worklist_id,
         in_a_row = CASE WHEN w.last_list = taken.worklist_id THEN w.in_a_row + 1 ELSE 1 END
   WHERE w.person_id = me;
  INSERT INTO assignment (queue_entry_id, client_id, chart_id, stage, person_id, fence, request_id, lease_until, how,
                          worklist_id, rank, minutes, next_entry_id, next_rank)
  VALUES (taken.id, taken.client_id, taken.chart_id, taken.stage, me, taken.fence, wanted_request, answer.held_until,
          how, taken.worklist_id, taken.rank, taken.minutes, after_id, after_rank);
  IF origin IS NOT NULL THEN PERFORM write_pull_events(me, taken, origin); END IF;
  answer.outcome := 'pulled'; answer.entry_id := taken.id; answer.held_chart := taken.chart_id;
  answer.held_client := taken.client_id; answer.held_fence := taken.fence;
  RETURN answer;
END $$;
-- The chart's move and event, and the access event, of a pull; the record is the one that
-- auditing.access_log.recording writes, and a test holds the two together.
CREATE OR REPLACE FUNCTION write_pull_events(me uuid, taken queue_entry, origin jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  patient uuid;
  event_id uuid := (origin ->> 'access_event')::uuid;
  kind text := CASE taken.stage WHEN 'coding' THEN 'coder' ELSE 'auditor' END;
BEGIN
  IF taken.stage = 'coding' THEN
    -- One that is being corrected stays what it is, whoever holds it.
    UPDATE chart SET state = 'assigned' WHERE id = taken.chart_id AND state = 'ready' RETURNING patient_id INTO patient;
    IF FOUND THEN
      INSERT INTO chart_event (id, client_id, chart_id, kind, from_state, to_state, actor_id, happened_at)
      VALUES ((origin ->> 'chart_event')::uuid, taken.client_id, taken.chart_id, 'assigned', 'ready', 'assigned', me,
              (origin ->> 'now')::timestamptz);
    END IF;
  END IF;
  IF patient IS NULL THEN SELECT c.patient_id INTO patient FROM chart c WHERE c.id = taken.chart_id; END IF;
  INSERT INTO access_event (id, client_id, actor_id, action, outcome, patient_id, object_type, object_id, request_id,
                            canonical)
  VALUES (event_id, taken.client_id, me, origin ->> 'action', 'success', patient, 'chart', taken.chart_id,
          (origin ->> 'request')::uuid,
          convert_to(format(
            '{"action":"%s","actor":{"aal":%s,"id":"%s","kind":"%s"},"changes":[],"client":"%s",'
            '"id":"%s","object":{"fence":%s,"id":"%s","stage":"%s","type":"chart"},"origin":{"agent":%s,"ip":%s},'
            '"outcome":"success","patient":"%s","reason":null,"release":%s,"request":%s,"session":%s,"ts":"%s","v":1}',
            origin ->> 'action', origin ->> 'aal', me, kind, taken.client_id, event_id, taken.fence, taken.chart_id,
            taken.stage, coalesce((origin -> 'agent')::text, 'null'), coalesce((origin -> 'ip')::text, 'null'),
            patient, (origin -> 'release')::text, coalesce((origin -> 'request')::text, 'null'),
            coalesce((origin -> 'session')::text, 'null'),
            to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')), 'UTF8'));
END $$;

-- Several people's pulls in one transaction. Who is in somebody else's hands at this instant (a second click, a manager
-- who takes their work back) is not waited for: their outcome is `failed`, with nothing pulled, as it is for one whose
-- pull raised an error; the others are given theirs.
CREATE OR REPLACE FUNCTION pull_many(wanted_stage text, people uuid[], requests uuid[], lease interval, origins jsonb[])
RETURNS TABLE (person_id uuid, request_id uuid, answer pulled)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
  one record;
  free uuid[];
BEGIN
  SELECT array_agg(w.person_id) INTO free FROM (
    SELECT w.person_id FROM workload w WHERE w.person_id = ANY (people) ORDER BY w.person_id FOR UPDATE SKIP LOCKED) w;
  FOR one IN SELECT t.*, t.who = ANY (free) OR NOT EXISTS (SELECT FROM workload w WHERE w.person_id = t.who) AS is_free
               FROM unnest(people, requests, origins) AS t (who, request, origin) ORDER BY t.who LOOP
    IF one.origin IS NULL
       OR NOT one.origin ?& ARRAY['action', 'access_event', 'chart_event', 'now', 'aal', 'release'] THEN
      RAISE EXCEPTION 'a pull says where it comes from' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    person_id := one.who; request_id := one.request; answer := NULL; answer.outcome := 'failed';
    IF one.is_free THEN
      BEGIN
        answer := pull_for(one.who, wanted_stage, one.request, lease, one.origin);
      EXCEPTION WHEN OTHERS THEN
        NULL;  -- whoever asked does it again alone, and is told
      END;
    END IF;
    RETURN NEXT;
  END LOOP;
END $$;
RESET ROLE;
