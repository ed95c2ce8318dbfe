-- Sealed blobs and the clients' keys. `owner_id` is opaque here: a document, for the people above.

CREATE TABLE client_key (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL REFERENCES client (id),
  version integer NOT NULL CHECK (version >= 1),
  provider_key text NOT NULL,  -- which master key of the key provider wraps it
  wrapped bytea,
  state text NOT NULL CHECK (state IN ('active', 'decrypt_only', 'destroyed')),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (client_id, id),
  UNIQUE (client_id, version),
  CONSTRAINT a_destroyed_key_is_gone CHECK ((state = 'destroyed') = (wrapped IS NULL))
);
CREATE UNIQUE INDEX client_key_one_active ON client_key (client_id) WHERE state = 'active';

CREATE TABLE blob (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL,
  owner_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('original', 'page', 'text')),
  state text NOT NULL CHECK (state IN ('pending', 'stored', 'sweeping', 'abandoned', 'deleting', 'deleted')),
  attempt uuid NOT NULL,  -- who writes; a lost lease changes it
  lease_until timestamptz NOT NULL,
  key_id uuid NOT NULL,
  wrapped_key bytea,  -- the blob's own key, sealed with the client's
  store_key text NOT NULL UNIQUE,
  plain_size bigint CHECK (plain_size >= 0),
  sealed_size bigint CHECK (sealed_size > 0),
  content_mac bytea,  -- HMAC-SHA-256 under a key of the client: tells equal files apart from others, to us alone
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (client_id, id),
  FOREIGN KEY (client_id, key_id) REFERENCES client_key (client_id, id),
  CONSTRAINT a_stored_blob_is_whole CHECK (
    state <> 'stored' OR (plain_size IS NOT NULL AND sealed_size IS NOT NULL AND content_mac IS NOT NULL
                          AND wrapped_key IS NOT NULL))
);
CREATE INDEX blob_owner ON blob (client_id, owner_id);
CREATE INDEX blob_unfinished ON blob (lease_until) WHERE state IN ('pending', 'sweeping', 'deleting');

CALL client_owned('client_key', client => 'SELECT', coder => 'SELECT', auditor => 'SELECT', manager => 'INSERT',
  administrator => 'INSERT', worker => 'SELECT, INSERT, UPDATE', reach => 'is_granted(client_id)');
