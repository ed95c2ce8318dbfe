-- Guidelines that are acknowledged, the level of a visit, and what clients take into their own billing.

-- Guidelines ----------------------------------------------------------------------------------------------------------

-- From which day on a version holds, on its client's wall clock; what was written before this held at once.
ALTER TABLE guideline ADD COLUMN effective_on date NOT NULL DEFAULT '2000-01-01';
ALTER TABLE guideline ALTER COLUMN effective_on DROP DEFAULT;
ALTER TABLE guideline ADD UNIQUE (client_id, id);

-- Who has read which version. A version stands for those before it.
CREATE TABLE guideline_acknowledgement (
  guideline_id uuid NOT NULL,
  person_id uuid NOT NULL REFERENCES person (id),
  client_id uuid NOT NULL,
  acknowledged_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (guideline_id, person_id),
  FOREIGN KEY (client_id, guideline_id) REFERENCES guideline (client_id, id)
);
CREATE INDEX guideline_acknowledgement_client ON guideline_acknowledgement (client_id, person_id);
CALL append_only('guideline_acknowledgement');
CALL client_owned('guideline_acknowledgement', coder => 'SELECT, INSERT', auditor => 'SELECT, INSERT',
  manager => 'SELECT', compliance => 'SELECT',
  reach => 'person_id = (SELECT acting_person()) AND is_granted(client_id)');

-- Levels of visits ----------------------------------------------------------------------------------------------------

-- What somebody has filled in so far, about a chart that they hold: choices and numbers, no words.
CREATE TABLE leveling_draft (
  chart_id uuid NOT NULL,
  stage text NOT NULL,
  person_id uuid NOT NULL REFERENCES person (id),
  client_id uuid NOT NULL,
  answers jsonb NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (chart_id, stage, person_id),
  FOREIGN KEY (client_id, chart_id) REFERENCES chart (client_id, id)
) WITH (fillfactor = 70);
CREATE INDEX leveling_draft_client ON leveling_draft (client_id, chart_id);
CALL client_owned('leveling_draft', coder => 'SELECT, INSERT, UPDATE, DELETE', auditor => 'SELECT, INSERT, UPDATE, DELETE',
  reach => 'person_id = (SELECT acting_person()) AND sees_chart(chart_id)');

-- What was filled in when a coding was submitted, and by the auditor of that coding.
CREATE TABLE leveling (
  coding_id uuid NOT NULL,
  role text NOT NULL CHECK (role IN ('coder', 'auditor')),
  client_id uuid NOT NULL,
  chart_id uuid NOT NULL,
  author_id uuid NOT NULL REFERENCES person (id),
  answers jsonb NOT NULL,
  level smallint CHECK (level BETWEEN 1 AND 5),  -- none if too little was filled in for one
  noted_at timestamptz NOT NULL,
  PRIMARY KEY (coding_id, role),
  FOREIGN KEY (client_id, chart_id) REFERENCES chart (client_id, id),
  FOREIGN KEY (client_id, coding_id) REFERENCES coding (client_id, id)
);
CREATE INDEX leveling_client ON leveling (client_id, chart_id);
CALL append_only('leveling');
CALL client_owned('leveling', coder => 'SELECT, INSERT', auditor => 'SELECT, INSERT', manager => 'SELECT',
  reach => 'sees_chart(chart_id)');

-- Charge exports ------------------------------------------------------------------------------------------------------

ALTER TABLE blob DROP CONSTRAINT blob_kind_check;
ALTER TABLE blob ADD CONSTRAINT blob_kind_check
  CHECK (kind IN ('original', 'page', 'text', 'part', 'delivery', 'export'));

-- How a client wants its charges written. A change is another version, so that each file says how it was made.
CREATE TABLE export_mapping (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL REFERENCES client (id),
  version integer NOT NULL CHECK (version >= 1),
  layout text NOT NULL CHECK (layout IN ('line', 'chart')),
  delimiter text NOT NULL CHECK (delimiter IN ('comma', 'semicolon', 'tab', 'pipe')),
  date_format text NOT NULL,  -- of assignments.charges.rules.DATE_FORMATS
  columns jsonb NOT NULL,  -- [[field, what its column is called], …], never a patient's data
  is_daily boolean NOT NULL,
  made_at timestamptz NOT NULL,
  made_by uuid NOT NULL REFERENCES person (id),
  UNIQUE (client_id, version),
  UNIQUE (client_id, id)
);
CALL append_only('export_mapping');
CALL client_owned('export_mapping', client => 'SELECT, INSERT', manager => 'SELECT', worker => 'SELECT');

-- A file that was made, with its control totals. The file itself is a sealed blob, so that it never changes.
CREATE TABLE charge_export (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL REFERENCES client (id),
  number integer NOT NULL CHECK (number >= 1),
  is_original boolean NOT NULL,
  corrects_id uuid,
  mapping_id uuid NOT NULL,
  blob_id uuid NOT NULL,
  made_at timestamptz NOT NULL,
  made_by uuid REFERENCES person (id),  -- none: the worker, on its day
  chart_count integer NOT NULL CHECK (chart_count >= 1),
  line_count integer NOT NULL CHECK (line_count >= 0),
  unit_total bigint NOT NULL CHECK (unit_total >= 0),
  hash_total bigint NOT NULL CHECK (hash_total >= 0),  -- the sum of the numbers in the charts' numbers: RAD-1042 is 1042
  byte_count integer NOT NULL CHECK (byte_count > 0),
  sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
  UNIQUE (client_id, number),
  UNIQUE (client_id, id),
  UNIQUE (client_id, id, is_original),
  FOREIGN KEY (client_id, mapping_id) REFERENCES export_mapping (client_id, id),
  FOREIGN KEY (client_id, corrects_id) REFERENCES charge_export (client_id, id),
  CONSTRAINT a_correction_corrects_something CHECK (is_original = (corrects_id IS NULL))
);
CALL append_only('charge_export');

-- Which charts stand in it, and with which delivery of theirs. A chart stands in one original export.
CREATE TABLE charge_export_chart (
  export_id uuid NOT NULL,
  client_id uuid NOT NULL,
  chart_id uuid NOT NULL,
  is_original boolean NOT NULL,
  coding_id uuid NOT NULL,
  delivery integer NOT NULL CHECK (delivery >= 1),
  lines integer NOT NULL CHECK (lines >= 0),
  units integer NOT NULL CHECK (units >= 0),
  PRIMARY KEY (export_id, chart_id),
  FOREIGN KEY (client_id, export_id, is_original) REFERENCES charge_export (client_id, id, is_original),
  FOREIGN KEY (client_id, chart_id) REFERENCES chart (client_id, id),
  FOREIGN KEY (client_id, coding_id) REFERENCES coding (client_id, id)
);
CREATE UNIQUE INDEX charge_export_chart_once ON charge_export_chart (chart_id) WHERE is_original;
CREATE INDEX charge_export_chart_client ON charge_export_chart (client_id, chart_id);
CALL append_only('charge_export_chart');

-- What the client says of a file: taken into its billing, or not, and why.
CREATE TABLE charge_export_answer (
  export_id uuid PRIMARY KEY,
  client_id uuid NOT NULL,
  verdict text NOT NULL CHECK (verdict IN ('accepted', 'rejected')),
  reason text,  -- of assignments.charges.rules.REJECTIONS
  answered_at timestamptz NOT NULL,
  answered_by uuid REFERENCES person (id),  -- none: by API
  FOREIGN KEY (client_id, export_id) REFERENCES charge_export (client_id, id),
  CONSTRAINT a_rejection_has_a_reason CHECK ((verdict = 'rejected') = (reason IS NOT NULL))
);
CREATE INDEX charge_export_answer_client ON charge_export_answer (client_id);
CALL append_only('charge_export_answer');
CALL client_owned('charge_export', client => 'SELECT, INSERT', manager => 'SELECT', worker => 'SELECT');
CALL client_owned('charge_export_chart', client => 'SELECT, INSERT', manager => 'SELECT', worker => 'SELECT');
CALL client_owned('charge_export_answer', client => 'SELECT, INSERT', manager => 'SELECT');
