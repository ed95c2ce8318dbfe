-- How long a client's documents are kept, what may not be destroyed, what was purged, and what a leaving client was
-- given. Of all this the rows stay: they are compliance documentation (45 CFR 164.316(b)(2)(i), six years and more).

-- The last rule of a client holds; without one, nothing of the client is ever due.
CREATE TABLE retention_rule (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL REFERENCES client (id),
  years integer NOT NULL CHECK (years BETWEEN 1 AND 50),
  basis text NOT NULL CHECK (basis IN ('delivery', 'closing')),
  set_by uuid NOT NULL REFERENCES person (id),
  set_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX retention_rule_client ON retention_rule (client_id, set_at DESC);
CALL append_only('retention_rule');

-- Holds a client, one patient or one chart: with neither, everything of the client.
CREATE TABLE legal_hold (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL REFERENCES client (id),
  patient_id uuid,
  chart_id uuid,
  reason text NOT NULL CHECK (char_length(reason) BETWEEN 1 AND 500),  -- the matter, never a patient's data
  placed_by uuid NOT NULL REFERENCES person (id),
  placed_at timestamptz NOT NULL,
  lifted_by uuid REFERENCES person (id),
  lifted_at timestamptz,
  lift_reason text CHECK (char_length(lift_reason) BETWEEN 1 AND 500),
  UNIQUE (client_id, id),
  FOREIGN KEY (client_id, patient_id) REFERENCES patient (client_id, id),
  FOREIGN KEY (client_id, chart_id) REFERENCES chart (client_id, id),
  CONSTRAINT one_thing_is_held CHECK (patient_id IS NULL OR chart_id IS NULL),
  CONSTRAINT lifted_by_somebody_for_a_reason CHECK (
    (lifted_at IS NULL) = (lifted_by IS NULL) AND (lifted_at IS NULL) = (lift_reason IS NULL))
);
CREATE INDEX legal_hold_in_force ON legal_hold (client_id) WHERE lifted_at IS NULL;

-- What a leaving client was given. The manifest's hash is in the purge's record and in the certificate of destruction.
CREATE TABLE client_export (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL REFERENCES client (id),
  made_at timestamptz NOT NULL,  -- what came in later is not in it
  chart_count integer NOT NULL CHECK (chart_count >= 0),
  document_count integer NOT NULL CHECK (document_count >= 0),
  byte_count bigint NOT NULL CHECK (byte_count >= 0),  -- of the documents
  event_count bigint NOT NULL CHECK (event_count >= 0),
  manifest_sha256 text NOT NULL CHECK (manifest_sha256 ~ '^[0-9a-f]{64}$'),
  is_open boolean NOT NULL,  -- an ordinary ZIP, not sealed under a key of its own
  UNIQUE (client_id, id)
);
CREATE INDEX client_export_client ON client_export (client_id, made_at DESC);
CALL append_only('client_export');

-- A purge: proposed, then done after its grace period. The counts are its report.
CREATE TABLE purge_run (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL REFERENCES client (id),
  kind text NOT NULL CHECK (kind IN ('retention', 'exit')),
  proposed_at timestamptz NOT NULL,
  purge_from timestamptz NOT NULL,
  finished_at timestamptz,
  proposed_count integer NOT NULL CHECK (proposed_count >= 0),
  document_count integer CHECK (document_count >= 0),
  object_count integer CHECK (object_count >= 0),
  byte_count bigint CHECK (byte_count >= 0),  -- sealed bytes
  export_id uuid,
  UNIQUE (client_id, id),
  FOREIGN KEY (client_id, export_id) REFERENCES client_export (client_id, id),
  CONSTRAINT a_finished_purge_is_counted CHECK ((finished_at IS NULL) = (document_count IS NULL)
    AND (finished_at IS NULL) = (object_count IS NULL) AND (finished_at IS NULL) = (byte_count IS NULL)),
  CONSTRAINT nobody_leaves_without_an_export CHECK (kind = 'retention' OR export_id IS NOT NULL)
);
CREATE INDEX purge_run_client ON purge_run (client_id, proposed_at DESC);
CREATE INDEX purge_run_open ON purge_run (purge_from) WHERE finished_at IS NULL;

CREATE TABLE purge_item (
  document_id uuid PRIMARY KEY,
  client_id uuid NOT NULL,
  chart_id uuid NOT NULL,
  run_id uuid NOT NULL,
  purged_at timestamptz,
  object_count integer NOT NULL DEFAULT 0,
  byte_count bigint NOT NULL DEFAULT 0,
  FOREIGN KEY (client_id, document_id) REFERENCES document (client_id, id),
  FOREIGN KEY (client_id, chart_id) REFERENCES chart (client_id, id),
  FOREIGN KEY (client_id, run_id) REFERENCES purge_run (client_id, id)
);
CREATE INDEX purge_item_chart ON purge_item (client_id, chart_id);
CREATE INDEX purge_item_run ON purge_item (client_id, run_id);

CALL client_owned('retention_rule', manager => 'SELECT', compliance => 'SELECT, INSERT', worker => 'SELECT');
CALL client_owned('legal_hold', manager => 'SELECT', compliance => 'SELECT, INSERT', administrator => 'SELECT',
  worker => 'SELECT', definer => 'SELECT');
CALL client_owned('client_export', compliance => 'SELECT, INSERT', administrator => 'SELECT', worker => 'SELECT');
CALL client_owned('purge_run', manager => 'SELECT', compliance => 'SELECT', administrator => 'SELECT',
  worker => 'SELECT, INSERT, UPDATE');
CALL client_owned('purge_item', client => 'SELECT', compliance => 'SELECT', worker => 'SELECT, INSERT, UPDATE, DELETE');
-- A hold is lifted once; whoever wants it back places another.
GRANT UPDATE (lifted_by, lifted_at, lift_reason) ON legal_hold TO chartway_compliance;
CREATE POLICY compliance_lifts ON legal_hold FOR UPDATE TO chartway_compliance
  USING (lifted_at IS NULL) WITH CHECK (true);

-- What is under hold is not destroyed, whoever asks: of the tables below, only the function that watches them looks.
GRANT SELECT (id, client_id, chart_id) ON document TO chartway_definer;
GRANT SELECT (id, client_id, key_id, state) ON blob TO chartway_definer;
CREATE POLICY definer_watches_holds ON document FOR SELECT TO chartway_definer USING (true);
CREATE POLICY definer_watches_holds ON blob FOR SELECT TO chartway_definer USING (true);

SET LOCAL ROLE chartway_definer;

-- Holds are for compliance; the worker and the watching triggers must know of them whoever acts.
CREATE FUNCTION is_on_hold(wanted_client uuid, wanted_document uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT EXISTS (
    SELECT FROM legal_hold h JOIN document d ON d.id = wanted_document JOIN chart c ON c.id = d.chart_id
     WHERE h.client_id = wanted_client AND d.client_id = wanted_client AND h.lifted_at IS NULL
       AND (h.chart_id = c.id OR h.patient_id = c.patient_id OR (h.chart_id IS NULL AND h.patient_id IS NULL))) $$;

CREATE FUNCTION keep_blobs_on_hold() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF is_on_hold(OLD.client_id, OLD.owner_id) THEN
    RAISE EXCEPTION 'legal hold: this document may not be destroyed' USING ERRCODE = 'object_in_use';
  END IF;
  IF tg_op = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$;

-- A key that seals nothing any more may go, as after a rotation; one that still does may not while anything is held.
CREATE FUNCTION keep_keys_on_hold() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM legal_hold h WHERE h.client_id = OLD.client_id AND h.lifted_at IS NULL)
     AND (OLD.state = 'active'
          OR EXISTS (SELECT FROM blob b WHERE b.client_id = OLD.client_id AND b.key_id = OLD.id AND b.state = 'stored'))
  THEN
    RAISE EXCEPTION 'legal hold: this client''s key may not be destroyed' USING ERRCODE = 'object_in_use';
  END IF;
  IF tg_op = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$;

GRANT EXECUTE ON FUNCTION is_on_hold TO chartway_worker, chartway_compliance, chartway_manager;
GRANT EXECUTE ON FUNCTION keep_blobs_on_hold, keep_keys_on_hold TO chartway_owner;
RESET ROLE;

CREATE TRIGGER blob_keeps_what_is_on_hold BEFORE UPDATE OF state, wrapped_key ON blob FOR EACH ROW
  WHEN (OLD.state = 'stored' AND (NEW.state <> 'stored' OR NEW.wrapped_key IS NULL))
  EXECUTE FUNCTION keep_blobs_on_hold();
CREATE TRIGGER blob_row_keeps_what_is_on_hold BEFORE DELETE ON blob FOR EACH ROW
  WHEN (OLD.state = 'stored') EXECUTE FUNCTION keep_blobs_on_hold();
CREATE TRIGGER client_key_keeps_what_is_on_hold BEFORE UPDATE OF state, wrapped ON client_key FOR EACH ROW
  WHEN (OLD.state <> 'destroyed' AND (NEW.state = 'destroyed' OR NEW.wrapped IS NULL))
  EXECUTE FUNCTION keep_keys_on_hold();
CREATE TRIGGER client_key_row_keeps_what_is_on_hold BEFORE DELETE ON client_key FOR EACH ROW
  EXECUTE FUNCTION keep_keys_on_hold();
ALTER TABLE blob ENABLE ALWAYS TRIGGER blob_keeps_what_is_on_hold;
ALTER TABLE blob ENABLE ALWAYS TRIGGER blob_row_keeps_what_is_on_hold;
ALTER TABLE client_key ENABLE ALWAYS TRIGGER client_key_keeps_what_is_on_hold;
ALTER TABLE client_key ENABLE ALWAYS TRIGGER client_key_row_keeps_what_is_on_hold;
