-- What the harness needs beside the product: each function does, in one round trip and in the caller's own role, what a
-- use case does in several. They are SECURITY INVOKER, so every grant and policy of the role holds.
CREATE SCHEMA chaos;
CREATE TABLE chaos.submission (request_id uuid PRIMARY KEY, entry_id uuid NOT NULL, fence integer NOT NULL,
                               person_id uuid NOT NULL);
CREATE TABLE chaos.barred_from_the_start (entry_id uuid NOT NULL, person_id uuid NOT NULL);
GRANT USAGE ON SCHEMA chaos TO chartway_coder, chartway_auditor, chartway_manager, chartway_worker,
  chartway_administrator;
GRANT SELECT, INSERT ON chaos.submission TO chartway_coder, chartway_auditor;
GRANT INSERT ON chaos.barred_from_the_start TO chartway_worker;

CREATE FUNCTION chaos.move(wanted uuid, being text, target text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM chart WHERE id = wanted FOR NO KEY UPDATE;
  UPDATE chart SET state = target WHERE id = wanted AND state = being;
  RETURN FOUND;
END $$;

-- assignments.coding.submitting and auditing.quality.closing: lock the hold, write, move the chart, end the hold.
CREATE FUNCTION chaos.submit(wanted_chart uuid, wanted_stage text, wanted_fence integer, request uuid) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  entry uuid;
BEGIN
  entry := (SELECT h.entry FROM chaos.lock_hold(wanted_chart, wanted_stage, wanted_fence) AS h (entry));
  IF entry IS NULL THEN
    RETURN CASE WHEN EXISTS (SELECT FROM chaos.submission s WHERE s.request_id = request AND s.fence = wanted_fence
                               AND s.person_id = acting_person()) THEN 'done' ELSE 'lost' END;
  END IF;
  IF wanted_stage = 'coding' THEN
    UPDATE chart SET coder_of_record = coalesce(coder_of_record, acting_person()), coded_at = clock_timestamp()
     WHERE id = wanted_chart;
    IF NOT chaos.move(wanted_chart, 'assigned', 'coded') THEN
      RETURN 'hidden';  -- a country rule took it out of their sight
    END IF;
  ELSE
    PERFORM FROM chart WHERE id = wanted_chart FOR NO KEY UPDATE;
  END IF;
  INSERT INTO chaos.submission VALUES (request, entry, wanted_fence, acting_person());
  IF NOT end_assignment(entry, wanted_fence, 'submitted', NULL, 'done', false) THEN
    RAISE EXCEPTION 'the hold ended while it was locked';
  END IF;
  RETURN 'done';
END $$;

CREATE FUNCTION chaos.release(wanted_chart uuid, wanted_stage text, wanted_fence integer, away boolean) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  entry uuid;
BEGIN
  entry := (SELECT h.entry FROM chaos.lock_hold(wanted_chart, wanted_stage, wanted_fence) AS h (entry));
  IF entry IS NULL THEN RETURN 'lost'; END IF;
  IF wanted_stage = 'coding' AND NOT chaos.move(wanted_chart, 'assigned', 'ready') THEN RETURN 'hidden'; END IF;
  IF NOT end_assignment(entry, wanted_fence, 'released', CASE WHEN away THEN 'unreadable' ELSE 'stopping' END,
                        'waiting', away) THEN
    RAISE EXCEPTION 'the hold ended while it was locked';
  END IF;
  RETURN 'done';
END $$;

-- The last word of every write, without anything before it: what a stale tab would reach if nothing else stopped it.
CREATE FUNCTION chaos.bare_end(entry uuid, wanted_chart uuid, wanted_stage text, wanted_fence integer) RETURNS text
LANGUAGE plpgsql AS $$
BEGIN
  -- The chart first, which they do not see any more once the hold has ended; undone if it was not theirs to end.
  IF wanted_stage = 'coding' AND NOT chaos.move(wanted_chart, 'assigned', 'ready') THEN
    IF EXISTS (SELECT FROM assignment a WHERE a.queue_entry_id = entry AND a.fence = wanted_fence
                  AND a.person_id = acting_person()) THEN
      RETURN 'hidden';
    END IF;
    RETURN CASE WHEN end_assignment(entry, wanted_fence, 'released', 'stopping', 'waiting', false) THEN 'done'
                ELSE 'lost' END;
  END IF;
  IF NOT end_assignment(entry, wanted_fence, 'released', 'stopping', 'waiting', false) THEN
    RAISE EXCEPTION 'lost' USING ERRCODE = 'CH001';
  END IF;
  RETURN 'done';
EXCEPTION WHEN SQLSTATE 'CH001' THEN
  RETURN 'lost';
END $$;

CREATE FUNCTION chaos.keep(wanted_chart uuid, wanted_stage text, wanted_fence integer, lease interval) RETURNS text
LANGUAGE plpgsql AS $$
BEGIN
  UPDATE assignment SET lease_until = clock_timestamp() + lease
   WHERE chart_id = wanted_chart AND stage = wanted_stage AND fence = wanted_fence AND person_id = acting_person();
  RETURN CASE WHEN FOUND THEN 'done' ELSE 'lost' END;
END $$;

CREATE FUNCTION chaos.expire(at_most integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  one record; n integer := 0;
BEGIN
  FOR one IN SELECT * FROM take_back_expired(at_most) LOOP
    IF one.stage = 'coding' THEN PERFORM chaos.move(one.chart_id, 'assigned', 'ready'); END IF;
    n := n + 1;
  END LOOP;
  RETURN n;
END $$;

-- A manager moves work: what others hold is taken back, and all of it is kept for one person. `who` null: unlocked only.
CREATE FUNCTION chaos.push(entries uuid[], who uuid, keep_for interval) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  one record; theirs uuid[]; n integer := 0;
BEGIN
  IF who IS NOT NULL THEN
    SELECT coalesce(array_agg(m.entry_id), '{}') INTO theirs FROM may_take(who, entries) m WHERE m.may;
  ELSE
    theirs := '{}';
  END IF;
  FOR one IN SELECT * FROM take_back(entries, 'revoked', 'moved') LOOP
    IF one.stage = 'coding' THEN PERFORM chaos.move(one.chart_id, 'assigned', 'ready'); END IF;
    n := n + 1;
  END LOOP;
  UPDATE queue_entry SET preferred_person = who, preferred_until = clock_timestamp() + keep_for
   WHERE id IN (SELECT e.id FROM queue_entry e WHERE e.id = ANY (theirs) AND e.state = 'waiting'
                 ORDER BY e.id FOR UPDATE);
  RETURN n;
END $$;

-- assignments.lining_up: the next round of a stage, its fence going on from the round before.
CREATE FUNCTION chaos.line_up(wanted_chart uuid, wanted_stage text, away uuid[], kept_for uuid, keep_for interval,
                              how_many integer, wanted_level integer, wanted_rank timestamptz) RETURNS SETOF uuid
LANGUAGE plpgsql AS $$
DECLARE
  c chart; before record; entry uuid;
BEGIN
  SELECT id, client_id, specialty, due_at, state INTO c.id, c.client_id, c.specialty, c.due_at, c.state
    FROM chart WHERE id = wanted_chart FOR NO KEY UPDATE;
  IF EXISTS (SELECT FROM queue_entry WHERE chart_id = wanted_chart AND state IN ('waiting', 'held')) THEN RETURN; END IF;
  IF wanted_stage = 'coding' THEN
    UPDATE chart SET state = 'ready' WHERE id = wanted_chart AND state <> 'ready';
  END IF;
  SELECT 1 + coalesce(max(round), 0) AS round, coalesce(max(fence), 0) AS fence INTO before FROM queue_entry
   WHERE chart_id = wanted_chart AND stage = wanted_stage;
  FOR seat IN 1..how_many LOOP
    entry := gen_random_uuid();
    INSERT INTO queue_entry (id, client_id, chart_id, stage, round, seat, seats, fence, specialty, level, rank, due_at,
                             barred, preferred_person, preferred_until)
    VALUES (entry, c.client_id, wanted_chart, wanted_stage, before.round, seat, how_many, before.fence, c.specialty,
            wanted_level, wanted_rank, wanted_rank, away, kept_for, clock_timestamp() + keep_for);
    INSERT INTO chaos.barred_from_the_start SELECT entry, unnest(away);
    RETURN NEXT entry;
  END LOOP;
END $$;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA chaos TO chartway_coder, chartway_auditor, chartway_manager, chartway_worker;
