-- A chart's proposals are made when it is opened without any, and again from what was learned since.

-- Which pages and which version of the lexicon a chart's proposals were last made from; that none was found is known too.
CREATE TABLE proposing (
  chart_id uuid PRIMARY KEY,
  client_id uuid NOT NULL,
  lexicon_id uuid NOT NULL,
  model_version integer NOT NULL,
  documents text NOT NULL,
  made_at timestamptz NOT NULL,
  FOREIGN KEY (client_id, chart_id) REFERENCES chart (client_id, id),
  FOREIGN KEY (client_id, lexicon_id) REFERENCES lexicon (client_id, id)
);
CREATE INDEX proposing_chart ON proposing (client_id, chart_id);
CREATE INDEX proposing_lexicon ON proposing (client_id, lexicon_id);
CALL client_owned('proposing', worker => 'SELECT, INSERT, UPDATE', definer => 'SELECT');

-- What a newer version does not propose any more is not deleted: it may have been shown.
ALTER TABLE proposal ADD COLUMN withdrawn_at timestamptz;
GRANT UPDATE (lexicon_id, model_version, score, page_id, start_at, end_at, coded, charts, made_at, withdrawn_at)
  ON proposal TO chartway_worker;
CALL admit('proposal', 'worker', 'UPDATE', 'true');

GRANT SELECT (client_id, specialty, version) ON lexicon TO chartway_definer;
GRANT SELECT (chart_id, documents, decision) ON proposal TO chartway_definer;
CALL admit('proposal', 'definer', 'SELECT', 'true');

SET LOCAL ROLE chartway_definer;

-- What the proposals of a chart in one's hands were made from, and whether that is the newest; what is answered or coded
-- already is left alone. No row where nothing was learned yet. The lexicon itself stays the worker's.
CREATE FUNCTION proposals_made(wanted uuid) RETURNS TABLE (documents text, is_newest boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT p.documents, p.model_version >= l.version OR c.state NOT IN ('ready', 'assigned') OR EXISTS (
           SELECT FROM proposal o WHERE o.chart_id = c.id AND o.documents = p.documents AND o.decision IS NOT NULL)
    FROM chart c
    JOIN lexicon l ON l.client_id = c.client_id AND l.specialty = c.specialty AND l.version > 0
    LEFT JOIN proposing p ON p.client_id = c.client_id AND p.chart_id = c.id
   WHERE c.id = wanted
     AND EXISTS (SELECT FROM assignment a WHERE a.chart_id = wanted AND a.person_id = acting_person()) $$;

GRANT EXECUTE ON FUNCTION proposals_made TO chartway_coder;
RESET ROLE;
