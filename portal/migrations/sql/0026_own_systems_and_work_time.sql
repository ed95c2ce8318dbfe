-- Charts that are coded in the client's own system, and how long the work on a chart took.

-- The client's own system ---------------------------------------------------------------------------------------------

-- Where a service line is coded when its visits stand in the client's own system, and how somebody finds their way
-- there. No password and no user name: whoever works there has an account of their own.
ALTER TABLE service_line
  ADD COLUMN ehr_url text CHECK (ehr_url ~ '^https://[^@[:space:]]+$' AND char_length(ehr_url) <= 500),
  ADD COLUMN ehr_instructions text CHECK (char_length(ehr_instructions) <= 2000),
  ADD CONSTRAINT instructions_lead_somewhere CHECK (ehr_instructions IS NULL OR ehr_url IS NOT NULL);

-- A chart that is coded there: what finds its visit, sealed for those who see the chart. Coders have no right to the
-- encounter's own number.
CREATE TABLE ehr_visit (
  chart_id uuid PRIMARY KEY,
  client_id uuid NOT NULL,
  reference_sealed bytea NOT NULL,
  noted_at timestamptz NOT NULL,
  noted_by uuid NOT NULL REFERENCES person (id),
  FOREIGN KEY (client_id, chart_id) REFERENCES chart (client_id, id)
);
CREATE INDEX ehr_visit_client ON ehr_visit (client_id);
CALL client_owned('ehr_visit', client => 'SELECT, INSERT', coder => 'SELECT', auditor => 'SELECT',
  manager => 'SELECT (chart_id, client_id, noted_at)', worker => 'SELECT (chart_id, client_id, noted_at)',
  reach => 'sees_chart(chart_id)');
CALL resealable('ehr_visit.reference', 'ehr_visit', 'reference_sealed', 'chart_id');

-- How long the work took -----------------------------------------------------------------------------------------------

-- One row for each assignment that was opened: the time between two signs of its holder's work counts, but no more of
-- it than counted_of() says. All times are the database's.
CREATE TABLE work_time (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL,
  chart_id uuid NOT NULL,
  queue_entry_id uuid NOT NULL,
  fence integer NOT NULL,
  person_id uuid NOT NULL REFERENCES person (id),
  stage text NOT NULL,
  started_at timestamptz NOT NULL,  -- when it was opened
  last_seen_at timestamptz NOT NULL,
  seconds numeric(12, 6) NOT NULL DEFAULT 0 CHECK (seconds >= 0),
  ended_at timestamptz,
  UNIQUE (queue_entry_id, fence),
  UNIQUE (client_id, id),
  FOREIGN KEY (client_id, chart_id) REFERENCES chart (client_id, id),
  CONSTRAINT nobody_works_longer_than_it_took CHECK (seconds <= extract(epoch FROM last_seen_at - started_at))
) WITH (fillfactor = 70);
CREATE INDEX work_time_client ON work_time (client_id, chart_id);
CREATE INDEX work_time_person ON work_time (person_id, started_at DESC);

-- What its owner says it really took; the measure stays. The newest holds.
CREATE TABLE work_time_correction (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL,
  work_time_id uuid NOT NULL,
  person_id uuid NOT NULL REFERENCES person (id),
  minutes smallint NOT NULL CHECK (minutes BETWEEN 0 AND 720),
  reason text NOT NULL CHECK (reason <> ''),  -- of assignments.working.rules.REASONS
  corrected_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  FOREIGN KEY (client_id, work_time_id) REFERENCES work_time (client_id, id)
);
CREATE INDEX work_time_correction_client ON work_time_correction (client_id, work_time_id, corrected_at);
CALL append_only('work_time_correction');

-- When somebody last gave a sign of work, on whatever chart: two tabs, or two charts, share one clock, so that no second
-- of anybody's is counted twice.
CREATE TABLE work_clock (
  person_id uuid PRIMARY KEY REFERENCES person (id),
  seen_at timestamptz NOT NULL
) WITH (fillfactor = 25);

CALL client_owned('work_time', coder => 'SELECT', auditor => 'SELECT', manager => 'SELECT',
  definer => 'SELECT, INSERT, UPDATE', reach => 'person_id = (SELECT acting_person())');
-- One's own, and at a client for whom one worked.
CALL client_owned('work_time_correction', coder => 'SELECT, INSERT', auditor => 'SELECT, INSERT', manager => 'SELECT',
  reach => 'person_id = (SELECT acting_person()) AND EXISTS (SELECT FROM work_time t
            WHERE t.client_id = work_time_correction.client_id AND t.person_id = (SELECT acting_person()))');
ALTER TABLE work_clock ENABLE ROW LEVEL SECURITY;
ALTER TABLE work_clock FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON work_clock TO chartway_definer;
CALL admit('work_clock', 'definer', 'SELECT', 'true');
CALL admit('work_clock', 'definer', 'INSERT', 'true');
CALL admit('work_clock', 'definer', 'UPDATE', 'true');

SET LOCAL ROLE chartway_definer;

-- How much of the time between two signs of work counts: whoever is silent for longer was elsewhere.
CREATE FUNCTION counted_of(gap interval) RETURNS numeric LANGUAGE sql IMMUTABLE
  AS $$ SELECT extract(epoch FROM least(gap, interval '5 minutes')) $$;

-- Count a sign of work on a held entry. Signs within two seconds of the last change nothing, for what comes after them
-- counts their time as well; the last one of all counts at once.
CREATE FUNCTION count_work(held assignment, is_last boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  before timestamptz; at timestamptz;
  is_open boolean := EXISTS (SELECT FROM work_time t WHERE t.queue_entry_id = held.queue_entry_id AND t.fence = held.fence);
BEGIN
  IF is_last AND NOT is_open THEN RETURN; END IF;  -- never opened: no work
  IF is_open AND NOT is_last AND EXISTS (SELECT FROM work_clock c WHERE c.person_id = held.person_id
                                            AND c.seen_at > clock_timestamp() - interval '2 seconds') THEN
    RETURN;
  END IF;
  -- Another tab of the same person waits here; then it counts from where this one has counted to.
  INSERT INTO work_clock AS c (person_id, seen_at) VALUES (held.person_id, clock_timestamp())
      ON CONFLICT (person_id) DO UPDATE SET seen_at = greatest(c.seen_at, clock_timestamp())
      RETURNING old.seen_at, new.seen_at INTO before, at;
  INSERT INTO work_time AS t (id, client_id, chart_id, queue_entry_id, fence, person_id, stage, started_at, last_seen_at)
  VALUES (uuidv7(), held.client_id, held.chart_id, held.queue_entry_id, held.fence, held.person_id, held.stage, at, at)
      ON CONFLICT (queue_entry_id, fence) DO UPDATE
     SET seconds = t.seconds + counted_of(at - before), last_seen_at = at;
END $$;

-- A sign of work by whoever acts, on a chart that they hold; of no other is anything noted.
CREATE FUNCTION note_work(wanted_chart uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  held assignment;
BEGIN
  SELECT * INTO held FROM assignment a WHERE a.person_id = acting_person() AND a.chart_id = wanted_chart LIMIT 1;
  IF held.queue_entry_id IS NOT NULL THEN PERFORM count_work(held, false); END IF;
END $$;

-- However an assignment ends, its time ends; that its holder ends it is their last sign of work.
CREATE FUNCTION work_ends() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF OLD.person_id = acting_person() THEN PERFORM count_work(OLD, true); END IF;
  UPDATE work_time SET ended_at = greatest(last_seen_at, clock_timestamp())
   WHERE queue_entry_id = OLD.queue_entry_id AND fence = OLD.fence;
  RETURN NULL;
END $$;

GRANT EXECUTE ON FUNCTION note_work TO chartway_coder, chartway_auditor;
GRANT EXECUTE ON FUNCTION work_ends TO chartway_owner;  -- who makes the trigger
RESET ROLE;
CREATE TRIGGER work_ends AFTER DELETE ON assignment FOR EACH ROW EXECUTE FUNCTION work_ends();
