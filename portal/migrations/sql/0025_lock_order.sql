-- Whoever touches the line takes its locks in one order: workloads by person (a pull), assignment, place in line, chart,
-- workload of the holder. Each part here was a ring in which two of them waited for each other. ADR 0021.

SET LOCAL ROLE chartway_definer;

-- The hold of whoever acts, and its place in line, locked until the transaction ends; null if it is not theirs any more.
-- A place in line is locked before its chart by everybody: a pull, a change of haste, a country rule.
CREATE FUNCTION lock_my_place(wanted_chart uuid, wanted_stage text, wanted_fence integer) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  mine uuid;
BEGIN
  SELECT a.queue_entry_id INTO mine FROM assignment a WHERE a.chart_id = wanted_chart AND a.stage = wanted_stage
     AND a.fence = wanted_fence AND a.person_id = acting_person() FOR UPDATE;
  PERFORM FROM queue_entry e WHERE e.id = mine FOR NO KEY UPDATE;
  RETURN mine;
END $$;
GRANT EXECUTE ON FUNCTION lock_my_place TO chartway_coder, chartway_auditor;

-- Places first, then charts. A place that was taken up meanwhile, and that somebody pulls at this instant, is the other
-- way round: then everything is let go once more, so that the pull gets its chart.
CREATE OR REPLACE FUNCTION country_rule_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
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

-- What somebody may take is worked out by whoever needs it and kept for the next one; if somebody else is just keeping
-- it, theirs will do. Nobody waits for it: the one who keeps it may be a manager who needs the workload of a pull.
CREATE FUNCTION serves_is_kept_by_one() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  RETURN CASE WHEN pg_try_advisory_xact_lock(hashtextextended('serves ' || NEW.person_id || NEW.stage, 0)) THEN NEW END;
END $$;

-- The hint is not what others refer to: whoever puts an entry into the same line goes on meanwhile.
CREATE OR REPLACE FUNCTION entry_lowers_the_hint() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE queue_head SET rank_from = NEW.rank
   WHERE id = (SELECT h.id FROM queue_head h WHERE h.id = NEW.head_id AND h.rank_from > NEW.rank
                  FOR NO KEY UPDATE SKIP LOCKED);
  RETURN NULL;
END $$;

-- One renews the hints at a time; another one that comes meanwhile has nothing to add.
CREATE OR REPLACE FUNCTION renew_hints() RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH renewed AS (
    UPDATE queue_head h SET rank_from = n.rank
      FROM (SELECT q.id, coalesce((SELECT e.rank FROM queue_entry e WHERE e.head_id = q.id AND e.state = 'waiting'
                                     AND e.preferred_person IS NULL ORDER BY e.rank LIMIT 1), 'infinity') AS rank
              FROM queue_head q WHERE (SELECT pg_try_advisory_xact_lock(hashtextextended('hints of the line', 0)))) n
     WHERE n.id = h.id AND n.rank <> h.rank_from RETURNING 1)
  SELECT count(*)::integer FROM renewed $$;

-- The lanes of somebody, for whoever keeps the line: what is kept for a person who may not take it comes to everybody.
CREATE FUNCTION serves_lanes(who uuid, wanted_stage text) RETURNS integer[]
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$ SELECT (serves_of(who, wanted_stage)).lanes $$;
GRANT EXECUTE ON FUNCTION serves_lanes TO chartway_worker;

-- The seats of one round count their fences together: a page that names chart, stage and fence, left open on one seat,
-- can never write into the other that the same person was given since.
CREATE FUNCTION seats_share_their_fences() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  NEW.fence := 1 + (SELECT max(e.fence) FROM queue_entry e
                     WHERE e.chart_id = NEW.chart_id AND e.stage = NEW.stage AND e.round = NEW.round);
  RETURN NEW;
END $$;
GRANT EXECUTE ON FUNCTION serves_is_kept_by_one, seats_share_their_fences TO chartway_owner;

-- Once for each transaction, however many rows it changes, unless somebody's lanes were worked out in between.
CREATE OR REPLACE FUNCTION eligibility_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  mine text := pg_current_xact_id()::text;
BEGIN
  IF current_setting('chartway.eligibility_raised_by', true) IS DISTINCT FROM mine THEN
    UPDATE eligibility SET version = version + 1;
    PERFORM set_config('chartway.eligibility_raised_by', mine, true);
  END IF;
  RETURN NULL;
END $$;
RESET ROLE;

CREATE TRIGGER seats_share_their_fences BEFORE UPDATE OF fence ON queue_entry
  FOR EACH ROW WHEN (NEW.seats > 1 AND NEW.fence <> OLD.fence) EXECUTE FUNCTION seats_share_their_fences();

CREATE TRIGGER serves_is_kept_by_one BEFORE INSERT ON serves FOR EACH ROW EXECUTE FUNCTION serves_is_kept_by_one();

-- The version is raised when everything else is done: its one row is the last lock that a transaction takes.
DO $$
DECLARE
  one record;
BEGIN
  FOR one IN SELECT t.tgname, t.tgrelid::regclass AS owned, p.tgattr_names
               FROM pg_trigger t
               CROSS JOIN LATERAL (SELECT string_agg(quote_ident(a.attname), ', ') AS tgattr_names FROM pg_attribute a
                                    WHERE a.attrelid = t.tgrelid AND a.attnum = ANY (t.tgattr::int2[])) p
              WHERE t.tgfoid = 'eligibility_changed'::regproc LOOP
    EXECUTE format('DROP TRIGGER %I ON %s', one.tgname, one.owned);
    EXECUTE format('CREATE CONSTRAINT TRIGGER %I AFTER %s ON %s DEFERRABLE INITIALLY DEFERRED
                    FOR EACH ROW EXECUTE FUNCTION eligibility_changed()', one.tgname,
                   CASE WHEN one.tgattr_names IS NOT NULL THEN 'UPDATE OF ' || one.tgattr_names
                        WHEN one.owned = 'lane'::regclass THEN 'INSERT'
                        ELSE 'INSERT OR UPDATE OR DELETE' END, one.owned);
  END LOOP;
END $$;
