-- Pages that came without words are given them by text recognition, once.

ALTER TABLE document_page ADD recognised_at timestamptz;  -- when words were looked for; none may have been found
CREATE INDEX document_page_wordless ON document_page (document_id) WHERE text_blob_id IS NULL AND recognised_at IS NULL;

GRANT UPDATE (text_blob_id, recognised_at) ON document_page TO chartway_worker;
CALL admit('document_page', 'worker', 'UPDATE', 'true');
