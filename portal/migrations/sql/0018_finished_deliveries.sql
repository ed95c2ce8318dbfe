-- The worker destroys what a finished delivery was sent as: its charts have documents of their own.

GRANT SELECT (kind, state, finished_at) ON delivery TO chartway_worker;
