-- Bringing a chart back takes its locks in the one order, so that nobody who pulls, gives back or makes a country rule
-- meanwhile waits in a ring. ADR 0021.

SET LOCAL ROLE chartway_definer;

-- Who holds a chart, then its places in line, locked until the transaction ends; before the chart's own row is.
CREATE FUNCTION lock_work_on(wanted_chart uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM FROM assignment a WHERE a.chart_id = wanted_chart ORDER BY a.person_id, a.queue_entry_id FOR UPDATE;
  PERFORM FROM queue_entry e WHERE e.chart_id = wanted_chart AND e.state IN ('waiting', 'held') ORDER BY e.id FOR UPDATE;
END $$;
GRANT EXECUTE ON FUNCTION lock_work_on TO chartway_manager, chartway_worker;
RESET ROLE;
