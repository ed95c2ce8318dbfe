-- People: rules of countries that exclude each other, work that is taken back, what is missing, who is judged by what.

-- Nobody works from nowhere: two rules that have no country in common leave none, not all. And a rule that is made while
-- a chart arrives holds for that chart: whoever comes second waits for the first.
SET LOCAL ROLE chartway_definer;
CREATE OR REPLACE FUNCTION countries_of(wanted_client uuid, wanted_encounter uuid) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  allowed text[]; one country_rule;
BEGIN
  FOR one IN SELECT r.* FROM country_rule r WHERE r.client_id = wanted_client AND r.ended_at IS NULL
     AND (r.payer IS NULL OR lower(r.payer) = (SELECT lower(e.payer) FROM encounter e WHERE e.id = wanted_encounter))
  LOOP
    allowed := CASE WHEN allowed IS NULL THEN one.countries
                    ELSE ARRAY(SELECT unnest(allowed) INTERSECT SELECT unnest(one.countries)) END;
  END LOOP;
  RETURN CASE WHEN allowed IS NOT NULL THEN ARRAY(SELECT DISTINCT c FROM unnest(allowed) AS c ORDER BY c) END;
END $$;

CREATE OR REPLACE FUNCTION chart_knows_its_countries() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(hashtextextended('countries of ' || NEW.client_id, 0));
  NEW.countries := countries_of(NEW.client_id, NEW.encounter_id);
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION country_rule_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('countries of ' || NEW.client_id, 0));
  UPDATE chart c SET countries = countries_of(c.client_id, c.encounter_id)
   WHERE c.client_id = NEW.client_id
     AND c.countries IS DISTINCT FROM countries_of(c.client_id, c.encounter_id);
  UPDATE queue_entry e SET worklist_id = e.worklist_id
   WHERE e.client_id = NEW.client_id AND e.state IN ('waiting', 'held');
  RETURN NULL;
END $$;

-- Takes back what people hold: everything, or only what they may not hold any more, because they are disabled or work
-- from a country that its rules do not allow. Of everybody if `people` is null. What they hold is locked together with
-- their workload, so a pull of theirs that is under way either is seen here, or sees what was changed.
CREATE FUNCTION take_back_from(people uuid[], why text, everything boolean, moment timestamptz)
RETURNS TABLE (chart_id uuid, client_id uuid, patient_id uuid, stage text, person_id uuid, fence integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  one record; entries uuid[];
BEGIN
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

-- Opens to everybody what is kept for people: all of it, or only what they may not take. How much it was.
CREATE FUNCTION open_what_is_kept_for(people uuid[], why text, everything boolean, moment timestamptz) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH opened AS (
    UPDATE queue_entry SET preferred_person = NULL, preferred_until = NULL WHERE id IN (
      SELECT e.id FROM queue_entry e JOIN person p ON p.id = e.preferred_person JOIN chart c ON c.id = e.chart_id
       WHERE e.state = 'waiting' AND (people IS NULL OR e.preferred_person = ANY (people))
         AND (everything OR p.disabled_at IS NOT NULL
              OR (c.countries IS NOT NULL AND NOT p.country = ANY (c.countries)))
       ORDER BY e.id FOR UPDATE OF e)
    RETURNING id, client_id, chart_id, worklist_id, rank),
  told AS (
    INSERT INTO routing (id, client_id, chart_id, queue_entry_id, kind, worklist_id, rank, because, actor_id,
                         happened_at)
    SELECT uuidv7(), client_id, chart_id, id, 'opened', worklist_id, rank, why, acting_person(), moment FROM opened
    RETURNING 1)
  SELECT count(*)::integer FROM told $$;

-- What this person lacks for work that they are otherwise in line for. Of others only those may ask who staff.
CREATE FUNCTION missing_of(who uuid)
RETURNS TABLE (client_id uuid, client text, specialty text, stage text, names text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT r.client_id, c.name, r.specialty, r.stage, r.names
    FROM person p JOIN requirement r
      ON r.ended_at IS NULL AND (r.stage IS NULL OR r.stage = CASE p.kind WHEN 'coder' THEN 'coding' ELSE 'audit' END)
    LEFT JOIN client c ON c.id = r.client_id
   WHERE p.id = who AND p.kind IN ('coder', 'auditor')
     AND (who = acting_person() OR EXISTS (
            SELECT FROM person me WHERE me.id = acting_person() AND me.kind IN ('manager', 'compliance', 'administrator')))
     AND (r.client_id IS NULL OR EXISTS (
            SELECT FROM client_grant g
             WHERE g.person_id = who AND g.client_id = r.client_id AND g.revoked_at IS NULL))
     AND (r.specialty IS NULL OR EXISTS (SELECT FROM skill k WHERE k.person_id = who AND k.specialty = r.specialty))
     AND NOT EXISTS (
           SELECT FROM qualification q
            WHERE q.person_id = who AND q.name = ANY (r.names) AND q.verified_at IS NOT NULL AND q.revoked_at IS NULL
              AND (q.valid_until IS NULL OR q.valid_until >= (clock_timestamp() AT TIME ZONE 'UTC')::date))
   ORDER BY c.name NULLS FIRST, r.specialty NULLS FIRST, r.stage NULLS FIRST, r.id $$;

GRANT EXECUTE ON FUNCTION take_back_from, open_what_is_kept_for
  TO chartway_manager, chartway_administrator, chartway_worker;
GRANT EXECUTE ON FUNCTION missing_of
  TO chartway_coder, chartway_auditor, chartway_manager, chartway_compliance, chartway_administrator;
RESET ROLE;

-- Pausing by figures: a coder whose audits within the window fall below the threshold. Never ended by itself.
CREATE TABLE evaluation_rule (
  id uuid PRIMARY KEY,
  threshold numeric(5, 2) NOT NULL CHECK (threshold BETWEEN 1 AND 100),  -- code-over-code, per cent
  minimum integer NOT NULL CHECK (minimum BETWEEN 1 AND 1000),  -- with fewer audits in the window nobody is judged
  audits integer CHECK (audits BETWEEN 1 AND 1000),  -- the window: so many of the last closed audits
  days integer CHECK (days BETWEEN 1 AND 366),  -- or those closed within so many days
  made_at timestamptz NOT NULL,
  made_by uuid NOT NULL REFERENCES person (id),
  ended_at timestamptz,
  CONSTRAINT one_kind_of_window CHECK ((audits IS NULL) <> (days IS NULL)),
  CONSTRAINT window_holds_the_minimum CHECK (audits IS NULL OR audits >= minimum)
);
CREATE UNIQUE INDEX evaluation_rule_in_force ON evaluation_rule ((ended_at IS NULL)) WHERE ended_at IS NULL;
ALTER TABLE evaluation_rule ENABLE ROW LEVEL SECURITY;
ALTER TABLE evaluation_rule FORCE ROW LEVEL SECURITY;
GRANT SELECT ON evaluation_rule TO chartway_manager, chartway_compliance, chartway_worker;
GRANT INSERT, UPDATE (ended_at) ON evaluation_rule TO chartway_manager;
CALL admit('evaluation_rule', 'manager', 'SELECT', 'true');
CALL admit('evaluation_rule', 'compliance', 'SELECT', 'true');
CALL admit('evaluation_rule', 'worker', 'SELECT', 'true');
CALL admit('evaluation_rule', 'manager', 'INSERT', 'true');
CALL admit('evaluation_rule', 'manager', 'UPDATE', 'true');
ALTER TABLE workload ADD COLUMN judged_from timestamptz;  -- only audits closed since then count: the last unpausing
GRANT UPDATE (judged_from) ON workload TO chartway_manager;
GRANT INSERT, UPDATE (paused_at, paused_by, paused_because) ON workload TO chartway_worker;
CALL admit('workload', 'worker', 'INSERT', 'true');
CALL admit('workload', 'worker', 'UPDATE', 'true');

-- What was done when somebody left; kept for whoever asks later.
CREATE TABLE off_boarding (
  id uuid PRIMARY KEY,
  person_id uuid NOT NULL REFERENCES person (id),
  happened_at timestamptz NOT NULL,
  done_by uuid NOT NULL REFERENCES person (id),
  sessions integer NOT NULL,  -- that ended
  coding integer NOT NULL,  -- charts taken back from their hands
  audits integer NOT NULL,  -- audits likewise
  opened integer NOT NULL,  -- charts that were kept for them
  grants integer NOT NULL,  -- clients that they worked for
  lists integer NOT NULL  -- worklists that they stood on
);
CREATE INDEX off_boarding_person ON off_boarding (person_id, happened_at DESC);
CALL append_only('off_boarding');
ALTER TABLE off_boarding ENABLE ROW LEVEL SECURITY;
ALTER TABLE off_boarding FORCE ROW LEVEL SECURITY;
GRANT SELECT ON off_boarding TO chartway_manager, chartway_compliance, chartway_administrator;
GRANT INSERT ON off_boarding TO chartway_administrator;
CALL admit('off_boarding', 'manager', 'SELECT', 'true');
CALL admit('off_boarding', 'compliance', 'SELECT', 'true');
CALL admit('off_boarding', 'administrator', 'SELECT', 'true');
CALL admit('off_boarding', 'administrator', 'INSERT', 'true');
