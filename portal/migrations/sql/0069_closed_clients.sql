-- Who belongs to a closed client signs in as little as who is disabled, and the access log says so.
SET LOCAL ROLE chartway_definer;
CREATE OR REPLACE FUNCTION find_sign_in(wanted_email text)
RETURNS TABLE (person_id uuid, password_hash text, disabled boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT p.id, p.password_hash, p.disabled_at IS NOT NULL OR c.closed_at IS NOT NULL
    FROM person p LEFT JOIN client c ON c.id = p.client_id WHERE p.email = wanted_email $$;
RESET ROLE;
