-- An office signs in from one address at the start of its shift: who signs in rightly takes nothing from the others.
SET LOCAL ROLE chartway_definer;
CREATE FUNCTION take_back_attempt(wanted_key text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE throttle SET count = count - 1 WHERE key = wanted_key AND count > 0 $$;
GRANT EXECUTE ON FUNCTION take_back_attempt TO chartway_app;
RESET ROLE;
