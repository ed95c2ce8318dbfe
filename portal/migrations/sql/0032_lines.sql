-- What payers need of a coding beside its codes, and the places in the record that each code rests on. What is not
-- known is null.

-- Ten digits, the last of them a check digit (Luhn, with 80840 before them). Beside assignments.drafting.claim_facts.
CREATE FUNCTION is_npi(written text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT written ~ '^[12][0-9]{9}$' AND (24 + (
    SELECT sum(CASE WHEN place % 2 = 0 AND digit > 4 THEN digit * 2 - 9 WHEN place % 2 = 0 THEN digit * 2
                    ELSE digit END)
      FROM (SELECT substr(written, 11 - place, 1)::integer AS digit, place FROM generate_series(1, 10) AS place) d
  )) % 10 = 0 $$;
GRANT EXECUTE ON FUNCTION is_npi TO chartway_coder, chartway_auditor;

ALTER TABLE coding
  ADD COLUMN payer_class text CHECK (payer_class IN ('commercial', 'medicare',
    'medicare-advantage', 'medicaid', 'military', 'work', 'liability', 'self-pay', 'other')),
  ADD COLUMN place text  -- place of service
    CHECK (place IN ('01', '02', '03', '04', '05', '06', '07', '08', '09', '10', '11', '12', '13', '14',
    '15', '16', '17', '18', '19', '20', '21', '22', '23', '24', '25', '26', '27', '31', '32', '33', '34', '41',
    '42', '49', '50', '51', '52', '53', '54', '55', '56', '57', '58', '60', '61', '62', '65', '66', '71', '72',
    '81', '99')),
  ADD COLUMN acquaintance text CHECK (acquaintance IN ('new', 'established')),
  ADD COLUMN rendering text CHECK (is_npi(rendering)),
  ADD COLUMN supervising text CHECK (is_npi(supervising)),
  ADD COLUMN assistant text CHECK (is_npi(assistant)),
  ADD COLUMN referring text CHECK (is_npi(referring)),
  ADD COLUMN service_from date,
  ADD COLUMN service_until date,
  ADD CONSTRAINT a_range_has_two_ends CHECK ((service_from IS NULL) = (service_until IS NULL)),
  ADD CONSTRAINT a_range_goes_forward CHECK (service_from <= service_until);

ALTER TABLE code_line
  ADD COLUMN poa text CHECK (poa IN ('Y', 'N', 'U', 'W', '1')),
  ADD COLUMN service_on date,
  ADD COLUMN rendering text CHECK (is_npi(rendering)),
  ADD COLUMN ndc text CHECK (ndc ~ '^[0-9]{11}$'),
  ADD COLUMN ndc_unit text CHECK (ndc_unit IN ('UN', 'ML', 'GR', 'ME', 'F2')),
  ADD COLUMN ndc_quantity numeric(9, 3) CHECK (ndc_quantity > 0),
  ADD COLUMN minutes smallint CHECK (minutes BETWEEN 1 AND 1440),
  ADD CONSTRAINT a_drug_has_a_number CHECK (ndc IS NOT NULL OR ndc_unit IS NULL),
  ADD CONSTRAINT an_amount_has_a_unit CHECK ((ndc_unit IS NULL) = (ndc_quantity IS NULL)),
  ADD CONSTRAINT only_diagnoses_were_there CHECK (kind = 'diagnosis' OR poa IS NULL),
  ADD CONSTRAINT only_procedures_are_done CHECK (kind = 'procedure' OR coalesce(service_on::text, rendering, ndc,
                                                 minutes::text) IS NULL);

-- No text stands here: the place says where in the sealed page it is.
ALTER TABLE document_page ADD CONSTRAINT document_page_of_chart UNIQUE (client_id, chart_id, id);
ALTER TABLE coding ADD CONSTRAINT coding_of_chart UNIQUE (client_id, chart_id, id);
CREATE TABLE evidence (
  coding_id uuid NOT NULL,
  client_id uuid NOT NULL,
  chart_id uuid NOT NULL,
  kind text NOT NULL,
  position integer NOT NULL,
  ordinal smallint NOT NULL CHECK (ordinal BETWEEN 1 AND 20),
  page_id uuid NOT NULL,
  start_at integer NOT NULL CHECK (start_at >= 0),  -- characters of the page's text, from start to before end
  end_at integer NOT NULL,
  PRIMARY KEY (coding_id, kind, position, ordinal),
  FOREIGN KEY (coding_id, kind, position) REFERENCES code_line (coding_id, kind, position),
  FOREIGN KEY (client_id, chart_id, coding_id) REFERENCES coding (client_id, chart_id, id),
  FOREIGN KEY (client_id, chart_id, page_id) REFERENCES document_page (client_id, chart_id, id),
  CONSTRAINT a_place_is_not_empty CHECK (start_at < end_at)
);
CREATE INDEX evidence_chart ON evidence (client_id, chart_id);
CREATE INDEX evidence_page ON evidence (page_id);
CALL append_only('evidence');
CALL client_owned('evidence', client => 'SELECT', coder => 'SELECT, INSERT', auditor => 'SELECT, INSERT',
  manager => 'SELECT', worker => 'SELECT', reach => 'sees_chart(chart_id)');
