-- What an auditor sends back is kept for its coder for some hours of the client's working time, so auditors read the
-- calendars of the clients they are granted.

DO $$
DECLARE
  owned text;
BEGIN
  FOREACH owned IN ARRAY ARRAY['client_calendar', 'client_holiday', 'service_line_calendar'] LOOP
    EXECUTE format('GRANT SELECT ON %I TO chartway_auditor', owned);
    CALL admit(owned::regclass, 'auditor', 'SELECT', 'is_granted(client_id)');
  END LOOP;
END $$;
