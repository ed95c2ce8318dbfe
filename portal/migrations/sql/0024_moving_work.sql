-- What managers do with the line: work taken back, and filters of their own.

ALTER TABLE routing DROP CONSTRAINT routing_kind_check;
ALTER TABLE routing ADD CONSTRAINT routing_kind_check
  CHECK (kind IN ('lined up', 'sorted anew', 'kept', 'opened', 'widened', 'late', 'taken back'));

-- Everything is locked before anything is changed: a holder's second chart, which they submit at this instant, would
-- otherwise wait for their workload while this waits for that chart.
SET LOCAL ROLE chartway_definer;
CREATE OR REPLACE FUNCTION take_back(entries uuid[], how text, why text)
RETURNS TABLE (entry_id uuid, chart_id uuid, client_id uuid, stage text, person_id uuid, fence integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  ended assignment;
  locked uuid[];  -- what is pulled from now on stays with whoever pulled it
BEGIN
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
RESET ROLE;

-- What a manager looks at again and again. Never shared: nobody sees another's.
CREATE TABLE saved_filter (
  id uuid PRIMARY KEY,
  person_id uuid NOT NULL REFERENCES person (id),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
  query text NOT NULL CHECK (length(query) <= 1000),  -- of the page: ids and words of the line, nothing of a patient
  saved_at timestamptz NOT NULL,
  UNIQUE (person_id, name)
);
ALTER TABLE saved_filter ENABLE ROW LEVEL SECURITY;
ALTER TABLE saved_filter FORCE ROW LEVEL SECURITY;
DO $$
DECLARE verb text;
BEGIN
  FOREACH verb IN ARRAY ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE'] LOOP
    EXECUTE format('GRANT %s ON saved_filter TO chartway_manager', verb);
    CALL admit('saved_filter', 'manager', verb, 'person_id = (SELECT acting_person())');
  END LOOP;
END $$;
