-- Queries to providers: what was asked, what was answered, who answers for whom, and by which rules they age.

-- One more condition for one role and verb, on top of the wall between clients: it can only take away.
CREATE PROCEDURE narrow(owned regclass, who text, verb text, condition text) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE POLICY %I ON %s AS RESTRICTIVE FOR %s TO %I %s %s', who || '_' || lower(verb) || '_narrowed',
    owned, verb, 'chartway_' || who,
    CASE WHEN verb <> 'INSERT' THEN format('USING (%s)', condition) ELSE '' END,
    CASE WHEN verb IN ('INSERT', 'UPDATE') THEN format('WITH CHECK (%s)', condition) ELSE '' END);
END $$;

-- Templates of queries, for the whole company. A change is another version; what ships is version 1 and in the code.
CREATE TABLE query_template (
  id uuid PRIMARY KEY,
  key text NOT NULL CHECK (key ~ '^[a-z0-9-]{1,60}$'),
  version integer NOT NULL CHECK (version >= 1),
  name text NOT NULL CHECK (name <> ''),
  purpose text NOT NULL,
  shape text NOT NULL,
  title text NOT NULL,  -- wording with slots, never a patient's data
  question text NOT NULL,
  offered text[] NOT NULL DEFAULT '{}',
  standing text[] NOT NULL DEFAULT '{}',
  retired boolean NOT NULL DEFAULT false,
  written_by uuid NOT NULL REFERENCES person (id),
  written_at timestamptz NOT NULL,
  UNIQUE (key, version)
);
CALL append_only('query_template');
ALTER TABLE query_template ENABLE ROW LEVEL SECURITY;
ALTER TABLE query_template FORCE ROW LEVEL SECURITY;
GRANT SELECT ON query_template TO chartway_coder, chartway_manager;
GRANT INSERT ON query_template TO chartway_manager;
CALL admit('query_template', 'coder', 'SELECT', 'true');
CALL admit('query_template', 'manager', 'SELECT', 'true');
CALL admit('query_template', 'manager', 'INSERT', 'true');

-- What a client agreed about queries; the newest row holds.
CREATE TABLE query_policy (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL REFERENCES client (id),
  remind_hours integer NOT NULL CHECK (remind_hours BETWEEN 1 AND 2000),  -- elapsed, from sending
  due_hours integer NOT NULL CHECK (due_hours BETWEEN 1 AND 2000),
  escalate_hours integer NOT NULL CHECK (escalate_hours BETWEEN 1 AND 2000),
  counts text NOT NULL CHECK (counts IN ('as it is', 'signed')),
  set_by uuid NOT NULL REFERENCES person (id),
  set_at timestamptz NOT NULL,
  CONSTRAINT one_after_the_other CHECK (remind_hours <= due_hours AND due_hours <= escalate_hours)
);
CREATE INDEX query_policy_client ON query_policy (client_id, set_at DESC);
CALL append_only('query_policy');
CALL client_owned('query_policy', client => 'SELECT', coder => 'SELECT', manager => 'SELECT, INSERT',
  reach => 'is_granted(client_id)');

-- This person of the client answers for this provider, by the name that the encounters have.
CREATE TABLE provider_link (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL REFERENCES client (id),
  provider text NOT NULL CHECK (provider <> ''),
  answerer_id uuid NOT NULL REFERENCES person (id),
  linked_by uuid NOT NULL REFERENCES person (id),
  linked_at timestamptz NOT NULL,
  ended_at timestamptz
);
CREATE UNIQUE INDEX provider_link_in_force ON provider_link (client_id, lower(provider), answerer_id)
  WHERE ended_at IS NULL;
CREATE INDEX provider_link_client ON provider_link (client_id, lower(provider));
CREATE INDEX provider_link_answerer ON provider_link (answerer_id);
CALL client_owned('provider_link', client => 'SELECT', coder => 'SELECT', manager => 'SELECT, INSERT, UPDATE (ended_at)',
  worker => 'SELECT', reach => 'is_granted(client_id)');
CALL narrow('provider_link', 'client', 'SELECT', 'answerer_id = (SELECT acting_person())');

-- True if whoever acts answers for this provider of a client.
CREATE FUNCTION answers_for(wanted_client uuid, wanted_provider text) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM provider_link l
                  WHERE l.client_id = wanted_client AND lower(l.provider) = lower(wanted_provider)
                    AND l.answerer_id = (SELECT acting_person()) AND l.ended_at IS NULL) $$;
GRANT EXECUTE ON FUNCTION answers_for TO chartway_client;

-- One query. Its chart is pended for as long as it is open.
CREATE TABLE provider_query (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL,
  chart_id uuid NOT NULL,
  patient_id uuid NOT NULL,
  pend_id uuid NOT NULL,
  number text NOT NULL CHECK (number <> ''),  -- the chart's number and which of its queries: RAD-1042-Q1
  asked_by uuid NOT NULL REFERENCES person (id),
  provider text NOT NULL CHECK (provider <> ''),
  template_key text,
  template_version integer,
  purpose text NOT NULL,
  content_sealed bytea NOT NULL,  -- what the provider reads
  reasons_sealed bytea,  -- why it was sent in spite of a warning; ours alone
  affects_coding boolean NOT NULL,  -- ours alone
  lines_before jsonb NOT NULL,  -- the codes when it was sent; ours alone
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'answered', 'closed', 'cancelled')),
  sent_at timestamptz NOT NULL,
  remind_at timestamptz NOT NULL,
  due_at timestamptz NOT NULL,
  escalate_at timestamptz NOT NULL,
  reminded_at timestamptz,
  escalated_at timestamptz,
  answered_at timestamptz,
  closed_at timestamptz,
  outcome text CHECK (outcome IN ('agreed', 'other', 'no opinion', 'insufficient')),
  cancelled_at timestamptz,
  cancel_reason text,
  UNIQUE (client_id, id),
  UNIQUE (client_id, number),
  FOREIGN KEY (client_id, chart_id) REFERENCES chart (client_id, id),
  FOREIGN KEY (client_id, pend_id) REFERENCES pend (client_id, id),
  FOREIGN KEY (client_id, patient_id) REFERENCES patient (client_id, id),
  CONSTRAINT answered_says_when CHECK ((state IN ('answered', 'closed')) = (answered_at IS NOT NULL)),
  CONSTRAINT closed_says_how CHECK ((state = 'closed') = (closed_at IS NOT NULL)
                                    AND (state = 'closed') = (outcome IS NOT NULL)),
  CONSTRAINT cancelled_says_why CHECK ((state = 'cancelled') = (cancelled_at IS NOT NULL)
                                       AND (state = 'cancelled') = (cancel_reason IS NOT NULL))
);
CREATE INDEX provider_query_chart ON provider_query (client_id, chart_id);
CREATE INDEX provider_query_provider ON provider_query (client_id, lower(provider), state);
CREATE INDEX provider_query_asked_by ON provider_query (asked_by, sent_at DESC);
CREATE INDEX provider_query_patient ON provider_query (patient_id);
CREATE INDEX provider_query_pend ON provider_query (pend_id);
CREATE INDEX provider_query_open ON provider_query (remind_at) WHERE state = 'open';
-- A provider sees their own, and of those not what is ours alone.
CALL client_owned('provider_query',
  client => 'SELECT (id, client_id, chart_id, patient_id, pend_id, number, provider, purpose, content_sealed, state,
             sent_at, remind_at, due_at, escalate_at, reminded_at, escalated_at, answered_at, closed_at, cancelled_at,
             cancel_reason), UPDATE (state, answered_at)',
  coder => 'SELECT, UPDATE (state, closed_at, outcome, cancelled_at, cancel_reason)',
  auditor => 'SELECT', manager => 'SELECT, UPDATE (state, cancelled_at, cancel_reason)',
  worker => 'SELECT (id, client_id, chart_id, patient_id, pend_id, provider, state, sent_at, remind_at, due_at, escalate_at,
             reminded_at, escalated_at), UPDATE (state, reminded_at, escalated_at, cancelled_at, cancel_reason)',
  reach => 'asked_by = (SELECT acting_person()) OR sees_chart(chart_id)');
CALL narrow('provider_query', 'client', 'SELECT', 'answers_for(client_id, provider)');
CALL narrow('provider_query', 'client', 'UPDATE', 'answers_for(client_id, provider)');
GRANT INSERT ON provider_query TO chartway_coder;
-- By then the chart is out of the coder's hands: it waits under the pend that they opened in the same transaction.
CALL admit('provider_query', 'coder', 'INSERT', 'asked_by = (SELECT acting_person())
  AND EXISTS (SELECT FROM pend p WHERE p.client_id = provider_query.client_id AND p.id = pend_id
                AND p.opened_by = (SELECT acting_person()))');
-- The answer: one for each query, never changed.
CREATE TABLE query_answer (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL,
  chart_id uuid NOT NULL,
  query_id uuid NOT NULL UNIQUE,
  answerer_id uuid NOT NULL REFERENCES person (id),
  means text NOT NULL CHECK (means IN ('offered', 'not significant', 'other', 'undetermined', 'words')),
  position smallint,  -- of the option that was chosen, from 1
  words_sealed bytea,
  counts text NOT NULL CHECK (counts IN ('as it is', 'signed')),
  signed_as_sealed bytea,  -- the name it was signed with
  document_id uuid,  -- a signed addendum that was sent as a document
  answered_at timestamptz NOT NULL,
  FOREIGN KEY (client_id, query_id) REFERENCES provider_query (client_id, id),
  FOREIGN KEY (client_id, chart_id) REFERENCES chart (client_id, id),
  FOREIGN KEY (document_id) REFERENCES document (id),
  CONSTRAINT an_option_has_its_place CHECK ((position IS NULL) = (means = 'words')),
  CONSTRAINT signed_is_signed CHECK (counts = 'as it is' OR signed_as_sealed IS NOT NULL OR document_id IS NOT NULL)
);
CREATE INDEX query_answer_client ON query_answer (client_id, query_id);
CREATE INDEX query_answer_document ON query_answer (document_id);
CALL append_only('query_answer');
CALL client_owned('query_answer', client => 'SELECT, INSERT', coder => 'SELECT', auditor => 'SELECT', manager => 'SELECT',
  reach => 'EXISTS (SELECT FROM provider_query q WHERE q.id = query_id)');
CALL narrow('query_answer', 'client', 'SELECT', 'EXISTS (SELECT FROM provider_query q WHERE q.id = query_id)');
CALL narrow('query_answer', 'client', 'INSERT', 'answerer_id = (SELECT acting_person())
  AND EXISTS (SELECT FROM provider_query q WHERE q.id = query_id)');

-- What happened to a query, one row each.
CREATE TABLE query_event (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL,
  chart_id uuid NOT NULL,
  query_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('sent', 'reminded', 'escalated', 'answered', 'closed', 'cancelled')),
  actor_id uuid REFERENCES person (id),  -- null: nobody, it was time
  happened_at timestamptz NOT NULL,
  FOREIGN KEY (client_id, query_id) REFERENCES provider_query (client_id, id),
  FOREIGN KEY (client_id, chart_id) REFERENCES chart (client_id, id)
);
CREATE INDEX query_event_client ON query_event (client_id, query_id);
CALL append_only('query_event');
CALL client_owned('query_event', client => 'SELECT, INSERT', coder => 'SELECT, INSERT', auditor => 'SELECT', manager => 'SELECT, INSERT',
  worker => 'SELECT, INSERT', reach => 'EXISTS (SELECT FROM provider_query q WHERE q.id = query_id)');
CALL narrow('query_event', 'client', 'SELECT', 'EXISTS (SELECT FROM provider_query q WHERE q.id = query_id)');
CALL narrow('query_event', 'client', 'INSERT', 'EXISTS (SELECT FROM provider_query q WHERE q.id = query_id)');

-- A query that is being written: one for each chart and coder, kept with every change.
CREATE TABLE query_draft (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL,
  chart_id uuid NOT NULL,
  person_id uuid NOT NULL REFERENCES person (id),
  content_sealed bytea NOT NULL,
  UNIQUE (chart_id, person_id),
  FOREIGN KEY (client_id, chart_id) REFERENCES chart (client_id, id)
);
CREATE INDEX query_draft_client ON query_draft (client_id, chart_id);
CREATE INDEX query_draft_person ON query_draft (person_id);
CALL client_owned('query_draft', coder => 'SELECT, INSERT, UPDATE (content_sealed), DELETE',
  reach => 'person_id = (SELECT acting_person()) AND sees_chart(chart_id)');

CALL resealable('provider_query.content', 'provider_query', 'content_sealed');
CALL resealable('provider_query.reasons', 'provider_query', 'reasons_sealed');
CALL resealable('query_answer.words', 'query_answer', 'words_sealed');
CALL resealable('query_answer.signed_as', 'query_answer', 'signed_as_sealed');
CALL resealable('query_draft.content', 'query_draft', 'content_sealed');

-- Signing asks for the password once more; like signing in, by a function that nobody who is signed in may call.
SET LOCAL ROLE chartway_definer;
CREATE FUNCTION password_of(wanted uuid) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT password_hash FROM person WHERE id = wanted AND disabled_at IS NULL $$;
GRANT EXECUTE ON FUNCTION password_of TO chartway_app;
RESET ROLE;
