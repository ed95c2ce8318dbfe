-- Code sets: releases that were imported beside the one that ships, and which code held when. ADR 0024.

-- For "no two rows of a code at the same time". In a schema of its own: nothing in ours comes from elsewhere.
CREATE SCHEMA extensions;
CREATE EXTENSION btree_gist SCHEMA extensions;

-- A release that somebody imported. A dropped one stays as what was done; its codes are gone.
CREATE TABLE code_release (
  id uuid PRIMARY KEY,
  system text NOT NULL CHECK (system IN ('ICD-10-CM', 'HCPCS', 'CPT')),
  label text NOT NULL CHECK (label <> ''),
  effective_from date NOT NULL,
  effective_to date NOT NULL,
  sources jsonb NOT NULL,  -- the publisher's files: name, sha256, bytes
  digest text NOT NULL,  -- of all of them
  code_count integer NOT NULL,
  added_count integer NOT NULL,
  deleted_count integer NOT NULL,
  revised_count integer NOT NULL,
  compared_with text,  -- label of the release before; null: there was none
  confirmed boolean NOT NULL,  -- somebody said that so many changes are right
  notice text NOT NULL,  -- what the publisher wants shown
  packed bytea,  -- the tabular list as the one that ships is kept
  packed_notes bytea,
  loaded_by text NOT NULL,
  loaded_at timestamptz NOT NULL,
  dropped_by text,
  dropped_at timestamptz,
  CONSTRAINT ends_after_it_begins CHECK (effective_from <= effective_to),
  CONSTRAINT dropped_by_somebody CHECK ((dropped_by IS NULL) = (dropped_at IS NULL)),
  CONSTRAINT a_dropped_one_is_empty CHECK (dropped_at IS NULL OR (packed IS NULL AND packed_notes IS NULL))
);
CREATE UNIQUE INDEX code_release_label ON code_release (system, label) WHERE dropped_at IS NULL;
CREATE UNIQUE INDEX code_release_begins ON code_release (system, effective_from) WHERE dropped_at IS NULL;

-- A code or modifier and the days on which it held with this title. A release touches only the rows that it changes.
CREATE TABLE code (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  system text NOT NULL,
  code text NOT NULL,  -- as people write it
  title text NOT NULL,
  short_title text NOT NULL,
  modifier boolean NOT NULL,
  last_day date,  -- that the publisher named; null: none
  valid daterange NOT NULL CHECK (NOT isempty(valid)),
  begun_by uuid NOT NULL REFERENCES code_release (id),
  ended_by uuid REFERENCES code_release (id),
  CONSTRAINT code_holds_once_a_day EXCLUDE USING gist (system WITH =, code WITH =, valid WITH &&)
);
CREATE INDEX code_begun_by ON code (begun_by);
CREATE INDEX code_ended_by ON code (ended_by);

-- What a release changed, in comparison with the one before it.
CREATE TABLE code_change (
  release_id uuid NOT NULL REFERENCES code_release (id),
  code text NOT NULL,
  change text NOT NULL CHECK (change IN ('added', 'deleted', 'revised')),
  before text NOT NULL,  -- title
  after text NOT NULL,
  PRIMARY KEY (release_id, code)
);
CREATE INDEX code_change_code ON code_change (code);

-- The licence under which CPT may be loaded here. The last one recorded counts.
CREATE TABLE code_licence (
  id uuid PRIMARY KEY,
  system text NOT NULL CHECK (system = 'CPT'),
  licensee text NOT NULL CHECK (licensee <> ''),
  number text NOT NULL CHECK (number <> ''),
  users integer NOT NULL CHECK (users >= 1),
  valid_until date NOT NULL,
  recorded_by text NOT NULL,
  recorded_at timestamptz NOT NULL
);
CALL append_only('code_licence');

-- Which charts have a code that a release ends.
CREATE INDEX code_line_code ON code_line (code);

DO $$
DECLARE
  name text; owned regclass; who text; verb text;
BEGIN
  FOREACH name IN ARRAY ARRAY['code_release', 'code', 'code_change', 'code_licence'] LOOP
    owned := name::regclass;
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', owned);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', owned);
    FOREACH who IN ARRAY ARRAY['manager', 'administrator', 'worker'] LOOP
      EXECUTE format('GRANT SELECT ON %s TO %I', owned, 'chartway_' || who);
      CALL admit(owned, who, 'SELECT', 'true');
    END LOOP;
    FOREACH who IN ARRAY ARRAY['manager', 'administrator'] LOOP  -- a shell imports, a manager may drop
      FOREACH verb IN ARRAY ARRAY['INSERT', 'UPDATE', 'DELETE'] LOOP
        CONTINUE WHEN verb = 'DELETE' AND name IN ('code_release', 'code_licence');
        CONTINUE WHEN verb = 'UPDATE' AND name IN ('code_change', 'code_licence');
        CONTINUE WHEN verb = 'INSERT' AND who = 'manager';
        EXECUTE format('GRANT %s ON %s TO %I', verb, owned, 'chartway_' || who);
        CALL admit(owned, who, verb, 'true');
      END LOOP;
    END LOOP;
  END LOOP;
END $$;
