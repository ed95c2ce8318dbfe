-- Who locks several places in line does so alone: a manager who moves work, an off-boarding, leases that are over, a
-- country rule. Each has an order of its own, so two of them waited for each other: whoever takes work back locks what is
-- held first and then what waits, the rule all places of its client. Pulls and submits lock one place, and go on. ADR 0021.

SET LOCAL ROLE chartway_definer;

CREATE OR REPLACE FUNCTION country_rule_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('hand over', 21));
  PERFORM pg_advisory_xact_lock(hashtextextended('countries of ' || NEW.client_id, 0));  -- against a chart that arrives
  FOR attempt IN 1..100 LOOP
    BEGIN
      PERFORM FROM queue_entry e WHERE e.client_id = NEW.client_id AND e.state IN ('waiting', 'held')
        ORDER BY e.id FOR NO KEY UPDATE;
      UPDATE chart c SET countries = countries_of(c.client_id, c.encounter_id)
       WHERE c.client_id = NEW.client_id
         AND c.countries IS DISTINCT FROM countries_of(c.client_id, c.encounter_id);
      PERFORM FROM queue_entry e WHERE e.client_id = NEW.client_id AND e.state IN ('waiting', 'held')
        ORDER BY e.id FOR NO KEY UPDATE NOWAIT;
      UPDATE queue_entry e SET worklist_id = e.worklist_id
       WHERE e.client_id = NEW.client_id AND e.state IN ('waiting', 'held');
      RETURN NULL;
    EXCEPTION WHEN lock_not_available THEN
      PERFORM pg_sleep(0.01);
    END;
  END LOOP;
  RAISE EXCEPTION 'the line does not stand still long enough' USING ERRCODE = 'lock_not_available';
END $$;

CREATE OR REPLACE FUNCTION take_back(entries uuid[], how text, why text)
RETURNS TABLE (entry_id uuid, chart_id uuid, client_id uuid, stage text, person_id uuid, fence integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  ended assignment;
  locked uuid[];  -- what is pulled from now on stays with whoever pulled it
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('hand over', 21));
  SELECT array_agg(l.id) INTO locked FROM (
    SELECT a.queue_entry_id AS id FROM assignment a WHERE a.queue_entry_id = ANY (entries)
     ORDER BY a.person_id, a.queue_entry_id FOR UPDATE) l;
  FOR ended IN SELECT a.* FROM assignment a WHERE a.queue_entry_id = ANY (locked)
                ORDER BY a.person_id, a.queue_entry_id LOOP
    DELETE FROM assignment a WHERE a.queue_entry_id = ended.queue_entry_id;
    UPDATE queue_entry SET state = 'waiting' WHERE id = ended.queue_entry_id;
    PERFORM note_end(ended, how, why, acting_person());
    entry_id := ended.queue_entry_id; chart_id := ended.chart_id; client_id := ended.client_id;
    stage := ended.stage; person_id := ended.person_id; fence := ended.fence;
    RETURN NEXT;
  END LOOP;
END $$;

CREATE OR REPLACE FUNCTION take_back_from(people uuid[], why text, everything boolean, moment timestamptz)
RETURNS TABLE (chart_id uuid, client_id uuid, patient_id uuid, stage text, person_id uuid, fence integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  one record; entries uuid[];
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('hand over', 21));
  IF people IS NOT NULL THEN
    INSERT INTO workload (person_id) SELECT p.id FROM person p WHERE p.id = ANY (people) AND p.kind IN ('coder', 'auditor')
      ON CONFLICT DO NOTHING;
    PERFORM FROM workload w WHERE w.person_id = ANY (people) ORDER BY w.person_id FOR UPDATE;
  END IF;
  SELECT coalesce(array_agg(a.queue_entry_id), '{}') INTO entries
    FROM assignment a JOIN person p ON p.id = a.person_id JOIN chart c ON c.id = a.chart_id
   WHERE (people IS NULL OR a.person_id = ANY (people))
     AND (everything OR p.disabled_at IS NOT NULL OR (c.countries IS NOT NULL AND NOT p.country = ANY (c.countries)));
  FOR one IN SELECT * FROM take_back(entries, 'revoked', why) LOOP
    chart_id := one.chart_id; client_id := one.client_id; stage := one.stage; person_id := one.person_id;
    fence := one.fence;
    SELECT c.patient_id INTO patient_id FROM chart c WHERE c.id = one.chart_id;
    IF one.stage = 'coding' THEN
      -- One that is being corrected stays what it is, whoever holds it.
      UPDATE chart c SET state = 'ready' WHERE c.id = one.chart_id AND c.state = 'assigned';
      IF FOUND THEN
        INSERT INTO chart_event (id, client_id, chart_id, kind, from_state, to_state, actor_id, happened_at, details)
        VALUES (uuidv7(), one.client_id, one.chart_id, 'returned', 'assigned', 'ready', acting_person(), moment,
                jsonb_build_object('why', why));
      END IF;
    END IF;
    RETURN NEXT;
  END LOOP;
END $$;

CREATE OR REPLACE FUNCTION take_back_expired(at_most integer)
RETURNS TABLE (chart_id uuid, client_id uuid, stage text, person_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  expired assignment;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('hand over', 21));
  FOR expired IN SELECT * FROM assignment a WHERE a.lease_until < clock_timestamp()
                  ORDER BY a.person_id LIMIT at_most FOR UPDATE SKIP LOCKED LOOP
    DELETE FROM assignment a WHERE a.queue_entry_id = expired.queue_entry_id;
    UPDATE queue_entry SET state = 'waiting', returns = returns + 1 WHERE id = expired.queue_entry_id;
    PERFORM note_end(expired, 'expired', NULL, NULL);
    chart_id := expired.chart_id; client_id := expired.client_id; stage := expired.stage;
    person_id := expired.person_id;
    RETURN NEXT;
  END LOOP;
END $$;
RESET ROLE;
