-- Possible duplicates: which chart resembles which, by what rule, and what people decided of it.

-- Equal files of one client have equal MACs; only that client's key makes them, so no client's file meets another's.
CREATE INDEX blob_same_content ON blob (client_id, content_mac) WHERE kind = 'original' AND state = 'stored';

-- An encounter number as it reads without blanks, dashes and leading zeros, under the client's key.
CREATE TABLE loose_number (
  encounter_id uuid PRIMARY KEY,
  client_id uuid NOT NULL,
  number_index bytea NOT NULL,
  FOREIGN KEY (client_id, encounter_id) REFERENCES encounter (client_id, id)
);
CREATE INDEX loose_number_index ON loose_number (client_id, number_index);

-- `chart_id` is the later of the two, the one that may have come twice.
CREATE TABLE duplicate_match (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL,
  chart_id uuid NOT NULL,
  other_chart_id uuid NOT NULL,
  rule text NOT NULL CHECK (rule IN ('same_file', 'same_number', 'same_visit', 'near_text')),
  similarity numeric(4, 3) CHECK (similarity BETWEEN 0 AND 1),  -- estimated share of equal passages
  found_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (chart_id, other_chart_id, rule),
  FOREIGN KEY (client_id, chart_id) REFERENCES chart (client_id, id),
  FOREIGN KEY (client_id, other_chart_id) REFERENCES chart (client_id, id),
  CONSTRAINT a_chart_is_not_its_own_duplicate CHECK (chart_id <> other_chart_id),
  CONSTRAINT only_texts_are_measured CHECK ((rule = 'near_text') = (similarity IS NOT NULL))
);
CREATE INDEX duplicate_match_chart ON duplicate_match (client_id, chart_id);
CREATE INDEX duplicate_match_other ON duplicate_match (client_id, other_chart_id);

-- What was decided of a pair; the last one holds until another follows it.
CREATE TABLE duplicate_decision (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL,
  chart_id uuid NOT NULL,
  other_chart_id uuid NOT NULL,
  verdict text NOT NULL CHECK (verdict IN ('separate', 'same')),
  reason text NOT NULL CHECK (reason <> ''),  -- one of a fixed list, see assignments.duplicates.rules
  decided_by uuid NOT NULL REFERENCES person (id),
  decided_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  FOREIGN KEY (client_id, chart_id) REFERENCES chart (client_id, id),
  FOREIGN KEY (client_id, other_chart_id) REFERENCES chart (client_id, id)
);
CREATE INDEX duplicate_decision_chart ON duplicate_decision (client_id, chart_id, other_chart_id, decided_at DESC);
CALL append_only('duplicate_decision');

-- What a document's text resembles others by. The signature is sealed; a band is a keyed hash of a part of it, so that
-- equal bands say that two documents of one client resemble each other, and nothing of what they say.
CREATE TABLE document_signature (
  document_id uuid PRIMARY KEY,
  client_id uuid NOT NULL,
  chart_id uuid NOT NULL,
  passages integer NOT NULL CHECK (passages > 0),
  signature_sealed bytea NOT NULL,
  bands bytea[] NOT NULL DEFAULT '{}',
  made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  FOREIGN KEY (client_id, document_id) REFERENCES document (client_id, id),
  FOREIGN KEY (client_id, chart_id) REFERENCES chart (client_id, id)
);
CREATE INDEX document_signature_chart ON document_signature (client_id, chart_id);
CREATE INDEX document_signature_bands ON document_signature USING gin (bands);

CALL client_owned('loose_number', client => 'SELECT, INSERT');
-- Coders and auditors read that there is another chart, never which: its id is not granted to them.
CALL client_owned('duplicate_match', client => 'SELECT, INSERT',
  coder => 'SELECT (id, client_id, chart_id, rule, similarity, found_at)',
  auditor => 'SELECT (id, client_id, chart_id, rule, similarity, found_at)',
  manager => 'SELECT', worker => 'SELECT, INSERT', reach => 'sees_chart(chart_id)');
CALL client_owned('duplicate_decision', client => 'SELECT, INSERT', manager => 'SELECT, INSERT', worker => 'SELECT');
CALL client_owned('document_signature', worker => 'SELECT, INSERT, DELETE');

CALL resealable('document_signature.signature', 'document_signature', 'signature_sealed', 'document_id');
