-- Agreements, the client's calendar, batches, the expected-encounter schedule, STAT with its own hours and surcharge.

-- The paper with a client ------------------------------------------------------------------------------------------

-- Without a business associate agreement in force nothing may be received. A row is never changed but for its end.
CREATE TABLE agreement (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL REFERENCES client (id),
  kind text NOT NULL CHECK (kind IN ('baa', 'contract')),
  reference text NOT NULL CHECK (reference <> '' AND char_length(reference) <= 200),  -- where the signed paper is kept
  signed_on date NOT NULL,
  effective_on date NOT NULL,
  expires_on date,  -- its last day; NULL is until it is ended
  ended_on date,  -- the last day of one that was ended early
  recorded_at timestamptz NOT NULL,
  recorded_by uuid REFERENCES person (id),
  CONSTRAINT an_agreement_ends_after_it_begins CHECK (expires_on >= effective_on AND ended_on >= effective_on)
);
CREATE INDEX agreement_client ON agreement (client_id, kind, effective_on);
CALL client_owned('agreement', client => 'SELECT', manager => 'SELECT', compliance => 'SELECT, INSERT, UPDATE (ended_on)',
  administrator => 'SELECT, INSERT, UPDATE (ended_on)');

-- When the promise's clock starts ----------------------------------------------------------------------------------

CREATE TABLE client_calendar (
  client_id uuid PRIMARY KEY REFERENCES client (id),
  cut_off_minute integer CHECK (cut_off_minute BETWEEN 1 AND 1439),  -- after midnight, local; NULL: no cut-off
  working_days smallint[] NOT NULL CHECK (cardinality(working_days) BETWEEN 1 AND 7
    AND working_days <@ ARRAY[1, 2, 3, 4, 5, 6, 7]::smallint[]),  -- 1 is Monday
  changed_at timestamptz NOT NULL,
  changed_by uuid REFERENCES person (id)
);
CREATE TABLE client_holiday (
  client_id uuid NOT NULL REFERENCES client (id),
  day date NOT NULL,
  name text NOT NULL CHECK (name <> '' AND char_length(name) <= 80),
  PRIMARY KEY (client_id, day)
);
CALL client_owned('client_calendar', client => 'SELECT', manager => 'SELECT, INSERT, UPDATE', worker => 'SELECT');
CALL client_owned('client_holiday', client => 'SELECT', manager => 'SELECT, INSERT, DELETE', worker => 'SELECT');

ALTER TABLE service_line ADD COLUMN stat_hours integer NOT NULL DEFAULT 4 CHECK (stat_hours BETWEEN 1 AND 168);
ALTER TABLE rate ADD COLUMN stat_percent numeric(5, 2) NOT NULL DEFAULT 0 CHECK (stat_percent BETWEEN 0 AND 500);
ALTER TABLE rated_event DROP CONSTRAINT rated_event_kind_check;
ALTER TABLE rated_event ADD CONSTRAINT rated_event_kind_check CHECK (kind IN ('chart', 'stat'));

-- Batches ----------------------------------------------------------------------------------------------------------

-- What a client's location saw on one day.
CREATE TABLE batch (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL REFERENCES client (id),
  location_id uuid,
  service_on date NOT NULL,
  state text NOT NULL CHECK (state IN ('open', 'released', 'closed')),
  opened_at timestamptz NOT NULL,
  released_at timestamptz,
  released_by uuid REFERENCES person (id),
  missing_at_release integer CHECK (missing_at_release >= 0),
  closed_at timestamptz,
  UNIQUE (client_id, id),
  CONSTRAINT batch_one_per_place_and_day UNIQUE NULLS NOT DISTINCT (client_id, service_on, location_id),
  FOREIGN KEY (client_id, location_id) REFERENCES location (client_id, id),
  CONSTRAINT a_released_batch_says_when CHECK ((state = 'open') = (released_at IS NULL)
    AND (released_at IS NULL) = (missing_at_release IS NULL) AND (state = 'closed') = (closed_at IS NOT NULL))
);

CREATE TABLE batch_event (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL,
  batch_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('released', 'closed', 'reopened')),
  reason text CHECK (reason IN ('late-chart', 'schedule-changed', 'released-by-mistake')),
  missing integer CHECK (missing >= 0),
  actor_id uuid REFERENCES person (id),
  happened_at timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  FOREIGN KEY (client_id, batch_id) REFERENCES batch (client_id, id),
  CONSTRAINT reopening_has_a_reason CHECK ((kind = 'reopened') = (reason IS NOT NULL))
);
CREATE INDEX batch_event_batch ON batch_event (client_id, batch_id, recorded_at);
CALL append_only('batch_event');

ALTER TABLE chart ADD COLUMN batch_id uuid, ADD COLUMN counts_from timestamptz, ADD COLUMN stat_requested_at timestamptz;

-- Charts that were made before there were batches. The owner is bound by row-level security like everybody, so it is
-- lifted for these statements, in this transaction.
ALTER TABLE chart NO FORCE ROW LEVEL SECURITY;
ALTER TABLE encounter NO FORCE ROW LEVEL SECURITY;
INSERT INTO batch (id, client_id, location_id, service_on, state, opened_at)
SELECT gen_random_uuid(), e.client_id, e.location_id, e.service_on, 'open', min(c.received_at)
  FROM chart c JOIN encounter e ON e.id = c.encounter_id GROUP BY e.client_id, e.location_id, e.service_on;
UPDATE chart c SET batch_id = b.id, counts_from = c.received_at,
       stat_requested_at = CASE WHEN c.is_stat THEN c.received_at END
  FROM encounter e JOIN batch b ON b.client_id = e.client_id AND b.service_on = e.service_on
                               AND b.location_id IS NOT DISTINCT FROM e.location_id
 WHERE e.id = c.encounter_id;
ALTER TABLE chart FORCE ROW LEVEL SECURITY;
ALTER TABLE encounter FORCE ROW LEVEL SECURITY;

ALTER TABLE chart ALTER COLUMN batch_id SET NOT NULL, ALTER COLUMN counts_from SET NOT NULL,
  ADD CONSTRAINT chart_counts_from_its_receipt_on CHECK (counts_from >= received_at),
  ADD FOREIGN KEY (client_id, batch_id) REFERENCES batch (client_id, id);
CREATE INDEX chart_batch ON chart (client_id, batch_id);
CREATE INDEX chart_encounter ON chart (client_id, encounter_id);

-- The schedule -----------------------------------------------------------------------------------------------------

-- An encounter of which the client says that it takes place. `encounter_id` is set as soon as documents of that
-- number are there; so whoever may not see numbers can still count.
CREATE TABLE expected_encounter (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL,
  batch_id uuid NOT NULL,
  service_line_id uuid NOT NULL,
  number_sealed bytea NOT NULL,
  number_index bytea NOT NULL,
  patient_sealed bytea,  -- name, MRN and birth date as far as the schedule has them, as one sealed text
  provider text,
  encounter_id uuid,
  imported_at timestamptz NOT NULL,
  imported_by uuid NOT NULL REFERENCES person (id),
  not_coming_reason text CHECK (not_coming_reason IN ('cancelled', 'no-show', 'moved', 'entered-twice')),
  not_coming_at timestamptz,
  not_coming_by uuid REFERENCES person (id),
  UNIQUE (client_id, id),
  UNIQUE (client_id, number_index, service_line_id),
  FOREIGN KEY (client_id, batch_id) REFERENCES batch (client_id, id),
  FOREIGN KEY (client_id, service_line_id) REFERENCES service_line (client_id, id),
  FOREIGN KEY (client_id, encounter_id) REFERENCES encounter (client_id, id),
  CONSTRAINT not_coming_has_a_reason CHECK ((not_coming_reason IS NULL) = (not_coming_at IS NULL)
                                            AND (not_coming_reason IS NULL) = (not_coming_by IS NULL))
);
CREATE INDEX expected_encounter_batch ON expected_encounter (client_id, batch_id);
CREATE INDEX expected_encounter_encounter ON expected_encounter (client_id, encounter_id);

-- A schedule that was read and is being looked at before anything of it is kept; the whole file sealed.
CREATE TABLE schedule_draft (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL REFERENCES client (id),
  person_id uuid NOT NULL REFERENCES person (id),
  file_sealed bytea NOT NULL,
  made_at timestamptz NOT NULL
);
CREATE INDEX schedule_draft_client ON schedule_draft (client_id, person_id);

-- Who reaches what --------------------------------------------------------------------------------------------------

CALL client_owned('batch', client => 'SELECT, INSERT, UPDATE (state, released_at, released_by, missing_at_release,
  closed_at)', manager => 'SELECT, UPDATE (state, released_at, released_by, missing_at_release, closed_at)',
  compliance => 'SELECT', worker => 'SELECT', definer => 'SELECT, UPDATE');
CALL client_owned('batch_event', client => 'SELECT, INSERT', manager => 'SELECT, INSERT', definer => 'INSERT');
CALL client_owned('expected_encounter', client => 'SELECT, INSERT, UPDATE',
  manager => 'SELECT (id, client_id, batch_id, service_line_id, provider, encounter_id, not_coming_reason, not_coming_at)');
CALL client_owned('schedule_draft', client => 'SELECT, INSERT, DELETE');

-- Client staff say that a chart cannot wait, which moves it in line.
GRANT UPDATE (is_stat, due_at, stat_requested_at) ON chart TO chartway_client;
GRANT UPDATE (stat_requested_at) ON chart TO chartway_manager;
GRANT UPDATE (rank, due_at), SELECT (due_at) ON queue_entry TO chartway_client;
DO $$
DECLARE owned text;
BEGIN
  FOREACH owned IN ARRAY ARRAY['chart', 'queue_entry'] LOOP
    IF NOT EXISTS (SELECT FROM pg_policies WHERE tablename = owned AND policyname = 'client_update') THEN
      CALL admit(owned::regclass, 'client', 'UPDATE', 'client_id = (SELECT acting_client())');
    END IF;
  END LOOP;
END $$;

-- What holds whoever makes a chart ----------------------------------------------------------------------------------

-- The batch of a place and day, made if it is the first time that anybody speaks of it.
CREATE FUNCTION batch_of(wanted_client uuid, wanted_location uuid, wanted_day date, at timestamptz) RETURNS uuid
LANGUAGE plpgsql AS $$
DECLARE
  found uuid;
BEGIN
  SELECT id INTO found FROM batch b WHERE b.client_id = wanted_client AND b.service_on = wanted_day
     AND b.location_id IS NOT DISTINCT FROM wanted_location;
  IF found IS NULL THEN
    INSERT INTO batch (id, client_id, location_id, service_on, state, opened_at)
    VALUES (gen_random_uuid(), wanted_client, wanted_location, wanted_day, 'open', at)
    ON CONFLICT ON CONSTRAINT batch_one_per_place_and_day DO NOTHING;  -- somebody else makes it at this instant
    SELECT id INTO found FROM batch b WHERE b.client_id = wanted_client AND b.service_on = wanted_day
       AND b.location_id IS NOT DISTINCT FROM wanted_location;
  END IF;
  RETURN found;
END $$;
GRANT EXECUTE ON FUNCTION batch_of TO chartway_client;

CREATE FUNCTION put_in_its_batch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.batch_id IS NULL THEN
    NEW.batch_id := batch_of(NEW.client_id, (SELECT e.location_id FROM encounter e WHERE e.id = NEW.encounter_id),
                             NEW.service_on, NEW.received_at);
  END IF;
  NEW.counts_from := coalesce(NEW.counts_from, NEW.received_at);
  IF NEW.is_stat THEN NEW.stat_requested_at := coalesce(NEW.stat_requested_at, NEW.received_at); END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER chart_is_put_in_its_batch BEFORE INSERT ON chart FOR EACH ROW EXECUTE FUNCTION put_in_its_batch();

-- The documents of a scheduled encounter have come. The lock makes an import that runs at this instant wait, or this
-- wait for it: one of the two sees the other's row.
CREATE FUNCTION meet_the_schedule() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('encounters of ' || NEW.client_id, 0));
  UPDATE expected_encounter x SET encounter_id = NEW.id
   WHERE x.client_id = NEW.client_id AND x.number_index = NEW.number_index;
  RETURN NULL;
END $$;
CREATE TRIGGER encounter_meets_the_schedule AFTER INSERT ON encounter FOR EACH ROW EXECUTE FUNCTION meet_the_schedule();

-- A closed batch has no open chart: one that comes, or comes back, opens it again. Whoever closes a batch locks its
-- row, so that of the two the second sees what the first did. Runs with the definer's rights, for coders and the
-- worker move charts and see no batch.
SET LOCAL ROLE chartway_definer;
CREATE FUNCTION reopen_its_batch() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  happened timestamptz := CASE WHEN tg_op = 'INSERT' THEN NEW.received_at ELSE clock_timestamp() END;
BEGIN
  PERFORM FROM batch b WHERE b.id = NEW.batch_id FOR UPDATE;
  UPDATE batch b SET state = 'open', released_at = NULL, released_by = NULL, missing_at_release = NULL, closed_at = NULL
   WHERE b.id = NEW.batch_id AND b.state = 'closed';
  IF FOUND THEN
    INSERT INTO batch_event (id, client_id, batch_id, kind, reason, actor_id, happened_at)
    VALUES (gen_random_uuid(), NEW.client_id, NEW.batch_id, 'reopened', 'late-chart', acting_person(), happened);
  END IF;
  RETURN NULL;
END $$;
GRANT EXECUTE ON FUNCTION reopen_its_batch TO chartway_owner;  -- who makes the triggers below
RESET ROLE;
CREATE TRIGGER chart_comes_to_a_closed_batch AFTER INSERT ON chart FOR EACH ROW
  WHEN (NEW.state NOT IN ('delivered', 'not_codable', 'cancelled')) EXECUTE FUNCTION reopen_its_batch();
CREATE TRIGGER chart_comes_back_to_a_closed_batch AFTER UPDATE OF state ON chart FOR EACH ROW
  WHEN (OLD.state IN ('delivered', 'not_codable', 'cancelled')
        AND NEW.state NOT IN ('delivered', 'not_codable', 'cancelled')) EXECUTE FUNCTION reopen_its_batch();

CALL resealable('expected_encounter.number', 'expected_encounter', 'number_sealed');
CALL resealable('expected_encounter.patient', 'expected_encounter', 'patient_sealed');
CALL resealable('schedule_draft.file', 'schedule_draft', 'file_sealed');
