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
