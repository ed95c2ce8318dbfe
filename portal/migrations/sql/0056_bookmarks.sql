-- Pages and places that a coder keeps for themselves, with a few words or none.

CREATE TABLE bookmark (
  id uuid PRIMARY KEY,
  chart_id uuid NOT NULL,
  person_id uuid NOT NULL REFERENCES person (id),
  client_id uuid NOT NULL,
  page_id uuid NOT NULL,
  start_at integer CHECK (start_at >= 0),  -- characters of the page's text, from start to before end; null: the page
  end_at integer,
  words_sealed bytea,
  kept_at timestamptz NOT NULL,
  FOREIGN KEY (client_id, chart_id) REFERENCES chart (client_id, id),
  FOREIGN KEY (client_id, chart_id, page_id) REFERENCES document_page (client_id, chart_id, id),
  CONSTRAINT a_place_is_whole CHECK (num_nulls(start_at, end_at) IN (0, 2)),
  CONSTRAINT a_place_is_not_empty CHECK (start_at < end_at)
);
CREATE INDEX bookmark_chart ON bookmark (client_id, chart_id, person_id);
CREATE INDEX bookmark_page ON bookmark (page_id);
-- Nobody else reads them: neither colleagues nor auditors, managers or the client.
CALL client_owned('bookmark', coder => 'SELECT, INSERT, DELETE',
  reach => 'person_id = (SELECT acting_person()) AND sees_chart(chart_id)');
CALL resealable('bookmark.words', 'bookmark', 'words_sealed');
