-- Favourites, sets of lines, and how often each code is used.

CREATE TABLE favourite_code (
  person_id uuid NOT NULL REFERENCES person (id),
  system text NOT NULL CHECK (system IN ('ICD-10-CM', 'CPT', 'HCPCS')),
  code text NOT NULL CHECK (code ~ '^[0-9A-Z.]{3,8}$'),
  starred_at timestamptz NOT NULL,
  PRIMARY KEY (person_id, system, code)
);
ALTER TABLE favourite_code ENABLE ROW LEVEL SECURITY;
ALTER TABLE favourite_code FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, DELETE ON favourite_code TO chartway_coder;
CALL admit('favourite_code', 'coder', 'SELECT', 'person_id = (SELECT acting_person())');
CALL admit('favourite_code', 'coder', 'INSERT', 'person_id = (SELECT acting_person())');
CALL admit('favourite_code', 'coder', 'DELETE', 'person_id = (SELECT acting_person())');

-- Lines that are put on a chart in one move: somebody's own, or a manager's for a specialty, a client or its line.
CREATE TABLE code_set (
  id uuid PRIMARY KEY,
  client_id uuid REFERENCES client (id),
  service_line_id uuid,
  specialty text CHECK (specialty <> ''),
  owner_id uuid REFERENCES person (id),
  name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 60),
  lines jsonb NOT NULL,  -- codes, modifiers, units and pointers; nothing of any chart
  created_at timestamptz NOT NULL,
  created_by uuid NOT NULL REFERENCES person (id),
  ended_at timestamptz,
  ended_by uuid REFERENCES person (id),
  FOREIGN KEY (client_id, service_line_id) REFERENCES service_line (client_id, id),
  CONSTRAINT a_line_of_a_client CHECK (service_line_id IS NULL OR client_id IS NOT NULL),
  CONSTRAINT own_or_pushed CHECK ((owner_id IS NULL) = (client_id IS NOT NULL OR specialty IS NOT NULL)),
  CONSTRAINT ended_by_somebody CHECK ((ended_at IS NULL) = (ended_by IS NULL))
);
CREATE INDEX code_set_client ON code_set (client_id);
CREATE INDEX code_set_owner ON code_set (owner_id) WHERE ended_at IS NULL;
ALTER TABLE code_set ENABLE ROW LEVEL SECURITY;
ALTER TABLE code_set FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE (ended_at, ended_by) ON code_set TO chartway_coder, chartway_manager;
CALL admit('code_set', 'coder', 'SELECT',
  'owner_id = (SELECT acting_person()) OR (owner_id IS NULL AND (client_id IS NULL OR is_granted(client_id)))');
CALL admit('code_set', 'coder', 'INSERT', 'owner_id = (SELECT acting_person())');
CALL admit('code_set', 'coder', 'UPDATE', 'owner_id = (SELECT acting_person())');
-- What coders keep for themselves is theirs; managers see and end what was pushed.
CALL admit('code_set', 'manager', 'SELECT', 'owner_id IS NULL');
CALL admit('code_set', 'manager', 'INSERT', 'owner_id IS NULL AND created_by = (SELECT acting_person())');
CALL admit('code_set', 'manager', 'UPDATE', 'owner_id IS NULL');

-- How often codes stand in final codings, as numbers of codes and nothing else: they order the answers of the search.
CREATE INDEX coding_author ON coding (author_id, submitted_at);

SET LOCAL ROLE chartway_definer;

-- The codes of a specialty over all clients, in the newest coding of each finished chart of the last half year. What
-- fewer than three charts have is not told.
CREATE FUNCTION specialty_code_use(wanted text) RETURNS TABLE (code text, uses bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT l.code, count(DISTINCT l.chart_id) FROM chart c
    JOIN LATERAL (SELECT g.id FROM coding g WHERE g.chart_id = c.id AND g.client_id = c.client_id AND g.role = 'coder'
                   ORDER BY g.version DESC LIMIT 1) newest ON true
    JOIN code_line l ON l.coding_id = newest.id
   WHERE c.specialty = wanted AND c.state IN ('final', 'delivered') AND l.kind = 'diagnosis'
     AND c.received_at > clock_timestamp() - interval '183 days'
   GROUP BY l.code HAVING count(DISTINCT l.chart_id) >= 3
   ORDER BY 2 DESC, 1 LIMIT 500
$$;

-- The acting person's own codes, in the last half year.
CREATE FUNCTION own_code_use() RETURNS TABLE (code text, uses bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT l.code, count(DISTINCT l.chart_id) FROM coding g JOIN code_line l ON l.coding_id = g.id
   WHERE g.author_id = acting_person() AND g.submitted_at > clock_timestamp() - interval '183 days'
     AND l.kind = 'diagnosis'
   GROUP BY l.code ORDER BY 2 DESC, 1 LIMIT 500
$$;

GRANT EXECUTE ON FUNCTION specialty_code_use, own_code_use TO chartway_coder;
RESET ROLE;
