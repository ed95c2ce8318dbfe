-- Since when a scanned document waits for text recognition: nobody else would see that it is stuck.

ALTER TABLE document ADD COLUMN words_waiting_since timestamptz;  -- the database's clock; empty when nothing is to be read
CREATE INDEX document_words_waiting ON document (words_waiting_since) WHERE words_waiting_since IS NOT NULL;
GRANT SELECT (words_waiting_since) ON document TO chartway_manager;
GRANT UPDATE (words_waiting_since) ON document TO chartway_worker;
