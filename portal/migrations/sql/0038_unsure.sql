-- Where coders are unsure: marks that take a chart to an auditor, whatever the sample says.

-- While its coder has the chart a mark can be taken back.
CREATE TABLE doubt_draft (
  id uuid PRIMARY KEY,
  chart_id uuid NOT NULL,
  person_id uuid NOT NULL REFERENCES person (id),
  client_id uuid NOT NULL,
  code text CHECK (code ~ '^[A-Z0-9.]{3,8}$'),  -- of the line that is meant; null: none
  page_id uuid,
  start_at integer CHECK (start_at >= 0),  -- characters of the page's text, from start to before end
  end_at integer,
  note_sealed bytea NOT NULL,
  marked_at timestamptz NOT NULL,
  FOREIGN KEY (client_id, chart_id) REFERENCES chart (client_id, id),
  FOREIGN KEY (client_id, chart_id, page_id) REFERENCES document_page (client_id, chart_id, id),
  CONSTRAINT a_place_is_whole CHECK (num_nulls(page_id, start_at, end_at) IN (0, 3)),
  CONSTRAINT a_place_is_not_empty CHECK (start_at < end_at)
);
CREATE INDEX doubt_draft_chart ON doubt_draft (client_id, chart_id, person_id);
CREATE INDEX doubt_draft_page ON doubt_draft (page_id);
CALL client_owned('doubt_draft', coder => 'SELECT, INSERT, DELETE',
  reach => 'person_id = (SELECT acting_person()) AND sees_chart(chart_id)');
CALL resealable('doubt_draft.note', 'doubt_draft', 'note_sealed');

-- From the submission on it is part of the coding.
CREATE TABLE doubt (
  id uuid PRIMARY KEY,
  coding_id uuid NOT NULL,
  client_id uuid NOT NULL,
  chart_id uuid NOT NULL,
  author_id uuid NOT NULL REFERENCES person (id),
  code text CHECK (code ~ '^[A-Z0-9.]{3,8}$'),
  page_id uuid,
  start_at integer CHECK (start_at >= 0),
  end_at integer,
  note_sealed bytea NOT NULL,
  marked_at timestamptz NOT NULL,
  kept_at timestamptz NOT NULL,  -- when the coding was submitted
  FOREIGN KEY (client_id, chart_id, coding_id) REFERENCES coding (client_id, chart_id, id),
  FOREIGN KEY (client_id, chart_id, page_id) REFERENCES document_page (client_id, chart_id, id),
  CONSTRAINT a_place_is_whole CHECK (num_nulls(page_id, start_at, end_at) IN (0, 3)),
  CONSTRAINT a_place_is_not_empty CHECK (start_at < end_at)
);
CREATE INDEX doubt_coding ON doubt (coding_id);
CREATE INDEX doubt_chart ON doubt (client_id, chart_id);
CREATE INDEX doubt_page ON doubt (page_id);
CREATE INDEX doubt_author ON doubt (author_id, kept_at);
CALL append_only('doubt');
-- Managers count marks and do not read them; the worker asks whether there is one.
CALL client_owned('doubt', coder => 'SELECT', auditor => 'SELECT',
  manager => 'SELECT (id, coding_id, client_id, chart_id, author_id, kept_at)', worker => 'SELECT (id, client_id, coding_id)',
  reach => 'sees_chart(chart_id)');
GRANT INSERT ON doubt TO chartway_coder;
CALL admit('doubt', 'coder', 'INSERT', 'author_id = (SELECT acting_person()) AND sees_chart(chart_id)');
CALL resealable('doubt.note', 'doubt', 'note_sealed');

-- Without a draw it was not chance that chose the chart: its coder asked. No ratio of the sample counts such an audit.
ALTER TABLE audit ALTER COLUMN draw_id DROP NOT NULL;
