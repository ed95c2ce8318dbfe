-- Whoever holds a chart may look up what the same patient's earlier visits at the same client were coded with.

GRANT SELECT (provider) ON encounter TO chartway_definer;
CREATE INDEX chart_patient ON chart (client_id, patient_id, service_on);

SET LOCAL ROLE chartway_definer;

-- Why it sees across: a coder sees the charts that they hold or coded, and a colleague coded the last visit. It gives
-- codes and dates of finished charts alone, never a page, never another patient's or client's.
CREATE FUNCTION prior_codings(wanted_chart uuid)
RETURNS TABLE (coding_id uuid, number text, service_on date, specialty text, provider text, version integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT v.id, c.number, c.service_on, c.specialty, e.provider, v.version
    FROM chart here
    JOIN assignment a ON a.chart_id = here.id AND a.person_id = acting_person()
    JOIN chart c ON c.client_id = here.client_id AND c.patient_id = here.patient_id AND c.id <> here.id
                AND c.service_on <= here.service_on AND c.state IN ('final', 'delivered')
    JOIN encounter e ON e.client_id = c.client_id AND e.id = c.encounter_id
    JOIN LATERAL (SELECT o.id, o.version FROM coding o WHERE o.client_id = c.client_id AND o.chart_id = c.id
                     AND o.role = 'coder' ORDER BY o.version DESC LIMIT 1) v ON true
   WHERE here.id = wanted_chart
   ORDER BY c.service_on DESC, c.id DESC LIMIT 12 $$;

CREATE FUNCTION prior_lines(wanted_chart uuid) RETURNS SETOF code_line
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT l.* FROM prior_codings(wanted_chart) p JOIN code_line l ON l.coding_id = p.coding_id
   ORDER BY l.coding_id, l.kind, l.position $$;

GRANT EXECUTE ON FUNCTION prior_codings, prior_lines TO chartway_coder, chartway_auditor;
RESET ROLE;
