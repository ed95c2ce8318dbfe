-- Quality: sample plans, draws, audits, findings, scores.

CREATE TABLE sample_plan (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL REFERENCES client (id),
  percent numeric(5, 2) NOT NULL CHECK (percent BETWEEN 0 AND 100),
  commitment bytea NOT NULL CHECK (octet_length(commitment) = 32),  -- SHA-256 of the seed, shown from the first day
  opened_at timestamptz NOT NULL,
  opened_by uuid REFERENCES person (id),
  closed_at timestamptz,
  UNIQUE (client_id, id)
);
CREATE UNIQUE INDEX sample_plan_one_open ON sample_plan (client_id) WHERE closed_at IS NULL;

-- The seed itself stays with the worker until it is revealed: a coder who knew it could tell which charts are drawn.
CREATE TABLE sample_seed (
  plan_id uuid PRIMARY KEY,
  client_id uuid NOT NULL,
  seed bytea NOT NULL CHECK (octet_length(seed) = 32),
  FOREIGN KEY (client_id, plan_id) REFERENCES sample_plan (client_id, id)
);
CREATE INDEX sample_seed_client ON sample_seed (client_id);

-- One decision for each coded chart: drawn or not, and the ticket that says why.
CREATE TABLE draw (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL,
  chart_id uuid NOT NULL,
  plan_id uuid NOT NULL,
  ticket text NOT NULL,
  is_drawn boolean NOT NULL,
  decided_at timestamptz NOT NULL,
  UNIQUE (client_id, id),
  UNIQUE (plan_id, chart_id),
  FOREIGN KEY (client_id, chart_id) REFERENCES chart (client_id, id),
  FOREIGN KEY (client_id, plan_id) REFERENCES sample_plan (client_id, id)
);
CREATE INDEX draw_client ON draw (client_id, chart_id);
CALL append_only('draw');

CREATE TABLE audit (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL,
  chart_id uuid NOT NULL,
  number integer NOT NULL CHECK (number >= 1),  -- several audits per chart, numbered
  type text NOT NULL CHECK (type IN ('pre-bill')),
  draw_id uuid NOT NULL,
  coding_id uuid NOT NULL,  -- the frozen version under audit
  coder_id uuid NOT NULL REFERENCES person (id),
  auditor_id uuid REFERENCES person (id),
  auditor_coding_id uuid,
  corrected_coding_id uuid,
  state text NOT NULL CHECK (state IN ('in_line', 'in_audit', 'findings', 'corrected', 'closed')),
  outcome text CHECK (outcome IN ('clean', 'corrected')),
  drawn_at timestamptz NOT NULL,
  closed_at timestamptz,
  UNIQUE (client_id, id),
  UNIQUE (chart_id, number),
  FOREIGN KEY (client_id, chart_id) REFERENCES chart (client_id, id),
  FOREIGN KEY (client_id, draw_id) REFERENCES draw (client_id, id),
  FOREIGN KEY (client_id, coding_id) REFERENCES coding (client_id, id),
  FOREIGN KEY (client_id, auditor_coding_id) REFERENCES coding (client_id, id),
  FOREIGN KEY (client_id, corrected_coding_id) REFERENCES coding (client_id, id),
  CONSTRAINT the_auditor_is_not_the_coder CHECK (auditor_id IS DISTINCT FROM coder_id OR auditor_id IS NULL),
  CONSTRAINT a_closed_audit_has_an_outcome CHECK ((state = 'closed') = (outcome IS NOT NULL)
                                                  AND (state = 'closed') = (closed_at IS NOT NULL))
);
CREATE INDEX audit_client ON audit (client_id, drawn_at DESC);
CREATE INDEX audit_coder ON audit (coder_id, closed_at DESC);
CREATE INDEX audit_auditor ON audit (auditor_id, closed_at DESC);

CREATE TABLE finding (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL,
  chart_id uuid NOT NULL,
  audit_id uuid NOT NULL,
  position integer NOT NULL CHECK (position >= 1),
  change text NOT NULL CHECK (change IN ('revised', 'omitted', 'extra', 'resequenced')),
  error_type text NOT NULL CHECK (error_type IN ('specificity', 'omitted', 'unsupported', 'e/m', 'modifier', 'pointer',
    'procedure', 'units', 'sequence')),
  severity text NOT NULL CHECK (severity IN ('advisory', 'minor', 'major')),
  direction text NOT NULL CHECK (direction IN ('under', 'over', 'neutral')),
  coder_line jsonb,
  auditor_line jsonb,
  citation text,  -- picked from a list
  comment_sealed bytea,
  UNIQUE (audit_id, position),
  FOREIGN KEY (client_id, audit_id) REFERENCES audit (client_id, id),
  FOREIGN KEY (client_id, chart_id) REFERENCES chart (client_id, id),
  CONSTRAINT a_finding_is_about_a_line CHECK (coder_line IS NOT NULL OR auditor_line IS NOT NULL)
);
CREATE INDEX finding_client ON finding (client_id, chart_id);
CALL append_only('finding');

-- What an auditor has chosen and written for findings that are not sent yet. Comments are free text, so all of it is
-- sealed. Its lines are in coding_draft.
CREATE TABLE audit_draft (
  audit_id uuid NOT NULL,
  person_id uuid NOT NULL REFERENCES person (id),
  client_id uuid NOT NULL,
  chart_id uuid NOT NULL,
  choices_sealed bytea NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (audit_id, person_id),
  FOREIGN KEY (client_id, audit_id) REFERENCES audit (client_id, id),
  FOREIGN KEY (client_id, chart_id) REFERENCES chart (client_id, id)
);
CREATE INDEX audit_draft_client ON audit_draft (client_id, chart_id);

-- What an audit says of the coding, by each method; corrected by adding a version.
CREATE TABLE score (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL,
  chart_id uuid NOT NULL,
  audit_id uuid NOT NULL,
  version integer NOT NULL DEFAULT 1 CHECK (version >= 1),
  coder_id uuid NOT NULL REFERENCES person (id),
  matched integer NOT NULL CHECK (matched >= 0),
  revised integer NOT NULL CHECK (revised >= 0),
  omitted integer NOT NULL CHECK (omitted >= 0),
  extra integer NOT NULL CHECK (extra >= 0),
  record_is_correct boolean NOT NULL,
  scored_at timestamptz NOT NULL,
  UNIQUE (audit_id, version),
  FOREIGN KEY (client_id, audit_id) REFERENCES audit (client_id, id),
  FOREIGN KEY (client_id, chart_id) REFERENCES chart (client_id, id)
);
CREATE INDEX score_client ON score (client_id, scored_at DESC);
CREATE INDEX score_coder ON score (coder_id, scored_at DESC);
CALL append_only('score');

CALL client_owned('sample_plan', client => 'SELECT', auditor => 'SELECT', manager => 'SELECT, INSERT, UPDATE (closed_at)',
  compliance => 'SELECT', worker => 'SELECT', reach => 'is_granted(client_id)');
CALL client_owned('sample_seed', manager => 'INSERT', worker => 'SELECT');
CALL client_owned('draw', auditor => 'SELECT', manager => 'SELECT', compliance => 'SELECT', worker => 'SELECT, INSERT',
  reach => 'sees_chart(chart_id)');
-- A coder sees the audit of their own chart, or of one that they hold to correct, once its findings are out.
CALL client_owned('audit', auditor => 'SELECT, UPDATE (auditor_id, auditor_coding_id, state, outcome, closed_at)',
  manager => 'SELECT', worker => 'SELECT, INSERT, UPDATE (corrected_coding_id, state)',
  reach => 'sees_chart(chart_id)');
GRANT SELECT ON audit TO chartway_coder;
CALL admit('audit', 'coder', 'SELECT', '(coder_id = (SELECT acting_person()) OR holds_chart(chart_id))
  AND state IN (''findings'', ''corrected'', ''closed'')');
CALL client_owned('finding', coder => 'SELECT', auditor => 'SELECT, INSERT', manager => 'SELECT (id, client_id, chart_id,
  audit_id, position, change, error_type, severity, direction, coder_line, auditor_line, citation)',
  worker => 'SELECT (id, client_id, chart_id, audit_id)',
  reach => 'EXISTS (SELECT FROM audit a WHERE a.id = audit_id)');
CALL client_owned('audit_draft', auditor => 'SELECT, INSERT, UPDATE, DELETE',
  reach => 'person_id = (SELECT acting_person()) AND sees_chart(chart_id)');
CALL client_owned('score', coder => 'SELECT', auditor => 'SELECT, INSERT', manager => 'SELECT', client => 'SELECT',
  worker => 'SELECT', reach => 'EXISTS (SELECT FROM audit a WHERE a.id = audit_id)');
