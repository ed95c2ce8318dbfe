-- How many people keep a code for themselves, for whoever looks ahead at a release: a count, never whose.

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['favourite_code', 'code_set'] LOOP
    EXECUTE format('GRANT SELECT ON %I TO chartway_definer', name);
    CALL admit(name::regclass, 'definer', 'SELECT', 'true');
  END LOOP;
END $$;

SET LOCAL ROLE chartway_definer;

CREATE FUNCTION count_who_keep(wanted text[]) RETURNS TABLE (code text, kept_as text, times bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT f.code, 'favourite', count(*) FROM favourite_code f WHERE f.code = ANY (wanted) GROUP BY f.code
  UNION ALL
  SELECT line.code, 'own set', count(*)
    FROM code_set s
   CROSS JOIN LATERAL (SELECT DISTINCT jsonb_path_query(s.lines, '$.*[*].code') #>> '{}' AS code) line
   WHERE s.owner_id IS NOT NULL AND s.ended_at IS NULL AND line.code = ANY (wanted)
   GROUP BY line.code
$$;

GRANT EXECUTE ON FUNCTION count_who_keep TO chartway_manager;
RESET ROLE;
