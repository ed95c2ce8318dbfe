-- Rights on the job library's tables. A job carries ids only. Whoever acts may put one in line inside their own
-- transaction; the worker alone takes them out.
GRANT INSERT, SELECT (id, entrypoint, priority, dedupe_key, status) ON pgqueuer TO chartway_client, chartway_coder,
  chartway_auditor, chartway_manager;
GRANT INSERT ON pgqueuer_log TO chartway_client, chartway_coder, chartway_auditor, chartway_manager;
GRANT USAGE ON SEQUENCE pgqueuer_id_seq, pgqueuer_log_id_seq TO chartway_client, chartway_coder, chartway_auditor,
  chartway_manager;
GRANT SELECT, INSERT, UPDATE, DELETE ON pgqueuer, pgqueuer_log, pgqueuer_schedules, pgqueuer_statistics
  TO chartway_worker;
GRANT USAGE ON SEQUENCE pgqueuer_id_seq, pgqueuer_log_id_seq, pgqueuer_schedules_id_seq, pgqueuer_statistics_id_seq
  TO chartway_worker;
