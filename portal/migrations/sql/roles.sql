-- The database roles of Chartway. Run once per cluster by an administrator, before the first migration.
-- None of the kinds' roles can log in and none bypasses row-level security. The application's login reaches each of
-- them with SET LOCAL ROLE only: WITH INHERIT FALSE, or every policy would apply to every request at once.
-- Needs PostgreSQL 16 or newer.
DO $$
DECLARE
  kind text;
BEGIN
  FOREACH kind IN ARRAY ARRAY['client', 'coder', 'auditor', 'manager', 'compliance', 'administrator', 'worker',
                              'sealer', 'definer'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'chartway_' || kind) THEN
      EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOBYPASSRLS NOINHERIT', 'chartway_' || kind);
    END IF;
  END LOOP;
  FOREACH kind IN ARRAY ARRAY['owner', 'app', 'seal'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'chartway_' || kind) THEN
      EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOBYPASSRLS NOINHERIT', 'chartway_' || kind);
    END IF;
  END LOOP;
END $$;
GRANT chartway_client, chartway_coder, chartway_auditor, chartway_manager, chartway_compliance,
      chartway_administrator, chartway_worker TO chartway_app WITH INHERIT FALSE, SET TRUE;
GRANT chartway_sealer TO chartway_seal WITH INHERIT FALSE, SET TRUE;
-- The owner makes functions that belong to the definer role.
GRANT chartway_definer TO chartway_owner WITH INHERIT FALSE, SET TRUE;
