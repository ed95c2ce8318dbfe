-- A country rule waits a moment for each place in line, and lets everything go when that is not enough. A manager who
-- moves work takes some back and then wants others: whoever waits for those while holding these is in a ring. ADR 0021.

SET LOCAL ROLE chartway_definer;
CREATE OR REPLACE FUNCTION country_rule_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  patience text := current_setting('lock_timeout');
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('countries of ' || NEW.client_id, 0));  -- against a chart that arrives
  FOR attempt IN 1..200 LOOP
    BEGIN
      PERFORM set_config('lock_timeout', '50ms', true);  -- for one place; a ring would be noticed after a second
      PERFORM FROM queue_entry e WHERE e.client_id = NEW.client_id AND e.state IN ('waiting', 'held')
        ORDER BY e.id FOR NO KEY UPDATE;
      UPDATE chart c SET countries = countries_of(c.client_id, c.encounter_id)
       WHERE c.client_id = NEW.client_id
         AND c.countries IS DISTINCT FROM countries_of(c.client_id, c.encounter_id);
      -- A place that was taken up meanwhile, and that somebody pulls at this instant, is the other way round.
      PERFORM FROM queue_entry e WHERE e.client_id = NEW.client_id AND e.state IN ('waiting', 'held')
        ORDER BY e.id FOR NO KEY UPDATE NOWAIT;
      UPDATE queue_entry e SET worklist_id = e.worklist_id
       WHERE e.client_id = NEW.client_id AND e.state IN ('waiting', 'held');
      PERFORM set_config('lock_timeout', patience, true);
      RETURN NULL;
    EXCEPTION WHEN lock_not_available THEN
      PERFORM pg_sleep(0.01 + 0.02 * random());
    END;
  END LOOP;
  RAISE EXCEPTION 'the line does not stand still long enough' USING ERRCODE = 'lock_not_available';
END $$;
RESET ROLE;
