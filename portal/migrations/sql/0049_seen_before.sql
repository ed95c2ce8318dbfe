-- Which codes a client had before: the code that is asked for, and not the line's own.

SET LOCAL ROLE chartway_definer;
CREATE OR REPLACE FUNCTION codes_seen_beside(wanted uuid, asked text[], enough integer) RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT CASE WHEN (SELECT count(*) FROM (
             SELECT FROM chart o WHERE o.client_id = c.client_id AND o.specialty = c.specialty AND o.coded_at IS NOT NULL
                                   AND o.id <> c.id LIMIT enough) AS few) >= enough
         THEN ARRAY(SELECT a.one FROM unnest(asked) AS a (one) WHERE EXISTS (
             SELECT FROM code_line l JOIN chart o ON o.id = l.chart_id
              WHERE l.client_id = c.client_id AND l.code = a.one AND o.specialty = c.specialty AND o.id <> c.id)) END
    FROM chart c
   WHERE c.id = wanted
     AND EXISTS (SELECT FROM assignment a WHERE a.chart_id = wanted AND a.person_id = acting_person()) $$;
RESET ROLE;
