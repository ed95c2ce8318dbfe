-- The patient's administrative sex, as the client's own records have it: female, male, other or unknown.

ALTER TABLE patient_identity ADD COLUMN sex_sealed bytea;  -- null: nobody has said it
CALL resealable('patient_identity.sex', 'patient_identity', 'sex_sealed', 'patient_id');
-- It may come with a later visit, and it may be corrected; name, MRN and birth date never change here.
GRANT UPDATE (sex_sealed) ON patient_identity TO chartway_client;
CALL admit('patient_identity', 'client', 'UPDATE', 'client_id = (SELECT acting_client())');

SET LOCAL ROLE chartway_definer;

-- Age and sex decide some edits. Of the patient's identity nobody but the client reads anything; whoever holds a chart
-- gets these two here, sealed, and is shown no more than the age and the sex.
DROP FUNCTION birth_of_held(uuid);
CREATE FUNCTION particulars_of_held(wanted uuid)
RETURNS TABLE (patient_id uuid, birth_on_sealed bytea, sex_sealed bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT i.patient_id, i.birth_on_sealed, i.sex_sealed FROM chart c
    JOIN patient_identity i ON i.client_id = c.client_id AND i.patient_id = c.patient_id
   WHERE c.id = wanted
     AND EXISTS (SELECT FROM assignment a WHERE a.chart_id = wanted AND a.person_id = acting_person()) $$;

GRANT EXECUTE ON FUNCTION particulars_of_held TO chartway_coder, chartway_auditor;
RESET ROLE;
