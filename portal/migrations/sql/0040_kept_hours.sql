-- For how long what comes back waits for the coder who had it is agreed with each client, in hours of its working time.

ALTER TABLE pend_rule ADD COLUMN kept_hours smallint NOT NULL DEFAULT 8 CHECK (kept_hours BETWEEN 1 AND 80);
GRANT SELECT (client_id, kept_hours) ON pend_rule TO chartway_auditor;  -- an audit's findings bring the chart back
CALL admit('pend_rule', 'auditor', 'SELECT', 'is_granted(client_id)');
