-- Pends: charts that wait for somebody's answer, what they were asked, and charts that cannot be coded.

ALTER TABLE assignment_history DROP CONSTRAINT assignment_history_outcome_check;
ALTER TABLE assignment_history ADD CONSTRAINT assignment_history_outcome_check
  CHECK (outcome IN ('submitted', 'released', 'expired', 'revoked', 'pended', 'not codable'));

-- Why a chart waits or cannot be coded: a managed list. A retired one is offered no more; what was asked keeps its words.
CREATE TABLE pend_reason (
  id uuid PRIMARY KEY,
  client_id uuid REFERENCES client (id),  -- null: for every client
  use text NOT NULL CHECK (use IN ('pend', 'not codable')),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
  wants_provider boolean NOT NULL DEFAULT false,
  wants_date boolean NOT NULL DEFAULT false,
  made_at timestamptz NOT NULL,
  made_by uuid REFERENCES person (id),  -- null: it came with the portal
  retired_at timestamptz,
  retired_by uuid REFERENCES person (id),
  CONSTRAINT only_a_pend_asks CHECK (use = 'pend' OR NOT (wants_provider OR wants_date))
);
CREATE INDEX pend_reason_client ON pend_reason (client_id);
CREATE UNIQUE INDEX pend_reason_once ON pend_reason (coalesce(client_id, '00000000-0000-0000-0000-000000000000'), use,
                                                     lower(name)) WHERE retired_at IS NULL;

INSERT INTO pend_reason (id, use, name, wants_provider, wants_date, made_at)
SELECT ('00000000-0000-7000-8000-0000000000' || lpad(n::text, 2, '0'))::uuid, use, name, wants_provider, wants_date,
       '2026-11-22T00:00:00Z'
  FROM (VALUES (1, 'pend', 'Documents missing', false, false),
               (2, 'pend', 'Pages cannot be read', false, false),
               (3, 'pend', 'Note not signed', true, false),
               (4, 'pend', 'Date of service unclear', false, true),
               (5, 'pend', 'Provider unclear', true, false),
               (6, 'pend', 'Belongs to another patient', false, false),
               (7, 'pend', 'Result outstanding', false, false),
               (8, 'pend', 'Something else', false, false),
               (11, 'not codable', 'Left without being seen', false, false),
               (12, 'not codable', 'Did not come', false, false),
               (13, 'not codable', 'Visit within a global period', false, false),
               (14, 'not codable', 'No note', false, false),
               (15, 'not codable', 'Duplicate', false, false))
    AS known (n, use, name, wants_provider, wants_date);

-- When a client is reminded of what it has not answered, and what becomes of the chart in the end. Days are those of
-- its calendar; without a row the defaults of assignments.pends.rules hold.
CREATE TABLE pend_rule (
  client_id uuid PRIMARY KEY REFERENCES client (id),
  remind_days smallint[] NOT NULL CHECK (cardinality(remind_days) <= 5),
  last_day smallint CHECK (last_day BETWEEN 1 AND 90),  -- null: it waits for ever
  last_resort text NOT NULL CHECK (last_resort IN ('not codable', 'as is')),
  changed_at timestamptz NOT NULL,
  changed_by uuid NOT NULL REFERENCES person (id)
);

-- A chart that waits for an answer. While it does, nobody holds it; one at a time for each chart.
CREATE TABLE pend (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL,
  chart_id uuid NOT NULL,
  number integer NOT NULL CHECK (number >= 1),  -- the chart's first, second, …
  owner text NOT NULL CHECK (owner IN ('client', 'provider', 'lead')),  -- who is to answer
  queue_entry_id uuid NOT NULL,  -- the place in line that it was set aside from, under this fence
  fence integer NOT NULL,
  opened_by uuid NOT NULL REFERENCES person (id),
  opened_at timestamptz NOT NULL,
  remind_at timestamptz[] NOT NULL DEFAULT '{}',
  reminded smallint NOT NULL DEFAULT 0,
  due_at timestamptz,  -- when the last resort is taken; null: never
  last_resort text CHECK (last_resort IN ('not codable', 'as is')),
  next_step_at timestamptz,  -- the next reminder, or the last resort; null: none
  answered_at timestamptz,  -- from then on it waits for nobody; it ends once its documents are checked
  answered_by uuid REFERENCES person (id),
  ended_at timestamptz,
  outcome text CHECK (outcome IN ('answered', 'withdrawn', 'not codable', 'as is')),
  UNIQUE (client_id, id),
  UNIQUE (chart_id, number),
  UNIQUE (queue_entry_id, fence),
  FOREIGN KEY (client_id, chart_id) REFERENCES chart (client_id, id),
  FOREIGN KEY (client_id, queue_entry_id) REFERENCES queue_entry (client_id, id),
  CONSTRAINT a_last_resort_has_its_time CHECK ((due_at IS NULL) = (last_resort IS NULL)),
  CONSTRAINT reminded_as_agreed CHECK (reminded BETWEEN 0 AND cardinality(remind_at)),
  CONSTRAINT what_came_of_it CHECK ((outcome IS NULL) = (answered_at IS NULL AND ended_at IS NULL))
);
CREATE UNIQUE INDEX pend_one_at_a_time ON pend (chart_id) WHERE ended_at IS NULL;
CREATE INDEX pend_client ON pend (client_id, chart_id);
CREATE INDEX pend_open ON pend (client_id, opened_at) WHERE ended_at IS NULL;
CREATE INDEX pend_person ON pend (opened_by) WHERE ended_at IS NULL;
CREATE INDEX pend_step_due ON pend (next_step_at) WHERE next_step_at IS NOT NULL;

-- What was asked: one row for each reason, with the words that the reason had then.
CREATE TABLE pend_item (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL,
  chart_id uuid NOT NULL,
  pend_id uuid NOT NULL,
  position smallint NOT NULL CHECK (position >= 1),
  reason_id uuid NOT NULL REFERENCES pend_reason (id),
  reason text NOT NULL CHECK (reason <> ''),
  note_sealed bytea,
  provider_sealed bytea,
  about_on date,
  UNIQUE (pend_id, position),
  FOREIGN KEY (client_id, pend_id) REFERENCES pend (client_id, id),
  FOREIGN KEY (client_id, chart_id) REFERENCES chart (client_id, id)
);
CREATE INDEX pend_item_client ON pend_item (client_id, pend_id);
CREATE INDEX pend_item_reason ON pend_item (reason_id);
CALL append_only('pend_item');

-- What happened since: answers, reminders, the last resort.
CREATE TABLE pend_step (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL,
  chart_id uuid NOT NULL,
  pend_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('answer', 'withdrawal', 'unreadable', 'reminder', 'last resort')),
  author_id uuid REFERENCES person (id),  -- null: nobody, it was time
  happened_at timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  body_sealed bytea,
  is_wordless boolean NOT NULL GENERATED ALWAYS AS (body_sealed IS NULL) STORED,  -- for those who may not read it
  documents uuid[] NOT NULL DEFAULT '{}',
  FOREIGN KEY (client_id, pend_id) REFERENCES pend (client_id, id),
  FOREIGN KEY (client_id, chart_id) REFERENCES chart (client_id, id)
);
CREATE INDEX pend_step_client ON pend_step (client_id, pend_id);
CALL append_only('pend_step');

-- That a chart cannot be coded, and why; the newest row of a chart counts while the chart is in that state.
CREATE TABLE not_codable (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL,
  chart_id uuid NOT NULL,
  reason_id uuid REFERENCES pend_reason (id),  -- null: nobody answered in time
  reason text NOT NULL CHECK (reason <> ''),
  note_sealed bytea,
  pend_id uuid,
  decided_by uuid REFERENCES person (id),
  decided_at timestamptz NOT NULL,
  queue_entry_id uuid,
  fence integer,
  UNIQUE (queue_entry_id, fence),
  FOREIGN KEY (client_id, chart_id) REFERENCES chart (client_id, id),
  FOREIGN KEY (client_id, pend_id) REFERENCES pend (client_id, id)
);
CREATE INDEX not_codable_client ON not_codable (client_id, chart_id, decided_at DESC);
CALL append_only('not_codable');

-- What a coder asks the leads about a chart, and what they say: never the client's to read.
CREATE TABLE lead_thread (
  chart_id uuid PRIMARY KEY,
  client_id uuid NOT NULL,
  asked_by uuid NOT NULL REFERENCES person (id),
  waiting_since timestamptz,  -- null: answered
  answered_at timestamptz,
  FOREIGN KEY (client_id, chart_id) REFERENCES chart (client_id, id)
);
CREATE INDEX lead_thread_client ON lead_thread (client_id, chart_id);
CREATE INDEX lead_thread_waiting ON lead_thread (waiting_since) WHERE waiting_since IS NOT NULL;
CREATE INDEX lead_thread_person ON lead_thread (asked_by, answered_at DESC);

CREATE TABLE lead_message (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL,
  chart_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('question', 'answer', 'guideline')),
  author_id uuid NOT NULL REFERENCES person (id),
  written_at timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  body_sealed bytea,
  guideline_version integer,
  FOREIGN KEY (client_id, chart_id) REFERENCES chart (client_id, id),
  CONSTRAINT words_or_a_guideline CHECK ((kind = 'guideline') = (body_sealed IS NULL)
                                         AND (kind = 'guideline') = (guideline_version IS NOT NULL))
);
CREATE INDEX lead_message_client ON lead_message (client_id, chart_id, recorded_at);
CALL append_only('lead_message');

-- Who reaches what. Whoever set a chart aside no longer sees it, but still what became of their pend.
CALL client_owned('pend_rule', client => 'SELECT', coder => 'SELECT', manager => 'SELECT, INSERT, UPDATE',
  worker => 'SELECT', reach => 'is_granted(client_id)');
CALL client_owned('pend', client => 'SELECT, UPDATE (answered_at, answered_by, outcome, next_step_at)',
  coder => 'SELECT, INSERT, UPDATE (answered_at, answered_by, outcome, next_step_at)', auditor => 'SELECT',
  manager => 'SELECT, UPDATE (answered_at, answered_by, outcome, next_step_at)', compliance => 'SELECT',
  worker => 'SELECT, UPDATE', reach => 'opened_by = (SELECT acting_person()) OR sees_chart(chart_id)');
CALL client_owned('pend_item', client => 'SELECT', coder => 'SELECT, INSERT', auditor => 'SELECT',
  manager => 'SELECT (id, client_id, chart_id, pend_id, position, reason_id, reason, about_on)',
  reach => 'EXISTS (SELECT FROM pend p WHERE p.id = pend_id)');
CALL client_owned('pend_step', client => 'SELECT, INSERT', coder => 'SELECT, INSERT', auditor => 'SELECT',
  manager => 'SELECT (id, client_id, chart_id, pend_id, kind, author_id, happened_at, recorded_at, is_wordless,
                      documents), INSERT',
  worker => 'SELECT (id, client_id, chart_id, pend_id, kind, author_id, happened_at, recorded_at, is_wordless,
                     documents), INSERT',
  reach => 'EXISTS (SELECT FROM pend p WHERE p.id = pend_id)');
CALL client_owned('not_codable', client => 'SELECT', coder => 'SELECT, INSERT', auditor => 'SELECT',
  manager => 'SELECT (id, client_id, chart_id, reason_id, reason, pend_id, decided_by, decided_at)',
  compliance => 'SELECT (id, client_id, chart_id, reason_id, reason, pend_id, decided_by, decided_at)',
  worker => 'SELECT (id, client_id, chart_id, reason_id, reason, pend_id, decided_by, decided_at), INSERT',
  reach => 'decided_by = (SELECT acting_person()) OR sees_chart(chart_id)');
CALL client_owned('lead_thread', coder => 'SELECT, INSERT, UPDATE (asked_by, waiting_since)', auditor => 'SELECT',
  manager => 'SELECT, UPDATE (waiting_since, answered_at)',
  reach => 'asked_by = (SELECT acting_person()) OR sees_chart(chart_id)');
CALL client_owned('lead_message', coder => 'SELECT, INSERT', auditor => 'SELECT', manager => 'SELECT, INSERT',
  reach => 'sees_chart(chart_id)');
CALL client_owned('pend_reason', manager => 'SELECT, INSERT, UPDATE (retired_at, retired_by)', compliance => 'SELECT',
  worker => 'SELECT');
GRANT SELECT ON pend_reason TO chartway_coder, chartway_auditor;
CALL admit('pend_reason', 'coder', 'SELECT', 'client_id IS NULL OR is_granted(client_id)');
CALL admit('pend_reason', 'auditor', 'SELECT', 'client_id IS NULL OR is_granted(client_id)');

-- A lead reads what a coder asks, so managers may use the clients' keys. Of what is sealed they are granted nothing else:
-- a client is answered in its own words, and no manager reads them.
GRANT SELECT ON client_key TO chartway_manager;
CALL admit('client_key', 'manager', 'SELECT', 'true');

-- A coder's pend is due by the calendar of its client.
DO $$
DECLARE
  owned text;
BEGIN
  FOREACH owned IN ARRAY ARRAY['client_calendar', 'client_holiday', 'service_line_calendar'] LOOP
    EXECUTE format('GRANT SELECT ON %I TO chartway_coder', owned);
    CALL admit(owned::regclass, 'coder', 'SELECT', 'is_granted(client_id)');
  END LOOP;
END $$;

CALL resealable('pend_item.note', 'pend_item', 'note_sealed');
CALL resealable('pend_item.provider', 'pend_item', 'provider_sealed');
CALL resealable('pend_step.body', 'pend_step', 'body_sealed');
CALL resealable('not_codable.note', 'not_codable', 'note_sealed');
CALL resealable('lead_message.body', 'lead_message', 'body_sealed');
