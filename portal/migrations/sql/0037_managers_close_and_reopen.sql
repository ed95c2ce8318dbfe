-- Managers close charts that nobody is to code, and have finished ones coded again; audits of those are taken out of line.

GRANT INSERT (id, client_id, chart_id, reason_id, reason, decided_by, decided_at) ON not_codable TO chartway_manager;
CALL admit('not_codable', 'manager', 'INSERT', 'decided_by = (SELECT acting_person())');

SET LOCAL ROLE chartway_definer;
GRANT EXECUTE ON FUNCTION withdraw_entries TO chartway_manager;
RESET ROLE;
