-- Patients and charts, intake, the line and its assignments, codings, chart events.

CREATE TABLE patient (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL REFERENCES client (id),
  created_at timestamptz NOT NULL,
  UNIQUE (client_id, id)
);

-- Who a patient is: sealed for the client, found by a keyed blind index. Only the client's own people are granted it.
CREATE TABLE patient_identity (
  patient_id uuid PRIMARY KEY,
  client_id uuid NOT NULL,
  name_sealed bytea NOT NULL,
  mrn_sealed bytea NOT NULL,
  birth_on_sealed bytea NOT NULL,
  mrn_index bytea NOT NULL,
  FOREIGN KEY (client_id, patient_id) REFERENCES patient (client_id, id),
  UNIQUE (client_id, mrn_index)
);

CREATE TABLE encounter (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL REFERENCES client (id),
  location_id uuid,
  patient_id uuid NOT NULL,
  number_sealed bytea NOT NULL,
  number_index bytea NOT NULL,
  service_on date NOT NULL,
  provider text NOT NULL CHECK (provider <> ''),
  payer text,
  created_at timestamptz NOT NULL,
  UNIQUE (client_id, id),
  UNIQUE (client_id, number_index),
  FOREIGN KEY (client_id, location_id) REFERENCES location (client_id, id),
  FOREIGN KEY (client_id, patient_id) REFERENCES patient (client_id, id)
);
CREATE INDEX encounter_patient ON encounter (client_id, patient_id);

CREATE TABLE chart (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL,
  number text NOT NULL UNIQUE,  -- what people say: RAD-1042
  encounter_id uuid NOT NULL,
  service_line_id uuid NOT NULL,
  patient_id uuid NOT NULL,
  specialty text NOT NULL CHECK (specialty <> ''),
  state text NOT NULL CHECK (state IN ('received', 'possible_duplicate', 'ready', 'assigned', 'pended', 'not_codable',
    'coded', 'correcting', 'final', 'delivered', 'cancelled')),
  is_stat boolean NOT NULL DEFAULT false,
  service_on date NOT NULL,
  received_at timestamptz NOT NULL,
  ready_at timestamptz,
  due_at timestamptz NOT NULL,
  coded_at timestamptz,
  final_at timestamptz,
  delivered_at timestamptz,
  coder_of_record uuid REFERENCES person (id),
  auditor_of_record uuid REFERENCES person (id),
  UNIQUE (client_id, id),
  FOREIGN KEY (client_id, encounter_id) REFERENCES encounter (client_id, id),
  FOREIGN KEY (client_id, service_line_id) REFERENCES service_line (client_id, id),
  FOREIGN KEY (client_id, patient_id) REFERENCES patient (client_id, id),
  CONSTRAINT nobody_audits_their_own_chart CHECK (auditor_of_record IS DISTINCT FROM coder_of_record
                                                  OR auditor_of_record IS NULL),
  CONSTRAINT a_coded_chart_has_a_coder CHECK (
    state NOT IN ('coded', 'correcting', 'final', 'delivered') OR coder_of_record IS NOT NULL)
);
CREATE UNIQUE INDEX chart_one_per_encounter_and_line ON chart (client_id, encounter_id, service_line_id)
  WHERE state <> 'cancelled';
CREATE INDEX chart_client_received ON chart (client_id, received_at DESC, id DESC);
CREATE INDEX chart_client_state ON chart (client_id, state, due_at);
CREATE INDEX chart_coder ON chart (coder_of_record, coded_at DESC);
CREATE INDEX chart_auditor ON chart (auditor_of_record);

-- One sending of files; its id is made by the form, so that sending it twice is the same upload.
CREATE TABLE upload (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL REFERENCES client (id),
  person_id uuid NOT NULL REFERENCES person (id),
  chart_id uuid,
  received_at timestamptz NOT NULL,
  UNIQUE (client_id, id),
  FOREIGN KEY (client_id, chart_id) REFERENCES chart (client_id, id)
);
CREATE INDEX upload_client ON upload (client_id, received_at DESC);

CREATE TABLE document (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL,
  chart_id uuid NOT NULL,
  position integer NOT NULL CHECK (position >= 1),
  name_sealed bytea NOT NULL,
  media_type text NOT NULL CHECK (media_type IN ('application/pdf', 'image/png', 'image/jpeg', 'text/plain')),
  size bigint NOT NULL CHECK (size > 0),  -- bytes
  state text NOT NULL CHECK (state IN ('received', 'ready', 'refused')),
  refusal text,  -- a fixed sentence of ours, nothing from the file
  page_count integer CHECK (page_count >= 1),
  original_blob_id uuid NOT NULL,
  received_at timestamptz NOT NULL,
  received_by uuid NOT NULL REFERENCES person (id),
  UNIQUE (client_id, id),
  UNIQUE (chart_id, position),
  FOREIGN KEY (client_id, chart_id) REFERENCES chart (client_id, id),
  FOREIGN KEY (client_id, original_blob_id) REFERENCES blob (client_id, id),
  CONSTRAINT a_refusal_has_a_reason CHECK ((state = 'refused') = (refusal IS NOT NULL))
);
CREATE INDEX document_chart ON document (client_id, chart_id);

CREATE TABLE document_page (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL,
  chart_id uuid NOT NULL,
  document_id uuid NOT NULL,
  number integer NOT NULL CHECK (number >= 1),
  width integer,  -- pixels; a text has none
  height integer,
  image_blob_id uuid,
  text_blob_id uuid,
  UNIQUE (document_id, number),
  FOREIGN KEY (client_id, chart_id) REFERENCES chart (client_id, id),
  FOREIGN KEY (client_id, document_id) REFERENCES document (client_id, id),
  FOREIGN KEY (client_id, image_blob_id) REFERENCES blob (client_id, id),
  FOREIGN KEY (client_id, text_blob_id) REFERENCES blob (client_id, id),
  CONSTRAINT a_page_shows_something CHECK (image_blob_id IS NOT NULL OR text_blob_id IS NOT NULL)
);
CREATE INDEX document_page_chart ON document_page (client_id, chart_id);

CREATE TABLE upload_file (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL,
  upload_id uuid NOT NULL,
  position integer NOT NULL,
  name_sealed bytea NOT NULL,
  size bigint NOT NULL CHECK (size >= 0),
  refusal text,
  document_id uuid,
  UNIQUE (upload_id, position),
  FOREIGN KEY (client_id, upload_id) REFERENCES upload (client_id, id),
  FOREIGN KEY (client_id, document_id) REFERENCES document (client_id, id),
  CONSTRAINT accepted_or_refused CHECK ((document_id IS NULL) = (refusal IS NOT NULL))
);
CREATE INDEX upload_file_upload ON upload_file (client_id, upload_id);

-- The line ----------------------------------------------------------------------------------------------------------

CREATE TABLE skill (
  person_id uuid NOT NULL REFERENCES person (id),
  specialty text NOT NULL CHECK (specialty <> ''),
  level smallint NOT NULL DEFAULT 1 CHECK (level BETWEEN 1 AND 5),
  PRIMARY KEY (person_id, specialty)
);

-- A chart's place in line for one stage, round and seat, with the people barred from it.
CREATE TABLE queue_entry (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL,
  chart_id uuid NOT NULL,
  stage text NOT NULL CHECK (stage IN ('coding', 'audit')),
  round integer NOT NULL DEFAULT 1 CHECK (round >= 1),
  seat integer NOT NULL DEFAULT 1 CHECK (seat >= 1),
  specialty text NOT NULL,
  level smallint NOT NULL DEFAULT 1,
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'held', 'done', 'withdrawn')),
  rank timestamptz NOT NULL,  -- smallest first; see assignments.rules.rank
  due_at timestamptz NOT NULL,
  fence integer NOT NULL DEFAULT 0,
  returns integer NOT NULL DEFAULT 0,  -- leases that ran out
  barred uuid[] NOT NULL DEFAULT '{}',
  preferred_person uuid REFERENCES person (id),
  preferred_until timestamptz,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (client_id, id),
  UNIQUE (chart_id, stage, round, seat),
  FOREIGN KEY (client_id, chart_id) REFERENCES chart (client_id, id)
) WITH (fillfactor = 85);
CREATE INDEX queue_entry_ready ON queue_entry (stage, specialty, rank) WHERE state = 'waiting';
CREATE INDEX queue_entry_lane ON queue_entry (stage, specialty, client_id, rank) WHERE state = 'waiting';
CREATE INDEX queue_entry_preferred ON queue_entry (preferred_person, stage, rank) WHERE state = 'waiting';
CREATE INDEX queue_entry_client ON queue_entry (client_id, chart_id);

-- A person holding a queue entry. The primary key is the promise that nothing is held twice; lease_until carries no
-- index, so that a heartbeat touches the row alone.
CREATE TABLE assignment (
  queue_entry_id uuid PRIMARY KEY,
  client_id uuid NOT NULL,
  chart_id uuid NOT NULL,
  stage text NOT NULL,
  person_id uuid NOT NULL REFERENCES person (id),
  fence integer NOT NULL,
  request_id uuid NOT NULL UNIQUE,
  pulled_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  lease_until timestamptz NOT NULL,
  FOREIGN KEY (client_id, queue_entry_id) REFERENCES queue_entry (client_id, id),
  FOREIGN KEY (client_id, chart_id) REFERENCES chart (client_id, id)
) WITH (fillfactor = 70);
CREATE INDEX assignment_person ON assignment (person_id, stage);
CREATE INDEX assignment_chart ON assignment (client_id, chart_id);

CREATE TABLE assignment_history (
  queue_entry_id uuid NOT NULL,
  client_id uuid NOT NULL,
  chart_id uuid NOT NULL,
  stage text NOT NULL,
  person_id uuid NOT NULL REFERENCES person (id),
  fence integer NOT NULL,
  request_id uuid NOT NULL UNIQUE,
  pulled_at timestamptz NOT NULL,
  ended_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  outcome text NOT NULL CHECK (outcome IN ('submitted', 'released', 'expired', 'revoked')),
  reason text,
  PRIMARY KEY (queue_entry_id, fence),
  FOREIGN KEY (client_id, queue_entry_id) REFERENCES queue_entry (client_id, id)
);
CREATE INDEX assignment_history_person ON assignment_history (person_id, ended_at DESC);
CREATE INDEX assignment_history_client ON assignment_history (client_id, chart_id);
CALL append_only('assignment_history');

-- How much a person holds and may hold, in one row: it also puts a person's own pulls one after the other.
CREATE TABLE workload (
  person_id uuid PRIMARY KEY REFERENCES person (id),
  cap integer NOT NULL DEFAULT 1 CHECK (cap BETWEEN 1 AND 3),
  open_count integer NOT NULL DEFAULT 0,
  paused_at timestamptz,
  CONSTRAINT within_the_cap CHECK (open_count BETWEEN 0 AND cap)
) WITH (fillfactor = 25);

-- Codings -----------------------------------------------------------------------------------------------------------

CREATE TABLE coding_draft (
  chart_id uuid NOT NULL,
  stage text NOT NULL CHECK (stage IN ('coding', 'audit')),
  person_id uuid NOT NULL REFERENCES person (id),
  client_id uuid NOT NULL,
  lines jsonb NOT NULL,
  past jsonb NOT NULL DEFAULT '[]',  -- what the lines were before, newest last: what undo goes back to
  revision integer NOT NULL DEFAULT 1,
  page integer NOT NULL DEFAULT 1 CHECK (page >= 1),  -- where in the documents its author was reading
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (chart_id, stage, person_id),
  FOREIGN KEY (client_id, chart_id) REFERENCES chart (client_id, id)
);
CREATE INDEX coding_draft_client ON coding_draft (client_id, chart_id);

-- The code lines of one submission. Never overwritten: a correction is another version.
CREATE TABLE coding (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL,
  chart_id uuid NOT NULL,
  version integer NOT NULL CHECK (version >= 1),
  role text NOT NULL CHECK (role IN ('coder', 'auditor')),
  author_id uuid NOT NULL REFERENCES person (id),
  queue_entry_id uuid NOT NULL,
  fence integer NOT NULL,
  request_id uuid NOT NULL UNIQUE,
  release text NOT NULL,  -- code-set release that the diagnoses were checked against
  submitted_at timestamptz NOT NULL,
  UNIQUE (client_id, id),
  UNIQUE (chart_id, role, version),
  FOREIGN KEY (client_id, chart_id) REFERENCES chart (client_id, id),
  FOREIGN KEY (client_id, queue_entry_id) REFERENCES queue_entry (client_id, id)
);
CREATE INDEX coding_client ON coding (client_id, chart_id);
CALL append_only('coding');

CREATE TABLE code_line (
  coding_id uuid NOT NULL,
  client_id uuid NOT NULL,
  chart_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('diagnosis', 'procedure')),
  position integer NOT NULL CHECK (position >= 1),
  system text NOT NULL CHECK (system IN ('ICD-10-CM', 'CPT', 'HCPCS')),
  code text NOT NULL CHECK (code <> ''),
  modifiers text[] NOT NULL DEFAULT '{}' CHECK (cardinality(modifiers) <= 4),
  units integer NOT NULL DEFAULT 1 CHECK (units BETWEEN 1 AND 9999),
  pointers smallint[] NOT NULL DEFAULT '{}' CHECK (cardinality(pointers) <= 4),
  PRIMARY KEY (coding_id, kind, position),
  FOREIGN KEY (client_id, coding_id) REFERENCES coding (client_id, id),
  CONSTRAINT diagnoses_are_plain CHECK (kind = 'procedure' OR (system = 'ICD-10-CM' AND cardinality(modifiers) = 0
                                        AND cardinality(pointers) = 0 AND units = 1)),
  CONSTRAINT procedures_are_not_diagnoses CHECK (kind = 'diagnosis' OR system <> 'ICD-10-CM'),
  CONSTRAINT at_most_twelve_diagnoses CHECK (kind = 'procedure' OR position <= 12)
);
CREATE INDEX code_line_client ON code_line (client_id, chart_id);
CALL append_only('code_line');

-- The chart's own history: one row for each move, in the transaction that moved it. The worker hands each event to
-- those above who react to it, at most once per event and reaction.
CREATE TABLE chart_event (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL,
  chart_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind <> ''),
  from_state text,
  to_state text NOT NULL,
  actor_id uuid REFERENCES person (id),
  happened_at timestamptz NOT NULL,  -- business time
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  details jsonb NOT NULL DEFAULT '{}',  -- ids and numbers only
  UNIQUE (client_id, id),
  FOREIGN KEY (client_id, chart_id) REFERENCES chart (client_id, id)
);
CREATE INDEX chart_event_chart ON chart_event (client_id, chart_id, happened_at);
CREATE INDEX chart_event_kind ON chart_event (kind, id);
CALL append_only('chart_event');

CREATE TABLE reaction (
  chart_event_id uuid NOT NULL,
  name text NOT NULL,
  client_id uuid NOT NULL,
  done_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (chart_event_id, name),
  FOREIGN KEY (client_id, chart_event_id) REFERENCES chart_event (client_id, id)
);
CREATE INDEX reaction_client ON reaction (client_id);

-- Who reaches what --------------------------------------------------------------------------------------------------

CREATE FUNCTION sees_chart(wanted uuid) RETURNS boolean LANGUAGE sql STABLE
  AS $$ SELECT EXISTS (SELECT FROM chart c WHERE c.id = wanted) $$;
-- True if whoever acts holds this chart now.
CREATE FUNCTION holds_chart(wanted uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM assignment a WHERE a.chart_id = wanted AND a.person_id = (SELECT acting_person())) $$;
GRANT EXECUTE ON FUNCTION sees_chart, holds_chart TO chartway_client, chartway_coder, chartway_auditor,
  chartway_manager, chartway_compliance, chartway_administrator, chartway_worker;

CALL client_owned('chart', client => 'SELECT, INSERT', coder => 'SELECT, UPDATE (state, coder_of_record, coded_at)',
  auditor => 'SELECT, UPDATE (state, auditor_of_record, final_at)', manager => 'SELECT, UPDATE (state, is_stat, due_at)',
  compliance => 'SELECT', worker => 'SELECT, UPDATE (state, ready_at, final_at, delivered_at)', definer => 'SELECT',
  reach => 'coder_of_record = (SELECT acting_person()) OR auditor_of_record = (SELECT acting_person())
            OR holds_chart(id)');
CALL client_owned('patient', client => 'SELECT, INSERT', coder => 'SELECT', auditor => 'SELECT', worker => 'SELECT',
  reach => 'EXISTS (SELECT FROM chart c WHERE c.client_id = patient.client_id AND c.patient_id = patient.id)');
CALL client_owned('patient_identity', client => 'SELECT, INSERT');
CALL client_owned('encounter', client => 'SELECT, INSERT',
  coder => 'SELECT (id, client_id, location_id, patient_id, service_on, provider, payer)',
  auditor => 'SELECT (id, client_id, location_id, patient_id, service_on, provider, payer)',
  manager => 'SELECT (id, client_id, location_id, service_on, provider, payer)',
  worker => 'SELECT (id, client_id, location_id, service_on, provider, payer)',
  reach => 'EXISTS (SELECT FROM chart c WHERE c.client_id = encounter.client_id AND c.encounter_id = encounter.id)');
CALL client_owned('upload', client => 'SELECT, INSERT');
CALL client_owned('upload_file', client => 'SELECT, INSERT', worker => 'SELECT (id, client_id, document_id)');
-- Coders and auditors have no way to the original, nor to what the file was called.
CALL client_owned('document', client => 'SELECT, INSERT',
  coder => 'SELECT (id, client_id, chart_id, position, media_type, size, state, page_count, received_at)',
  auditor => 'SELECT (id, client_id, chart_id, position, media_type, size, state, page_count, received_at)',
  manager => 'SELECT (id, client_id, chart_id, position, media_type, size, state, page_count, received_at)',
  worker => 'SELECT, UPDATE (state, refusal, page_count)', reach => 'sees_chart(chart_id)');
CALL client_owned('document_page', client => 'SELECT', coder => 'SELECT', auditor => 'SELECT',
  worker => 'SELECT, INSERT, DELETE', reach => 'sees_chart(chart_id)');
CALL client_owned('blob', client => 'SELECT, INSERT, UPDATE', coder => 'SELECT', auditor => 'SELECT',
  worker => 'SELECT, INSERT, UPDATE',
  reach => 'kind <> ''original'' AND EXISTS (SELECT FROM document d WHERE d.id = owner_id)');
CALL client_owned('queue_entry', client => 'SELECT (id, client_id, chart_id, stage, state)', coder => 'SELECT',
  auditor => 'SELECT, INSERT', manager => 'SELECT, INSERT, UPDATE', worker => 'SELECT, INSERT, UPDATE',
  definer => 'SELECT, UPDATE', reach => 'sees_chart(chart_id)');
CALL client_owned('assignment', coder => 'SELECT, UPDATE (lease_until)', auditor => 'SELECT, UPDATE (lease_until)',
  manager => 'SELECT', worker => 'SELECT', definer => 'SELECT, INSERT, UPDATE, DELETE',
  reach => 'person_id = (SELECT acting_person())');
CALL client_owned('assignment_history', coder => 'SELECT', auditor => 'SELECT', manager => 'SELECT', worker => 'SELECT',
  definer => 'SELECT, INSERT', reach => 'person_id = (SELECT acting_person())');
CALL client_owned('coding_draft', coder => 'SELECT, INSERT, UPDATE, DELETE', auditor => 'SELECT, INSERT, UPDATE, DELETE',
  reach => 'person_id = (SELECT acting_person()) AND sees_chart(chart_id)');
CALL client_owned('coding', client => 'SELECT', coder => 'SELECT, INSERT', auditor => 'SELECT, INSERT',
  manager => 'SELECT', worker => 'SELECT', reach => 'sees_chart(chart_id)');
CALL client_owned('code_line', client => 'SELECT', coder => 'SELECT, INSERT', auditor => 'SELECT, INSERT',
  manager => 'SELECT', worker => 'SELECT', reach => 'sees_chart(chart_id)');
CALL client_owned('chart_event', client => 'SELECT, INSERT', coder => 'SELECT, INSERT', auditor => 'SELECT, INSERT',
  manager => 'SELECT, INSERT', compliance => 'SELECT', worker => 'SELECT, INSERT', reach => 'sees_chart(chart_id)');
CALL client_owned('reaction', worker => 'SELECT, INSERT', manager => 'SELECT');

ALTER TABLE skill ENABLE ROW LEVEL SECURITY;
ALTER TABLE skill FORCE ROW LEVEL SECURITY;
ALTER TABLE workload ENABLE ROW LEVEL SECURITY;
ALTER TABLE workload FORCE ROW LEVEL SECURITY;
GRANT SELECT ON skill, workload TO chartway_coder, chartway_auditor, chartway_manager, chartway_worker, chartway_definer;
GRANT INSERT, UPDATE, DELETE ON skill TO chartway_manager;
GRANT INSERT, UPDATE (cap, paused_at) ON workload TO chartway_manager;
GRANT INSERT, UPDATE ON workload TO chartway_definer;
DO $$
DECLARE owned regclass; who text; verb text;
BEGIN
  FOREACH owned IN ARRAY ARRAY['skill', 'workload']::regclass[] LOOP
    FOREACH who IN ARRAY ARRAY['coder', 'auditor'] LOOP
      CALL admit(owned, who, 'SELECT', 'person_id = (SELECT acting_person())');
    END LOOP;
    FOREACH who IN ARRAY ARRAY['manager', 'worker', 'definer'] LOOP
      CALL admit(owned, who, 'SELECT', 'true');
    END LOOP;
  END LOOP;
  FOREACH verb IN ARRAY ARRAY['INSERT', 'UPDATE'] LOOP
    CALL admit('skill', 'manager', verb, 'true');
    CALL admit('workload', 'manager', verb, 'true');
    CALL admit('workload', 'definer', verb, 'true');
  END LOOP;
  CALL admit('skill', 'manager', 'DELETE', 'true');
END $$;

-- Functions that see across ----------------------------------------------------------------------------------------

SET LOCAL ROLE chartway_definer;

-- The client's counter belongs to no role of a person.
CREATE FUNCTION next_chart_number() RETURNS text
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE client SET last_chart_number = last_chart_number + 1 WHERE id = acting_client()
  RETURNING code || '-' || last_chart_number $$;

-- Pull the next entry of a stage for whoever acts: they see no line, only what it gives them.
-- outcome: pulled; again (the same request, answered before); held (their cap is reached: what they hold);
-- spent (the request was answered before, and what it gave is finished); paused; no_skill; no_client;
-- empty (nothing waits for them); not_allowed.
-- A head of the line full of entries that this person may not take costs one bounded window, then one probe per
-- client. SKIP LOCKED: two people pulling at the same instant never wait for each other and never get the same entry.
CREATE FUNCTION pull_next(wanted_stage text, wanted_request uuid, lease interval)
RETURNS TABLE (outcome text, entry_id uuid, held_chart uuid, held_client uuid, held_fence integer,
               held_until timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  me uuid := acting_person();
  mine workload;
  held assignment;
  clients uuid[];
  candidate uuid;
  taken queue_entry;
BEGIN
  IF NOT EXISTS (SELECT FROM person p WHERE p.id = me AND p.disabled_at IS NULL
                 AND p.kind = CASE wanted_stage WHEN 'coding' THEN 'coder' WHEN 'audit' THEN 'auditor' END) THEN
    outcome := 'not_allowed'; RETURN NEXT; RETURN;
  END IF;
  INSERT INTO workload (person_id) VALUES (me) ON CONFLICT DO NOTHING;
  SELECT * INTO mine FROM workload w WHERE w.person_id = me FOR UPDATE;  -- a double click waits here for the first

  SELECT * INTO held FROM assignment a WHERE a.request_id = wanted_request AND a.person_id = me;
  IF held.queue_entry_id IS NOT NULL THEN
    outcome := 'again';
  ELSIF mine.open_count >= mine.cap OR EXISTS (SELECT FROM assignment_history h WHERE h.request_id = wanted_request) THEN
    SELECT * INTO held FROM assignment a WHERE a.person_id = me ORDER BY a.pulled_at LIMIT 1;
    outcome := CASE WHEN held.queue_entry_id IS NULL THEN 'spent' ELSE 'held' END;
  END IF;
  IF outcome IS NOT NULL THEN
    entry_id := held.queue_entry_id; held_chart := held.chart_id; held_client := held.client_id;
    held_fence := held.fence; held_until := held.lease_until;
    RETURN NEXT; RETURN;
  END IF;
  IF mine.paused_at IS NOT NULL THEN outcome := 'paused'; RETURN NEXT; RETURN; END IF;

  SELECT array_agg(g.client_id) INTO clients FROM client_grant g WHERE g.person_id = me AND g.revoked_at IS NULL;
  IF clients IS NULL THEN outcome := 'no_client'; RETURN NEXT; RETURN; END IF;
  IF NOT EXISTS (SELECT FROM skill k WHERE k.person_id = me) THEN outcome := 'no_skill'; RETURN NEXT; RETURN; END IF;

  FOR attempt IN 1..8 LOOP
    SELECT e.id INTO candidate FROM queue_entry e  -- what was kept for this person comes first
     WHERE e.state = 'waiting' AND e.stage = wanted_stage AND e.preferred_person = me
       AND e.client_id = ANY (clients) AND NOT me = ANY (e.barred)
     ORDER BY e.rank LIMIT 1 FOR UPDATE SKIP LOCKED;
    IF candidate IS NULL THEN
      SELECT h.id INTO candidate FROM skill k CROSS JOIN LATERAL (
        SELECT u.id, u.rank FROM (
          (SELECT w.id, w.rank FROM (
             SELECT e.* FROM queue_entry e
              WHERE e.state = 'waiting' AND e.stage = wanted_stage AND e.specialty = k.specialty
              ORDER BY e.rank LIMIT 64) w
            WHERE w.client_id = ANY (clients) AND w.level <= k.level AND NOT me = ANY (w.barred)
              AND (w.preferred_person IS NULL OR w.preferred_until < clock_timestamp())
            ORDER BY w.rank LIMIT 1)
          UNION ALL  -- lazy: runs only when the window held nothing
          (SELECT l.id, l.rank FROM unnest(clients) AS c (id), LATERAL (
             SELECT e.id, e.rank FROM queue_entry e
              WHERE e.state = 'waiting' AND e.stage = wanted_stage AND e.specialty = k.specialty AND e.client_id = c.id
                AND e.level <= k.level AND NOT me = ANY (e.barred)
                AND (e.preferred_person IS NULL OR e.preferred_until < clock_timestamp())
              ORDER BY e.rank LIMIT 1) l
            ORDER BY l.rank LIMIT 1)
        ) u LIMIT 1) h
       WHERE k.person_id = me ORDER BY h.rank LIMIT 1;
      EXIT WHEN candidate IS NULL;
      SELECT e.id INTO candidate FROM queue_entry e WHERE e.id = candidate AND e.state = 'waiting'
         FOR UPDATE SKIP LOCKED;
      IF candidate IS NULL THEN  -- somebody has it in hand at this instant: take the next that nobody has
        SELECT e.id INTO candidate FROM queue_entry e JOIN skill k ON k.person_id = me AND k.specialty = e.specialty
         WHERE e.state = 'waiting' AND e.stage = wanted_stage AND e.client_id = ANY (clients) AND e.level <= k.level
           AND NOT me = ANY (e.barred) AND (e.preferred_person IS NULL OR e.preferred_until < clock_timestamp())
         ORDER BY e.rank LIMIT 1 FOR UPDATE OF e SKIP LOCKED;
      END IF;
    END IF;
    EXIT WHEN candidate IS NOT NULL;
  END LOOP;
  IF candidate IS NULL THEN outcome := 'empty'; RETURN NEXT; RETURN; END IF;

  UPDATE queue_entry e SET state = 'held', fence = e.fence + 1 WHERE e.id = candidate RETURNING * INTO taken;
  UPDATE workload w SET open_count = w.open_count + 1 WHERE w.person_id = me;
  INSERT INTO assignment (queue_entry_id, client_id, chart_id, stage, person_id, fence, request_id, lease_until)
  VALUES (taken.id, taken.client_id, taken.chart_id, taken.stage, me, taken.fence, wanted_request,
          clock_timestamp() + lease);
  outcome := 'pulled'; entry_id := taken.id; held_chart := taken.chart_id; held_client := taken.client_id;
  held_fence := taken.fence; held_until := clock_timestamp() + lease;
  RETURN NEXT;
END $$;

-- End what whoever acts holds; false if it is no longer theirs (the fence has moved on). `then_state` is what becomes
-- of the entry: waiting again, or done. `keep_away` bars them from it: whoever may not or cannot do a chart is not given
-- it again by their next pull.
CREATE FUNCTION end_assignment(wanted_entry uuid, wanted_fence integer, how text, why text, then_state text,
                               keep_away boolean DEFAULT false)
RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  ended assignment;
BEGIN
  DELETE FROM assignment a WHERE a.queue_entry_id = wanted_entry AND a.fence = wanted_fence
     AND a.person_id = acting_person() RETURNING * INTO ended;
  IF ended.queue_entry_id IS NULL THEN RETURN false; END IF;
  INSERT INTO assignment_history (queue_entry_id, client_id, chart_id, stage, person_id, fence, request_id, pulled_at,
                                  outcome, reason)
  VALUES (ended.queue_entry_id, ended.client_id, ended.chart_id, ended.stage, ended.person_id, ended.fence,
          ended.request_id, ended.pulled_at, how, why);
  UPDATE queue_entry SET state = then_state,
         barred = CASE WHEN keep_away THEN barred || ended.person_id ELSE barred END WHERE id = wanted_entry;
  UPDATE workload SET open_count = open_count - 1 WHERE person_id = ended.person_id;
  RETURN true;
END $$;

-- The worker takes back what ran out. Skips rows that their holder is just ending.
CREATE FUNCTION take_back_expired(at_most integer)
RETURNS TABLE (chart_id uuid, client_id uuid, stage text, person_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  expired assignment;
BEGIN
  FOR expired IN SELECT * FROM assignment a WHERE a.lease_until < clock_timestamp()
                  ORDER BY a.person_id LIMIT at_most FOR UPDATE SKIP LOCKED LOOP
    DELETE FROM assignment a WHERE a.queue_entry_id = expired.queue_entry_id;
    INSERT INTO assignment_history (queue_entry_id, client_id, chart_id, stage, person_id, fence, request_id, pulled_at,
                                    outcome)
    VALUES (expired.queue_entry_id, expired.client_id, expired.chart_id, expired.stage, expired.person_id,
            expired.fence, expired.request_id, expired.pulled_at, 'expired');
    UPDATE queue_entry SET state = 'waiting', returns = returns + 1 WHERE id = expired.queue_entry_id;
    UPDATE workload SET open_count = open_count - 1 WHERE person_id = expired.person_id;
    chart_id := expired.chart_id; client_id := expired.client_id; stage := expired.stage;
    person_id := expired.person_id;
    RETURN NEXT;
  END LOOP;
END $$;

GRANT EXECUTE ON FUNCTION next_chart_number TO chartway_client;
GRANT EXECUTE ON FUNCTION pull_next, end_assignment TO chartway_coder, chartway_auditor;
GRANT EXECUTE ON FUNCTION take_back_expired TO chartway_worker;
RESET ROLE;
