-- Managers close charts that nobody is to code, and have finished ones coded again; audits of those are taken out of line.

GRANT INSERT ON not_codable TO chartway_manager;
CALL admit('not_codable', 'manager', 'INSERT', 'decided_by = (SELECT acting_person())');
-- What coders write down is of charts that they hold; what they read may be of one that they closed.
DROP POLICY coder_insert ON not_codable;
CALL admit('not_codable', 'coder', 'INSERT', 'decided_by = (SELECT acting_person()) AND sees_chart(chart_id)');

SET LOCAL ROLE chartway_definer;
GRANT EXECUTE ON FUNCTION withdraw_entries TO chartway_manager;
RESET ROLE;
