-- What documents that came late say that was not there: since when they can be read, and what they touch.

ALTER TABLE document ADD COLUMN ready_at timestamptz;  -- the database's clock; those of before have none and are old
GRANT SELECT (ready_at) ON document TO chartway_coder, chartway_auditor;
GRANT UPDATE (ready_at) ON document TO chartway_worker;

-- Counts of sentences, and codes with a word of ours for each; nothing that stands on a page.
ALTER TABLE late_document ADD COLUMN impact jsonb;
GRANT UPDATE (impact) ON late_document TO chartway_worker;
