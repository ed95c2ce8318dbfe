-- Keys that are rotated and destroyed, certificates of destruction, checks of the stored documents.

-- A version that no longer seals opens what it sealed until everything has been sealed again under the active one.
ALTER TABLE client_key
  ADD COLUMN lookup bytea,  -- what keys blind indexes and content MACs, sealed with this version; NULL: its own
  ADD COLUMN active_until timestamptz,
  ADD COLUMN destroyed_at timestamptz,
  DROP CONSTRAINT client_key_state_check,
  DROP CONSTRAINT a_destroyed_key_is_gone,
  ADD CONSTRAINT client_key_state_check CHECK (state IN ('active', 'decrypt_only', 'retired', 'destroyed')),
  ADD CONSTRAINT a_destroyed_key_is_gone CHECK ((state IN ('retired', 'destroyed')) = (wrapped IS NULL)
                                                AND (wrapped IS NOT NULL OR lookup IS NULL)),
  ADD CONSTRAINT a_key_that_rests_says_since_when CHECK (state <> 'decrypt_only' OR active_until IS NOT NULL);
CREATE INDEX blob_by_key ON blob (client_id, key_id) WHERE wrapped_key IS NOT NULL;

-- Where sealed columns are: what the rotation of a key goes through. A migration that adds one says
-- CALL resealable('place', 'table', 'column') or, where the id in the seal is not the column `id`, names that as well.
CREATE TABLE sealed_place (
  place text PRIMARY KEY,  -- as the code names it when it seals
  table_name text NOT NULL,
  column_name text NOT NULL,
  id_column text NOT NULL,
  UNIQUE (table_name, column_name),
  CONSTRAINT only_sealed_columns CHECK (column_name LIKE '%\_sealed')
);
-- Names of columns: nothing of a client's, and written by migrations alone.
GRANT SELECT ON sealed_place TO chartway_worker, chartway_definer;

CREATE PROCEDURE resealable(place text, owned regclass, sealed text, id_column text DEFAULT 'id') LANGUAGE plpgsql AS $$
DECLARE
  called text := (SELECT relname::text FROM pg_class WHERE oid = owned);
  verb text;
BEGIN
  INSERT INTO sealed_place VALUES (place, called, sealed, id_column);
  EXECUTE format('GRANT SELECT (%1$I, client_id, %2$I), UPDATE (%2$I) ON %3$s TO chartway_definer',
                 id_column, sealed, owned);
  FOREACH verb IN ARRAY ARRAY['SELECT', 'UPDATE'] LOOP
    IF NOT EXISTS (SELECT FROM pg_policies WHERE schemaname = 'public' AND tablename = called
                   AND policyname = 'definer_' || lower(verb)) THEN
      CALL admit(owned, 'definer', verb, 'true');
    END IF;
  END LOOP;
END $$;

-- Append-only rows keep what they say when it is sealed again: reseal() below may replace a registered sealed column
-- by another, and nothing else.
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  sealed text[];
BEGIN
  IF tg_op = 'UPDATE' AND current_user = 'chartway_definer' THEN
    sealed := ARRAY(SELECT p.column_name FROM public.sealed_place p WHERE p.table_name = tg_table_name);
    IF sealed <> '{}' AND to_jsonb(NEW) - sealed = to_jsonb(OLD) - sealed THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION '% is append-only: % refused', tg_table_name, tg_op USING ERRCODE = 'insufficient_privilege';
END $$;

CALL resealable('patient_identity.name', 'patient_identity', 'name_sealed', 'patient_id');
CALL resealable('patient_identity.mrn', 'patient_identity', 'mrn_sealed', 'patient_id');
CALL resealable('patient_identity.birth_on', 'patient_identity', 'birth_on_sealed', 'patient_id');
CALL resealable('encounter.number', 'encounter', 'number_sealed');
CALL resealable('document.name', 'document', 'name_sealed');
CALL resealable('upload_file.name', 'upload_file', 'name_sealed');
CALL resealable('finding.comment', 'finding', 'comment_sealed');
CALL resealable('audit_draft.choices', 'audit_draft', 'choices_sealed', 'audit_id');

-- The worker has no right to these columns. It reaches them here, place by place, with nothing but ids around them.
SET LOCAL ROLE chartway_definer;

-- The sealed values of a place that another key than `current_key` has sealed, from a point on.
CREATE FUNCTION sealed_with_others(wanted_place text, wanted_client uuid, current_key bytea, after_id uuid,
                                   after_sealed bytea, most integer)
RETURNS TABLE (row_id uuid, sealed bytea)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  at sealed_place := (SELECT p FROM sealed_place p WHERE p.place = wanted_place);
BEGIN
  RETURN QUERY EXECUTE format(
    'SELECT %1$I, %2$I FROM %3$I WHERE client_id = $1 AND substr(%2$I, 1, 16) <> $2'
    ' AND (%1$I, %2$I) > ($3, $4) ORDER BY %1$I, %2$I LIMIT $5', at.id_column, at.column_name, at.table_name)
    USING wanted_client, current_key, after_id, after_sealed, most;
END $$;

-- Replace sealed values where they still are what they were; how many. It never waits for a row that somebody changes,
-- so it can be part of no deadlock: what it leaves out is found again.
CREATE FUNCTION reseal(wanted_place text, wanted_client uuid, ids uuid[], befores bytea[], afters bytea[])
RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  at sealed_place := (SELECT p FROM sealed_place p WHERE p.place = wanted_place);
  changed integer;
BEGIN
  EXECUTE format(
    'WITH given AS (SELECT * FROM unnest($2, $3, $4) AS g (id, before, after)),'
    ' free AS (SELECT t.%1$I AS id, t.%2$I AS before FROM %3$I t WHERE t.client_id = $1 AND t.%1$I = ANY ($2)'
    '          FOR UPDATE SKIP LOCKED)'
    ' UPDATE %3$I t SET %2$I = g.after FROM given g JOIN free f ON f.id = g.id AND f.before = g.before'
    ' WHERE t.client_id = $1 AND t.%1$I = g.id AND t.%2$I = g.before',
    at.id_column, at.column_name, at.table_name)
    USING wanted_client, ids, befores, afters;
  GET DIAGNOSTICS changed = ROW_COUNT;
  RETURN changed;
END $$;

GRANT EXECUTE ON FUNCTION sealed_with_others, reseal TO chartway_worker;
RESET ROLE;

-- What is left when a client's key has been destroyed: a statement that is signed and never changed.
CREATE TABLE destruction_certificate (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL REFERENCES client (id),
  issued_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  statement bytea NOT NULL,  -- canonical JSON (RFC 8785): exactly the bytes that are signed
  signature bytea NOT NULL CHECK (octet_length(signature) = 64),  -- Ed25519
  public_key bytea NOT NULL CHECK (octet_length(public_key) = 32)
);
CREATE INDEX destruction_certificate_client ON destruction_certificate (client_id, issued_at);
CALL client_owned('destruction_certificate', compliance => 'SELECT', administrator => 'SELECT',
  worker => 'SELECT, INSERT');
CALL append_only('destruction_certificate');

-- A run through the stored documents: each was read to its end. Opaque ids and counts alone.
CREATE TABLE document_check (
  id uuid PRIMARY KEY,
  scope text NOT NULL CHECK (scope IN ('all', 'sample', 'nightly')),
  only_client_id uuid REFERENCES client (id),
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  finished_at timestamptz,
  checked integer NOT NULL DEFAULT 0,
  failures jsonb NOT NULL DEFAULT '[]',  -- [{"blob", "client", "reason"}]
  strays jsonb NOT NULL DEFAULT '[]'  -- keys of objects that have had no row for a day
);
CREATE INDEX document_check_started ON document_check (started_at DESC);
ALTER TABLE document_check ENABLE ROW LEVEL SECURITY;
ALTER TABLE document_check FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON document_check TO chartway_worker;
GRANT SELECT ON document_check TO chartway_compliance, chartway_administrator;
CALL admit('document_check', 'worker', 'SELECT', 'true');
CALL admit('document_check', 'worker', 'INSERT', 'true');
CALL admit('document_check', 'worker', 'UPDATE', 'true');
CALL admit('document_check', 'compliance', 'SELECT', 'true');
CALL admit('document_check', 'administrator', 'SELECT', 'true');
