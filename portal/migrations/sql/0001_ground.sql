-- The ground floor: who acts, the helper that walls in client-owned tables, clients, people, sessions, access log.

GRANT USAGE ON SCHEMA public TO chartway_app, chartway_seal, chartway_client, chartway_coder, chartway_auditor,
  chartway_manager, chartway_compliance, chartway_administrator, chartway_worker, chartway_sealer, chartway_definer;
GRANT CREATE ON SCHEMA public TO chartway_definer;
-- Functions are executable by everybody unless that is taken away, for each role that makes some.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
SET LOCAL ROLE chartway_definer;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
RESET ROLE;

-- Who acts. acting_as() in portal/database.py sets both, for one transaction. '' is what an unset value reads as.
CREATE FUNCTION acting_person() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT nullif(current_setting('chartway.person', true), '')::uuid $$;
CREATE FUNCTION acting_client() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT nullif(current_setting('chartway.client', true), '')::uuid $$;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % refused', tg_table_name, tg_op USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE PROCEDURE append_only(owned regclass) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION refuse_change()',
                 owned || '_keeps_its_rows', owned);
  EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
                 owned || '_is_not_emptied', owned);
  EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', owned, owned || '_keeps_its_rows');
  EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', owned, owned || '_is_not_emptied');
END $$;

-- One policy for one role and verb.
CREATE PROCEDURE admit(owned regclass, who text, verb text, condition text) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE POLICY %I ON %s FOR %s TO %I %s %s', who || '_' || lower(verb), owned, verb,
    'chartway_' || who,
    CASE WHEN verb <> 'INSERT' THEN format('USING (%s)', condition) ELSE '' END,
    CASE WHEN verb IN ('INSERT', 'UPDATE') THEN format('WITH CHECK (%s)', condition) ELSE '' END);
END $$;

-- THE helper for tables that a client owns (they have a column client_id). It forces row-level security and gives each
-- role exactly the rights named here, and a policy for each: client staff reach their client's rows; coders and
-- auditors the rows for which `reach` holds; the company's own roles every row. Policies are TO named roles, one per
-- role, for then PostgreSQL can use its indexes; `a OR b` in one policy for all cannot (ADR 0003).
CREATE PROCEDURE client_owned(owned regclass, client text DEFAULT '', coder text DEFAULT '', auditor text DEFAULT '',
                              manager text DEFAULT '', compliance text DEFAULT '', administrator text DEFAULT '',
                              worker text DEFAULT '', definer text DEFAULT '', reach text DEFAULT NULL)
LANGUAGE plpgsql AS $$
DECLARE
  who text; rights text; verb text; condition text;
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', owned);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', owned);
  FOR who, rights, condition IN VALUES
      ('client', client, 'client_id = (SELECT acting_client())'),
      ('coder', coder, reach), ('auditor', auditor, reach),
      ('manager', manager, 'true'), ('compliance', compliance, 'true'), ('administrator', administrator, 'true'),
      ('worker', worker, 'true'), ('definer', definer, 'true') LOOP
    CONTINUE WHEN rights = '';
    IF condition IS NULL THEN
      RAISE EXCEPTION '%: say with `reach` which rows coders and auditors may reach', owned;
    END IF;
    EXECUTE format('GRANT %s ON %s TO %I', rights, owned, 'chartway_' || who);
    FOREACH verb IN ARRAY ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE'] LOOP
      IF rights ~ ('\m' || verb || '\M') THEN
        CALL admit(owned, who, verb, condition);
      END IF;
    END LOOP;
  END LOOP;
END $$;

-- Clients -----------------------------------------------------------------------------------------------------------

CREATE TABLE client (
  id uuid PRIMARY KEY,
  code text NOT NULL UNIQUE CHECK (code ~ '^[A-Z]{2,5}$'),  -- stands before the chart numbers: RAD-1042
  name text NOT NULL CHECK (name <> ''),
  time_zone text NOT NULL,  -- IANA name
  last_chart_number integer NOT NULL DEFAULT 1000,
  created_at timestamptz NOT NULL,
  closed_at timestamptz
);

CREATE TABLE location (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL REFERENCES client (id),
  name text NOT NULL CHECK (name <> ''),
  UNIQUE (client_id, id),
  UNIQUE (client_id, name)
);

-- What a client has coded for it: the unit of specialty, promise and rate.
CREATE TABLE service_line (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL REFERENCES client (id),
  name text NOT NULL CHECK (name <> ''),
  specialty text NOT NULL CHECK (specialty <> ''),
  promise_hours integer NOT NULL CHECK (promise_hours BETWEEN 1 AND 2000),
  created_at timestamptz NOT NULL,
  retired_at timestamptz,
  UNIQUE (client_id, id),
  UNIQUE (client_id, name)
);

-- People ------------------------------------------------------------------------------------------------------------

CREATE TABLE person (
  id uuid PRIMARY KEY,
  client_id uuid REFERENCES client (id),
  email text NOT NULL UNIQUE CHECK (email = lower(email) AND email ~ '^[^@\s]+@[^@\s]+$'),
  name text NOT NULL CHECK (name <> ''),
  kind text NOT NULL CHECK (kind IN ('client', 'coder', 'auditor', 'manager', 'compliance', 'administrator')),
  password_hash text,
  created_at timestamptz NOT NULL,
  disabled_at timestamptz,
  CONSTRAINT only_client_staff_belong_to_a_client CHECK ((kind = 'client') = (client_id IS NOT NULL))
);
CREATE INDEX person_client ON person (client_id);

-- How a client wants a service line coded, shown beside its charts. A change is another version.
CREATE TABLE guideline (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL,
  service_line_id uuid NOT NULL,
  version integer NOT NULL CHECK (version >= 1),
  body text NOT NULL CHECK (char_length(body) <= 8000),  -- rules of coding, never a patient's data
  written_by uuid NOT NULL REFERENCES person (id),
  written_at timestamptz NOT NULL,
  UNIQUE (service_line_id, version),
  FOREIGN KEY (client_id, service_line_id) REFERENCES service_line (client_id, id)
);
CREATE INDEX guideline_client ON guideline (client_id, service_line_id);
CALL append_only('guideline');

-- This person may work for this client.
CREATE TABLE client_grant (
  client_id uuid NOT NULL REFERENCES client (id),
  person_id uuid NOT NULL REFERENCES person (id),
  granted_by uuid REFERENCES person (id),
  granted_at timestamptz NOT NULL,
  revoked_at timestamptz,
  PRIMARY KEY (client_id, person_id),
  CONSTRAINT nobody_grants_to_themselves CHECK (granted_by IS DISTINCT FROM person_id)
);
CREATE INDEX client_grant_person ON client_grant (person_id, client_id) WHERE revoked_at IS NULL;

-- True if the person who acts has been granted this client.
CREATE FUNCTION is_granted(wanted uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM client_grant g
                 WHERE g.client_id = wanted AND g.person_id = (SELECT acting_person()) AND g.revoked_at IS NULL) $$;

GRANT EXECUTE ON FUNCTION acting_person, acting_client, is_granted TO chartway_app, chartway_client, chartway_coder,
  chartway_auditor, chartway_manager, chartway_compliance, chartway_administrator, chartway_worker, chartway_sealer,
  chartway_definer;

CREATE TABLE web_session (
  id uuid PRIMARY KEY,
  token_hash bytea NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
  person_id uuid NOT NULL REFERENCES person (id),
  assurance smallint NOT NULL DEFAULT 1,  -- 1: password; 2: second factor as well
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  idle_expires_at timestamptz NOT NULL,
  absolute_expires_at timestamptz NOT NULL,
  revoked_at timestamptz,
  revoke_reason text,
  ip inet,
  agent_hash text,
  flash jsonb
);
CREATE INDEX web_session_person ON web_session (person_id) WHERE revoked_at IS NULL;

-- How often something was tried: the key is a hash of what is counted.
CREATE TABLE throttle (
  key text PRIMARY KEY,
  count integer NOT NULL,
  until timestamptz NOT NULL
);

-- Access log --------------------------------------------------------------------------------------------------------

CREATE TABLE access_event (
  id uuid PRIMARY KEY,
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),  -- the sealer's watermark; nobody is granted to write it
  client_id uuid,
  actor_id uuid,
  action text NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('success', 'denied', 'error')),
  patient_id uuid,
  object_type text,
  object_id uuid,
  request_id uuid,
  canonical bytea NOT NULL CHECK (octet_length(canonical) BETWEEN 2 AND 65535),
  leaf_hash bytea NOT NULL GENERATED ALWAYS AS (sha256('\x00'::bytea || canonical)) STORED
);
CREATE INDEX access_event_xid ON access_event (xid);
CREATE INDEX access_event_recorded ON access_event (recorded_at DESC, id DESC);
CREATE INDEX access_event_client ON access_event (client_id, recorded_at DESC);
CREATE INDEX access_event_actor ON access_event (actor_id, recorded_at DESC);
CREATE INDEX access_event_patient ON access_event (patient_id, recorded_at DESC);
CREATE INDEX access_event_object ON access_event (object_id, recorded_at DESC);
CALL append_only('access_event');
ALTER TABLE access_event ENABLE ROW LEVEL SECURITY;
ALTER TABLE access_event FORCE ROW LEVEL SECURITY;
DO $$
DECLARE who text;
BEGIN
  FOREACH who IN ARRAY ARRAY['app', 'client', 'coder', 'auditor', 'manager', 'compliance', 'administrator', 'worker',
                             'definer'] LOOP
    EXECUTE format('GRANT INSERT (id, client_id, actor_id, action, outcome, patient_id, object_type, object_id,
                                  request_id, canonical) ON access_event TO %I', 'chartway_' || who);
    -- A kind's role can only sign with the name of whoever acts; the bare login (nobody is signed in yet) and the
    -- functions that sign people in write the name of the person concerned.
    CALL admit('access_event', who, 'INSERT', CASE WHEN who IN ('app', 'definer') THEN 'true'
               ELSE 'actor_id IS NOT DISTINCT FROM (SELECT acting_person())' END);
  END LOOP;
  FOREACH who IN ARRAY ARRAY['compliance', 'sealer'] LOOP
    EXECUTE format('GRANT SELECT ON access_event TO %I', 'chartway_' || who);
    CALL admit('access_event', who, 'SELECT', 'true');
  END LOOP;
END $$;

-- Who reaches what --------------------------------------------------------------------------------------------------

-- The client's own row carries its id, not client_id, so it is written out here.
ALTER TABLE client ENABLE ROW LEVEL SECURITY;
ALTER TABLE client FORCE ROW LEVEL SECURITY;
GRANT SELECT ON client TO chartway_client, chartway_coder, chartway_auditor, chartway_manager, chartway_compliance,
  chartway_administrator, chartway_worker, chartway_definer;
GRANT INSERT, UPDATE (name, time_zone, closed_at) ON client TO chartway_administrator, chartway_manager;
GRANT UPDATE (last_chart_number) ON client TO chartway_definer;
CALL admit('client', 'client', 'SELECT', 'id = (SELECT acting_client())');
CALL admit('client', 'coder', 'SELECT', 'is_granted(id)');
CALL admit('client', 'auditor', 'SELECT', 'is_granted(id)');
CALL admit('client', 'manager', 'SELECT', 'true');
CALL admit('client', 'manager', 'INSERT', 'true');
CALL admit('client', 'manager', 'UPDATE', 'true');
CALL admit('client', 'compliance', 'SELECT', 'true');
CALL admit('client', 'administrator', 'SELECT', 'true');
CALL admit('client', 'administrator', 'INSERT', 'true');
CALL admit('client', 'administrator', 'UPDATE', 'true');
CALL admit('client', 'worker', 'SELECT', 'true');
CALL admit('client', 'definer', 'SELECT', 'true');
CALL admit('client', 'definer', 'UPDATE', 'true');

CALL client_owned('location', client => 'SELECT', coder => 'SELECT', auditor => 'SELECT',
  manager => 'SELECT, INSERT, UPDATE', compliance => 'SELECT', administrator => 'SELECT, INSERT, UPDATE',
  worker => 'SELECT', reach => 'is_granted(client_id)');
CALL client_owned('service_line', client => 'SELECT', coder => 'SELECT', auditor => 'SELECT',
  manager => 'SELECT, INSERT, UPDATE', compliance => 'SELECT', administrator => 'SELECT, INSERT, UPDATE',
  worker => 'SELECT', definer => 'SELECT', reach => 'is_granted(client_id)');
CALL client_owned('guideline', client => 'SELECT', coder => 'SELECT', auditor => 'SELECT', manager => 'SELECT, INSERT',
  compliance => 'SELECT', reach => 'is_granted(client_id)');
CALL client_owned('person', client => 'SELECT (id, client_id, name, kind, disabled_at)',
  coder => 'SELECT (id, client_id, name, kind)', auditor => 'SELECT (id, client_id, name, kind)',
  manager => 'SELECT (id, client_id, email, name, kind, created_at, disabled_at)',
  compliance => 'SELECT (id, client_id, email, name, kind, created_at, disabled_at)',
  administrator => 'SELECT (id, client_id, email, name, kind, created_at, disabled_at), INSERT,
                    UPDATE (name, disabled_at, password_hash)',
  worker => 'SELECT (id, client_id, name, kind, disabled_at)', definer => 'SELECT, UPDATE (password_hash)',
  reach => 'kind <> ''client''');
CALL client_owned('client_grant', coder => 'SELECT', auditor => 'SELECT', manager => 'SELECT, INSERT, UPDATE',
  compliance => 'SELECT', administrator => 'SELECT, INSERT, UPDATE', worker => 'SELECT', definer => 'SELECT',
  reach => 'person_id = (SELECT acting_person())');

ALTER TABLE web_session ENABLE ROW LEVEL SECURITY;
ALTER TABLE web_session FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON web_session TO chartway_definer;
CALL admit('web_session', 'definer', 'SELECT', 'true');
CALL admit('web_session', 'definer', 'INSERT', 'true');
CALL admit('web_session', 'definer', 'UPDATE', 'true');
ALTER TABLE throttle ENABLE ROW LEVEL SECURITY;
ALTER TABLE throttle FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON throttle TO chartway_definer;
CALL admit('throttle', 'definer', 'SELECT', 'true');
CALL admit('throttle', 'definer', 'INSERT', 'true');
CALL admit('throttle', 'definer', 'UPDATE', 'true');
CALL admit('throttle', 'definer', 'DELETE', 'true');

-- Functions that see across clients: each is here because nobody is signed in yet, or across sessions ---------------

SET LOCAL ROLE chartway_definer;

-- Signing in happens before there is an actor.
CREATE FUNCTION find_sign_in(wanted_email text)
RETURNS TABLE (person_id uuid, password_hash text, disabled boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT id, password_hash, disabled_at IS NOT NULL FROM person WHERE email = wanted_email $$;

CREATE FUNCTION store_rehash(wanted uuid, new_hash text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE person SET password_hash = new_hash WHERE id = wanted $$;

CREATE FUNCTION open_session(new_id uuid, new_token_hash bytea, new_person uuid, new_assurance smallint, new_ip inet,
                             new_agent_hash text, idle interval, absolute interval) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  INSERT INTO web_session (id, token_hash, person_id, assurance, ip, agent_hash, idle_expires_at, absolute_expires_at)
  VALUES (new_id, new_token_hash, new_person, new_assurance, new_ip, new_agent_hash,
          clock_timestamp() + idle, clock_timestamp() + absolute) $$;

-- One statement validates, slides and re-checks the person: a revoked session can never come back, and a disabled
-- person's next request finds nothing. Slides at most every 30 seconds, so that reading does not always write. Only a
-- page takes the message that was left for it: a picture or a part of a page that asks meanwhile leaves it there.
CREATE FUNCTION resume_session(wanted_token_hash bytea, idle interval, takes_message boolean)
RETURNS TABLE (session_id uuid, assurance smallint, person_id uuid, kind text, client_id uuid, name text, flash jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  known web_session;
BEGIN
  SELECT s.* INTO known FROM web_session s
   WHERE s.token_hash = wanted_token_hash AND s.revoked_at IS NULL
     AND clock_timestamp() < s.idle_expires_at AND clock_timestamp() < s.absolute_expires_at;
  IF known.id IS NULL THEN RETURN; END IF;
  IF (known.flash IS NOT NULL AND takes_message)
     OR known.idle_expires_at < clock_timestamp() + idle - interval '30 seconds' THEN
    UPDATE web_session s
       SET idle_expires_at = least(clock_timestamp() + idle, s.absolute_expires_at),
           flash = CASE WHEN takes_message THEN NULL ELSE s.flash END
     WHERE s.id = known.id AND s.revoked_at IS NULL
       AND clock_timestamp() < s.idle_expires_at AND clock_timestamp() < s.absolute_expires_at;
    IF NOT FOUND THEN RETURN; END IF;  -- revoked or expired between the two statements
  END IF;
  RETURN QUERY SELECT known.id, known.assurance, p.id, p.kind, p.client_id, p.name,
      CASE WHEN takes_message THEN known.flash END
    FROM person p LEFT JOIN client c ON c.id = p.client_id
   WHERE p.id = known.person_id AND p.disabled_at IS NULL AND c.closed_at IS NULL;
END $$;

CREATE FUNCTION end_session(wanted_token_hash bytea, reason text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE web_session SET revoked_at = clock_timestamp(), revoke_reason = reason
   WHERE token_hash = wanted_token_hash AND revoked_at IS NULL $$;

-- Also called in the administrator's transaction that disables a person.
CREATE FUNCTION end_sessions_of(wanted uuid, reason text) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH ended AS (UPDATE web_session SET revoked_at = clock_timestamp(), revoke_reason = reason
                  WHERE person_id = wanted AND revoked_at IS NULL RETURNING 1)
  SELECT count(*)::integer FROM ended $$;

CREATE FUNCTION leave_flash(wanted_session uuid, message jsonb) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE web_session SET flash = message WHERE id = wanted_session AND person_id = acting_person() $$;

-- Counts an attempt; the count within the running window, which starts with the first.
CREATE FUNCTION count_attempt(wanted_key text, window_length interval) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  INSERT INTO throttle AS t VALUES (wanted_key, 1, clock_timestamp() + window_length)
  ON CONFLICT (key) DO UPDATE
    SET count = CASE WHEN t.until < clock_timestamp() THEN 1 ELSE t.count + 1 END,
        until = CASE WHEN t.until < clock_timestamp() THEN clock_timestamp() + window_length ELSE t.until END
  RETURNING count $$;

CREATE FUNCTION forget_attempts(wanted_key text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  DELETE FROM throttle WHERE key = wanted_key $$;

GRANT EXECUTE ON FUNCTION find_sign_in, store_rehash, open_session, resume_session, end_session, end_sessions_of,
  count_attempt, forget_attempts TO chartway_app;
GRANT EXECUTE ON FUNCTION end_sessions_of TO chartway_administrator;
GRANT EXECUTE ON FUNCTION leave_flash TO chartway_client, chartway_coder, chartway_auditor, chartway_manager,
  chartway_compliance, chartway_administrator;
RESET ROLE;
