-- Edits: CMS's own tables by release, what a client makes of a rule, and the answers to what a rule asked.

-- One file, or the parts of one, as CMS published it; its rows carry its number and go with it.
CREATE TABLE edit_release (
  id integer PRIMARY KEY CHECK (id >= 1),
  kind text NOT NULL CHECK (kind IN ('ptp', 'mue', 'mce')),
  setting text NOT NULL CHECK (setting IN ('practitioner', 'outpatient', 'dme', 'inpatient')),
  starts_on date NOT NULL,
  ends_on date NOT NULL,
  label text NOT NULL CHECK (label <> ''),
  files text[] NOT NULL CHECK (cardinality(files) >= 1),  -- as CMS named them
  digest text NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$'),  -- SHA-256 over the files, in this order
  row_count integer NOT NULL CHECK (row_count >= 1),
  words text[] NOT NULL DEFAULT '{}',  -- the rationales that its rows number, from 1
  loaded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (kind, setting, starts_on),
  CONSTRAINT ends_after_it_starts CHECK (ends_on > starts_on),
  CONSTRAINT code_editor_is_for_inpatients CHECK ((kind = 'mce') = (setting = 'inpatient'))
);

-- NCCI procedure-to-procedure: column two is not paid beside column one.
CREATE TABLE ptp_pair (
  release_id integer NOT NULL REFERENCES edit_release (id),
  column1 text NOT NULL,
  column2 text NOT NULL,
  effective_on date NOT NULL,
  deleted_on date,  -- the last day
  indicator smallint NOT NULL CHECK (indicator IN (0, 1, 9)),
  before_1996 boolean NOT NULL,
  word smallint NOT NULL,  -- which of the release's words; 0 for none
  PRIMARY KEY (release_id, column1, column2, effective_on)
);

-- Medically unlikely: more units than this are hardly ever right.
CREATE TABLE unit_limit (
  release_id integer NOT NULL REFERENCES edit_release (id),
  code text NOT NULL,
  units integer NOT NULL CHECK (units >= 0),
  indicator smallint NOT NULL CHECK (indicator IN (1, 2, 3)),  -- 1 by line, 2 and 3 by day
  word smallint NOT NULL,
  PRIMARY KEY (release_id, code)
);

-- The lists of the Medicare Code Editor.
CREATE TABLE listed_code (
  release_id integer NOT NULL REFERENCES edit_release (id),
  code text NOT NULL,
  list text NOT NULL CHECK (list <> ''),
  PRIMARY KEY (release_id, code, list)
);

DO $$
DECLARE
  published text; who text;
BEGIN
  FOREACH published IN ARRAY ARRAY['edit_release', 'ptp_pair', 'unit_limit', 'listed_code'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', published);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', published);
    FOREACH who IN ARRAY ARRAY['coder', 'auditor', 'manager', 'worker'] LOOP
      EXECUTE format('GRANT SELECT ON %I TO %I', published, 'chartway_' || who);
      CALL admit(published::regclass, who, 'SELECT', 'true');
    END LOOP;
    -- Whoever works at the server's shell loads them; no page does.
    EXECUTE format('GRANT INSERT, DELETE ON %I TO chartway_worker', published);
    CALL admit(published::regclass, 'worker', 'INSERT', 'true');
    CALL admit(published::regclass, 'worker', 'DELETE', 'true');
  END LOOP;
END $$;

-- Which of CMS's tables a service line is checked with.
ALTER TABLE service_line ADD COLUMN edit_setting text NOT NULL DEFAULT 'practitioner'
  CHECK (edit_setting IN ('practitioner', 'outpatient'));

-- How much a rule weighs for a client; the newest version holds, none means: as the rule says.
CREATE TABLE edit_level (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL REFERENCES client (id),
  rule text NOT NULL CHECK (rule <> ''),
  version integer NOT NULL CHECK (version >= 1),
  level text NOT NULL CHECK (level IN ('error', 'critical', 'warning', 'info', 'off', 'as written')),
  because text NOT NULL CHECK (char_length(because) BETWEEN 1 AND 500),
  set_by uuid NOT NULL REFERENCES person (id),
  set_at timestamptz NOT NULL,
  UNIQUE (client_id, rule, version)
);
CALL append_only('edit_level');
CALL client_owned('edit_level', coder => 'SELECT', auditor => 'SELECT', manager => 'SELECT, INSERT',
  compliance => 'SELECT', reach => 'is_granted(client_id)');

-- What a coder or auditor answered while they are at it; it goes with their draft.
CREATE TABLE edit_answer (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL,
  chart_id uuid NOT NULL,
  stage text NOT NULL CHECK (stage IN ('coding', 'audit')),
  person_id uuid NOT NULL REFERENCES person (id),
  rule text NOT NULL CHECK (rule <> ''),
  codes text[] NOT NULL,
  reason_sealed bytea,
  answered_at timestamptz NOT NULL,
  UNIQUE (chart_id, stage, person_id, rule, codes),
  FOREIGN KEY (client_id, chart_id) REFERENCES chart (client_id, id)
);
CREATE INDEX edit_answer_client ON edit_answer (client_id, chart_id);
CALL client_owned('edit_answer', coder => 'SELECT, INSERT, UPDATE, DELETE', auditor => 'SELECT, INSERT, UPDATE, DELETE',
  reach => 'person_id = (SELECT acting_person()) AND sees_chart(chart_id)');
CALL resealable('edit_answer.reason', 'edit_answer', 'reason_sealed');

-- What the edits said of a coding that was submitted, and the answer to each.
CREATE TABLE edit_result (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL,
  chart_id uuid NOT NULL,
  coding_id uuid NOT NULL,
  position integer NOT NULL CHECK (position >= 1),
  rule text NOT NULL CHECK (rule <> ''),
  rule_version integer NOT NULL CHECK (rule_version >= 1),
  level text NOT NULL CHECK (level IN ('error', 'critical', 'warning', 'info')),
  release text NOT NULL,  -- what it was checked against
  line text NOT NULL,  -- d2, p1; empty for the whole coding
  codes text[] NOT NULL,
  said text NOT NULL,
  answered_by uuid REFERENCES person (id),
  answered_at timestamptz,
  reason_sealed bytea,
  UNIQUE (coding_id, position),
  FOREIGN KEY (client_id, coding_id) REFERENCES coding (client_id, id),
  FOREIGN KEY (client_id, chart_id) REFERENCES chart (client_id, id),
  CONSTRAINT answered_by_somebody_at_some_time CHECK ((answered_by IS NULL) = (answered_at IS NULL)),
  CONSTRAINT what_asks_is_answered CHECK (level = 'info' OR answered_by IS NOT NULL),
  CONSTRAINT critical_has_its_reason CHECK (level <> 'critical' OR reason_sealed IS NOT NULL),
  CONSTRAINT errors_are_not_submitted CHECK (level <> 'error')
);
CREATE INDEX edit_result_client ON edit_result (client_id, chart_id);
CALL append_only('edit_result');
CALL client_owned('edit_result', coder => 'SELECT, INSERT', auditor => 'SELECT, INSERT',
  manager => 'SELECT (id, client_id, chart_id, coding_id, position, rule, rule_version, level, release, line, codes, said, answered_by, answered_at)',
  reach => 'sees_chart(chart_id)');
CALL resealable('edit_result.reason', 'edit_result', 'reason_sealed');

GRANT SELECT ON coding, code_line TO chartway_definer;
CALL admit('coding', 'definer', 'SELECT', 'true');
CALL admit('code_line', 'definer', 'SELECT', 'true');
CREATE INDEX code_line_seen ON code_line (client_id, code);

SET LOCAL ROLE chartway_definer;

-- The age decides some edits. Of the patient's identity nobody but the client reads anything; whoever holds a chart
-- gets the sealed day of birth here, and shows no more than the age.
CREATE FUNCTION birth_of_held(wanted uuid) RETURNS TABLE (patient_id uuid, birth_on_sealed bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT i.patient_id, i.birth_on_sealed FROM chart c
    JOIN patient_identity i ON i.client_id = c.client_id AND i.patient_id = c.patient_id
   WHERE c.id = wanted
     AND EXISTS (SELECT FROM assignment a WHERE a.chart_id = wanted AND a.person_id = acting_person()) $$;

-- Which of these codes the client's codings of that specialty have had before; null while there are too few to tell.
-- Only of a chart in one's hands, as codes alone say nothing of anybody.
CREATE FUNCTION codes_seen_beside(wanted uuid, asked text[], enough integer) RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT CASE WHEN (SELECT count(*) FROM (
             SELECT FROM chart o WHERE o.client_id = c.client_id AND o.specialty = c.specialty AND o.coded_at IS NOT NULL
                                   AND o.id <> c.id LIMIT enough) AS few) >= enough
         THEN ARRAY(SELECT code FROM unnest(asked) AS code WHERE EXISTS (
             SELECT FROM code_line l JOIN chart o ON o.id = l.chart_id
              WHERE l.client_id = c.client_id AND l.code = code AND o.specialty = c.specialty AND o.id <> c.id)) END
    FROM chart c
   WHERE c.id = wanted
     AND EXISTS (SELECT FROM assignment a WHERE a.chart_id = wanted AND a.person_id = acting_person()) $$;

GRANT EXECUTE ON FUNCTION birth_of_held, codes_seen_beside TO chartway_coder, chartway_auditor;
RESET ROLE;
