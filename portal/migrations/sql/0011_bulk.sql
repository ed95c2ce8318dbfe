-- Bulk intake: deliveries (a ZIP with a manifest, a PDF of many patients, an encounter by API), and the API's tokens.

ALTER TABLE blob DROP CONSTRAINT blob_kind_check;
ALTER TABLE blob ADD CONSTRAINT blob_kind_check CHECK (kind IN ('original', 'page', 'text', 'part', 'delivery'));

-- One thing that was sent and becomes many charts. It is taken in line by line, in the name of the person who sent it.
CREATE TABLE delivery (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL REFERENCES client (id),
  person_id uuid NOT NULL REFERENCES person (id),
  kind text NOT NULL CHECK (kind IN ('zip', 'pdf', 'encounter')),
  state text NOT NULL CHECK (state IN ('received', 'splitting', 'working', 'done', 'refused')),
  refusal text,  -- a fixed sentence of ours
  name_sealed bytea NOT NULL,
  blob_id uuid,
  content_mac bytea,  -- of the whole, to know the same content when it comes again
  size bigint NOT NULL CHECK (size >= 0),  -- bytes
  key_hash bytea,  -- SHA-256 of the sender's own Idempotency-Key
  request_id uuid,  -- of the sending, so that what the worker does is told with it
  received_at timestamptz NOT NULL,
  finished_at timestamptz,
  UNIQUE (client_id, id),
  UNIQUE (client_id, key_hash),
  FOREIGN KEY (client_id, blob_id) REFERENCES blob (client_id, id),
  CONSTRAINT a_refused_delivery_has_a_reason CHECK ((state = 'refused') = (refusal IS NOT NULL)),
  CONSTRAINT an_ended_delivery_has_an_end CHECK ((state IN ('done', 'refused')) = (finished_at IS NOT NULL))
);
CREATE INDEX delivery_client ON delivery (client_id, received_at DESC, id DESC);
CREATE INDEX delivery_content ON delivery (client_id, content_mac);

-- One file of a delivery, or one range of pages of a PDF, and what became of it.
CREATE TABLE delivery_line (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL,
  delivery_id uuid NOT NULL,
  position integer NOT NULL CHECK (position >= 1),
  name_sealed bytea NOT NULL,
  facts_sealed bytea,  -- what the sender says of the encounter, as it was written
  first_page integer CHECK (first_page >= 1),
  last_page integer,
  state text NOT NULL CHECK (state IN ('draft', 'left_out', 'waiting', 'taken', 'already', 'refused')),
  refusal text,  -- a sentence of ours, nothing from the file
  chart_id uuid,
  document_id uuid,
  -- A document of an encounter by API that waits for the others: its blob is confirmed when the chart is made.
  blob_id uuid,
  media_type text,
  size bigint,
  sealed_size bigint,
  content_mac bytea,
  UNIQUE (delivery_id, position),
  FOREIGN KEY (client_id, delivery_id) REFERENCES delivery (client_id, id),
  FOREIGN KEY (client_id, chart_id) REFERENCES chart (client_id, id),
  CONSTRAINT pages_are_a_range CHECK ((first_page IS NULL) = (last_page IS NULL) AND last_page >= first_page),
  CONSTRAINT a_taken_line_has_a_chart CHECK (state NOT IN ('taken', 'already') OR chart_id IS NOT NULL),
  CONSTRAINT a_refused_line_has_a_reason CHECK (state <> 'refused' OR refusal IS NOT NULL)
);
CREATE INDEX delivery_line_client ON delivery_line (client_id, delivery_id, position);

-- A small picture of each page of a PDF that is to be split, and what was found on it.
CREATE TABLE delivery_page (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL,
  delivery_id uuid NOT NULL,
  number integer NOT NULL CHECK (number >= 1),
  width integer NOT NULL,
  height integer NOT NULL,
  image_blob_id uuid NOT NULL,
  facts_sealed bytea,
  UNIQUE (delivery_id, number),
  FOREIGN KEY (client_id, delivery_id) REFERENCES delivery (client_id, id),
  FOREIGN KEY (client_id, image_blob_id) REFERENCES blob (client_id, id)
);
CREATE INDEX delivery_page_client ON delivery_page (client_id, delivery_id);

-- The worker learns for whom it is to act, and does the rest as that person: no right of its own on patients.
CALL client_owned('delivery', client => 'SELECT, INSERT, UPDATE (state, refusal, finished_at)',
  worker => 'SELECT (id, client_id, person_id, request_id)');
CALL client_owned('delivery_line', client => 'SELECT, INSERT, UPDATE, DELETE');
CALL client_owned('delivery_page', client => 'SELECT, INSERT');

-- Tokens of the API: each belongs to a person of kind client who has no password, so that row-level security and the
-- access log know it like anybody else.
CREATE TABLE api_token (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL REFERENCES client (id),
  person_id uuid NOT NULL UNIQUE REFERENCES person (id),
  name text NOT NULL CHECK (name <> ''),
  token_hash bytea NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
  ending text NOT NULL,  -- its last four characters, to tell tokens apart
  scopes text NOT NULL,  -- permissions, with a blank between them
  created_at timestamptz NOT NULL,
  created_by uuid NOT NULL REFERENCES person (id),
  expires_at timestamptz NOT NULL,
  last_used_at timestamptz,
  revoked_at timestamptz
);
CREATE INDEX api_token_client ON api_token (client_id, created_at DESC);
CALL client_owned('api_token', definer => 'SELECT, UPDATE (last_used_at)',
  administrator => 'SELECT (id, client_id, person_id, name, ending, scopes, created_at, created_by, expires_at,
                    last_used_at, revoked_at), INSERT, UPDATE (revoked_at)');

SET LOCAL ROLE chartway_definer;

-- Who a token stands for is asked before there is an actor. The use is noted once a minute at most.
CREATE FUNCTION resume_token(wanted_token_hash bytea)
RETURNS TABLE (token_id uuid, person_id uuid, client_id uuid, name text, scopes text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
  UPDATE api_token t SET last_used_at = clock_timestamp()
   WHERE t.token_hash = wanted_token_hash AND t.revoked_at IS NULL AND clock_timestamp() < t.expires_at
     AND (t.last_used_at IS NULL OR t.last_used_at < clock_timestamp() - interval '1 minute');
  RETURN QUERY SELECT t.id, p.id, p.client_id, p.name, t.scopes
    FROM api_token t JOIN person p ON p.id = t.person_id JOIN client c ON c.id = p.client_id
   WHERE t.token_hash = wanted_token_hash AND t.revoked_at IS NULL AND clock_timestamp() < t.expires_at
     AND p.disabled_at IS NULL AND c.closed_at IS NULL AND t.client_id = p.client_id;
END $$;
GRANT EXECUTE ON FUNCTION resume_token TO chartway_app;
RESET ROLE;

CALL resealable('delivery.name', 'delivery', 'name_sealed');
CALL resealable('delivery_line.name', 'delivery_line', 'name_sealed');
CALL resealable('delivery_line.facts', 'delivery_line', 'facts_sealed');
CALL resealable('delivery_page.facts', 'delivery_page', 'facts_sealed');
