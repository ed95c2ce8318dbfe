-- Uploads that stay open until they are sent, documents that come later, the virus scan, and the limits of intake.

ALTER TABLE blob DROP CONSTRAINT blob_kind_check;
ALTER TABLE blob ADD CONSTRAINT blob_kind_check CHECK (kind IN ('original', 'page', 'text', 'part'));

-- An upload before it is sent. Its id is made with the form; the upload that it becomes has the same one.
CREATE TABLE staged_upload (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL REFERENCES client (id),
  person_id uuid NOT NULL REFERENCES person (id),
  begun_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  touched_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  ended_at timestamptz,  -- sent, or swept because nobody sent it
  UNIQUE (client_id, id)
);
CREATE INDEX staged_upload_client ON staged_upload (client_id, person_id);
CREATE INDEX staged_upload_open ON staged_upload (touched_at) WHERE ended_at IS NULL;

CREATE TABLE staged_file (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL,
  staged_upload_id uuid NOT NULL,
  position integer NOT NULL CHECK (position >= 1),
  name_sealed bytea NOT NULL,
  size bigint NOT NULL CHECK (size >= 0),  -- bytes, as the page announced it
  modified bigint NOT NULL,  -- milliseconds: with name and size it tells that a file chosen again is the same
  state text NOT NULL CHECK (state IN ('receiving', 'arrived', 'refused', 'removed')),
  refusal text,  -- a fixed sentence of ours
  media_type text,
  document_id uuid NOT NULL,  -- the document that it becomes; its original is sealed for that
  original_blob_id uuid,
  sha256_sealed bytea,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (client_id, id),
  UNIQUE (staged_upload_id, position),
  FOREIGN KEY (client_id, staged_upload_id) REFERENCES staged_upload (client_id, id),
  FOREIGN KEY (client_id, original_blob_id) REFERENCES blob (client_id, id),
  CONSTRAINT a_staged_refusal_has_a_reason CHECK ((state = 'refused') = (refusal IS NOT NULL)),
  CONSTRAINT an_arrived_file_is_whole CHECK (
    state <> 'arrived' OR (original_blob_id IS NOT NULL AND media_type IS NOT NULL AND sha256_sealed IS NOT NULL))
);
CREATE INDEX staged_file_client ON staged_file (client_id, staged_upload_id);

CREATE TABLE staged_part (
  staged_file_id uuid NOT NULL,
  number integer NOT NULL CHECK (number >= 1),
  client_id uuid NOT NULL,
  blob_id uuid NOT NULL,
  PRIMARY KEY (staged_file_id, number),
  FOREIGN KEY (client_id, staged_file_id) REFERENCES staged_file (client_id, id),
  FOREIGN KEY (client_id, blob_id) REFERENCES blob (client_id, id)
);
CREATE INDEX staged_part_client ON staged_part (client_id, staged_file_id);

-- What a client may send. Without a row the defaults of assignments.intake.rules hold.
CREATE TABLE intake_limit (
  client_id uuid PRIMARY KEY REFERENCES client (id),
  file_bytes bigint NOT NULL CHECK (file_bytes > 0),
  files integer NOT NULL CHECK (files BETWEEN 1 AND 100),
  pages integer NOT NULL CHECK (pages BETWEEN 1 AND 300),
  upload_bytes bigint NOT NULL CHECK (upload_bytes >= file_bytes),
  person_day_bytes bigint NOT NULL CHECK (person_day_bytes > 0),
  client_day_bytes bigint NOT NULL CHECK (client_day_bytes > 0),
  stored_bytes bigint NOT NULL CHECK (stored_bytes > 0),
  changed_at timestamptz NOT NULL,
  changed_by uuid NOT NULL REFERENCES person (id)
);

ALTER TABLE document
  ADD COLUMN sha256_sealed bytea,
  ADD COLUMN scanned_at timestamptz,
  ADD COLUMN scan_verdict text CHECK (scan_verdict IN ('clean', 'infected', 'off')),
  ADD COLUMN scan_waiting_since timestamptz,  -- the scanner did not answer
  ADD COLUMN supersedes_below integer CHECK (supersedes_below >= 1),  -- once readable, in place of these positions
  ADD COLUMN superseded_at timestamptz,
  ADD COLUMN is_added boolean NOT NULL DEFAULT false,  -- came after its chart was made
  ADD COLUMN posted_late_at timestamptz,  -- came after the delivery
  ADD CONSTRAINT a_verdict_has_a_time CHECK ((scanned_at IS NULL) = (scan_verdict IS NULL));
CREATE INDEX document_waits_for_scan ON document (scan_waiting_since) WHERE scan_waiting_since IS NOT NULL;

-- What went out: version n of a chart's codes. A chart that was delivered before this table has none for that time.
CREATE TABLE delivered_version (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL,
  chart_id uuid NOT NULL,
  version integer NOT NULL CHECK (version >= 1),
  coding_id uuid NOT NULL,
  delivered_at timestamptz NOT NULL,
  UNIQUE (chart_id, version),
  FOREIGN KEY (client_id, chart_id) REFERENCES chart (client_id, id),
  FOREIGN KEY (client_id, coding_id) REFERENCES coding (client_id, id)
);
CREATE INDEX delivered_version_client ON delivered_version (client_id, chart_id);
CALL append_only('delivered_version');

-- A document that came after the delivery, until somebody has decided what it means.
CREATE TABLE late_document (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL,
  chart_id uuid NOT NULL,
  document_id uuid NOT NULL UNIQUE,
  arrived_at timestamptz NOT NULL,
  decision text CHECK (decision IN ('no change', 'recode')),
  decided_at timestamptz,
  decided_by uuid REFERENCES person (id),
  correction_due_at timestamptz,  -- codes that were rated went out changed: the bill has to follow
  UNIQUE (client_id, id),
  FOREIGN KEY (client_id, chart_id) REFERENCES chart (client_id, id),
  FOREIGN KEY (client_id, document_id) REFERENCES document (client_id, id),
  CONSTRAINT a_decision_is_somebodys CHECK ((decision IS NULL) = (decided_at IS NULL)
                                            AND (decision IS NULL) = (decided_by IS NULL))
);
CREATE INDEX late_document_client ON late_document (client_id, chart_id);
CREATE INDEX late_document_open ON late_document (arrived_at) WHERE decision IS NULL;

-- An audit ends without a score when the coding that it looked at is overtaken.
ALTER TABLE audit DROP CONSTRAINT audit_outcome_check;
ALTER TABLE audit ADD CONSTRAINT audit_outcome_check CHECK (outcome IN ('clean', 'corrected', 'overtaken'));

-- Who reaches what --------------------------------------------------------------------------------------------------

CALL client_owned('staged_upload', client => 'SELECT, INSERT, UPDATE (touched_at, ended_at)',
  worker => 'SELECT, UPDATE (ended_at)');
CALL client_owned('staged_file',
  client => 'SELECT, INSERT, UPDATE (state, refusal, media_type, original_blob_id, sha256_sealed)',
  worker => 'SELECT (id, client_id, staged_upload_id, state, original_blob_id), UPDATE (state)');
CALL client_owned('staged_part', client => 'SELECT, INSERT, DELETE', worker => 'SELECT, DELETE');
CALL client_owned('intake_limit', client => 'SELECT', manager => 'SELECT, INSERT, UPDATE', worker => 'SELECT');
CALL client_owned('delivered_version', client => 'SELECT', manager => 'SELECT', worker => 'SELECT, INSERT');
CALL client_owned('late_document', client => 'SELECT (id, client_id, chart_id, document_id, arrived_at, decision)',
  manager => 'SELECT, UPDATE (decision, decided_at, decided_by)',
  worker => 'SELECT, INSERT, UPDATE (correction_due_at)');

GRANT SELECT (superseded_at, is_added, posted_late_at) ON document TO chartway_coder, chartway_auditor;
GRANT SELECT (superseded_at, is_added, posted_late_at, scan_verdict, scan_waiting_since) ON document
  TO chartway_manager;
GRANT UPDATE (scanned_at, scan_verdict, scan_waiting_since, superseded_at, posted_late_at) ON document
  TO chartway_worker;
GRANT UPDATE (due_at) ON chart TO chartway_worker;
GRANT UPDATE (outcome, closed_at) ON audit TO chartway_worker;

SET LOCAL ROLE chartway_definer;

-- Take a chart out of the line of a stage, whoever holds it; returns who held it. An assignment is its holder's alone,
-- so not even the worker may end it by itself.
CREATE FUNCTION withdraw_entries(wanted_chart uuid, wanted_stage text) RETURNS SETOF uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  ended assignment;
BEGIN
  UPDATE queue_entry SET state = 'withdrawn'
   WHERE chart_id = wanted_chart AND stage = wanted_stage AND state = 'waiting';
  FOR ended IN DELETE FROM assignment a WHERE a.chart_id = wanted_chart AND a.stage = wanted_stage RETURNING * LOOP
    INSERT INTO assignment_history (queue_entry_id, client_id, chart_id, stage, person_id, fence, request_id, pulled_at,
                                    outcome)
    VALUES (ended.queue_entry_id, ended.client_id, ended.chart_id, ended.stage, ended.person_id, ended.fence,
            ended.request_id, ended.pulled_at, 'revoked');
    UPDATE queue_entry SET state = 'withdrawn' WHERE id = ended.queue_entry_id;
    UPDATE workload SET open_count = open_count - 1 WHERE person_id = ended.person_id;
    RETURN NEXT ended.person_id;
  END LOOP;
END $$;

GRANT EXECUTE ON FUNCTION withdraw_entries TO chartway_worker;
RESET ROLE;

CALL resealable('staged_file.name', 'staged_file', 'name_sealed');
CALL resealable('staged_file.sha256', 'staged_file', 'sha256_sealed');
CALL resealable('document.sha256', 'document', 'sha256_sealed');
