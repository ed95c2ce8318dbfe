-- Codes proposed to coders, and what they are proposed from.

-- What a client's own final charts of a specialty taught, sealed under its key: the phrases are learned text.
CREATE TABLE lexicon (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL REFERENCES client (id),
  specialty text NOT NULL CHECK (specialty <> ''),
  version integer NOT NULL DEFAULT 0 CHECK (version >= 0),
  charts integer NOT NULL DEFAULT 0 CHECK (charts >= 0),  -- that it was learned from
  learned_at timestamptz,
  knowledge_sealed bytea,  -- null: nothing was learned yet
  UNIQUE (client_id, specialty),
  UNIQUE (client_id, id),
  CONSTRAINT learned_once CHECK ((learned_at IS NULL) = (knowledge_sealed IS NULL))
);
CALL client_owned('lexicon', worker => 'SELECT, INSERT, UPDATE');
CALL resealable('lexicon.knowledge', 'lexicon', 'knowledge_sealed');

-- A code proposed for a chart, with its place and, in numbers, its reason; no text stands here. `documents` names the
-- set of pages that it was made from, so that a document more means new proposals.
CREATE TABLE proposal (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL,
  chart_id uuid NOT NULL,
  lexicon_id uuid NOT NULL,
  model_version integer NOT NULL,
  documents text NOT NULL,
  code text NOT NULL CHECK (code <> ''),
  score numeric(4, 3) NOT NULL CHECK (score BETWEEN 0 AND 1),
  page_id uuid NOT NULL REFERENCES document_page (id),
  start_at integer NOT NULL CHECK (start_at >= 0),  -- characters of the page's text, from start to before end
  end_at integer NOT NULL,
  coded integer NOT NULL CHECK (coded >= 0),  -- so many of the charts that have the phrase came to the code,
  charts integer NOT NULL CHECK (charts >= coded),  -- of so many
  is_held_back boolean NOT NULL,  -- one chart in ten is coded without, to see what proposals change
  made_at timestamptz NOT NULL,
  shown_at timestamptz,
  decision text CHECK (decision IN ('accepted', 'dismissed')),
  decided_by uuid REFERENCES person (id),
  decided_at timestamptz,
  UNIQUE (chart_id, documents, code),
  FOREIGN KEY (client_id, chart_id) REFERENCES chart (client_id, id),
  FOREIGN KEY (client_id, lexicon_id) REFERENCES lexicon (client_id, id),
  CONSTRAINT a_proposal_has_a_place CHECK (start_at < end_at),
  CONSTRAINT who_decided_when CHECK ((decision IS NULL) = (decided_by IS NULL) AND (decision IS NULL) = (decided_at IS NULL)),
  CONSTRAINT only_what_is_shown_is_decided CHECK (decision IS NULL OR shown_at IS NOT NULL),
  CONSTRAINT what_is_held_back_is_not_shown CHECK (NOT is_held_back OR shown_at IS NULL)
);
CREATE INDEX proposal_chart ON proposal (client_id, chart_id);
CREATE INDEX proposal_lexicon ON proposal (client_id, lexicon_id);
CREATE INDEX proposal_page ON proposal (page_id);
CREATE INDEX proposal_person ON proposal (decided_by) WHERE decided_by IS NOT NULL;
CALL client_owned('proposal', coder => 'SELECT', auditor => 'SELECT', manager => 'SELECT', worker => 'SELECT, INSERT',
  reach => 'sees_chart(chart_id)');
-- A coder says what became of a proposal, and nothing else of it changes.
GRANT UPDATE (shown_at, decision, decided_by, decided_at) ON proposal TO chartway_coder;
CALL admit('proposal', 'coder', 'UPDATE', 'sees_chart(chart_id)');
