-- Working hours and calendars of service lines, due times agreed for one chart, turnaround by two clocks, warnings.

-- Calendars ---------------------------------------------------------------------------------------------------------

ALTER TABLE client_calendar
  ADD COLUMN opens_minute integer NOT NULL DEFAULT 0,  -- after midnight, local, as the cut-off
  ADD COLUMN closes_minute integer NOT NULL DEFAULT 1440,
  ADD CONSTRAINT a_day_is_open_for_an_hour
    CHECK (opens_minute >= 0 AND closes_minute <= 1440 AND closes_minute - opens_minute >= 60);

-- The calendar of a service line that does not keep its client's.
CREATE TABLE service_line_calendar (
  client_id uuid NOT NULL,
  service_line_id uuid NOT NULL,
  cut_off_minute integer CHECK (cut_off_minute BETWEEN 1 AND 1439),
  working_days smallint[] NOT NULL CHECK (cardinality(working_days) BETWEEN 1 AND 7
    AND working_days <@ ARRAY[1, 2, 3, 4, 5, 6, 7]::smallint[]),
  opens_minute integer NOT NULL,
  closes_minute integer NOT NULL,
  keeps_holidays boolean NOT NULL,  -- its client's holidays are its own
  changed_at timestamptz NOT NULL,
  changed_by uuid REFERENCES person (id),
  PRIMARY KEY (client_id, service_line_id),
  FOREIGN KEY (client_id, service_line_id) REFERENCES service_line (client_id, id),
  CONSTRAINT a_day_is_open_for_an_hour
    CHECK (opens_minute >= 0 AND closes_minute <= 1440 AND closes_minute - opens_minute >= 60)
);
CALL client_owned('service_line_calendar', client => 'SELECT', manager => 'SELECT, INSERT, UPDATE, DELETE',
  worker => 'SELECT');

ALTER TABLE service_line
  ADD COLUMN in_working_hours boolean NOT NULL DEFAULT false,  -- what promise_hours are; false: elapsed
  ADD COLUMN at_risk_minutes integer CHECK (at_risk_minutes BETWEEN 1 AND 20160);  -- NULL: the usual warning

-- From when on an unfinished chart is at risk; `hours` are its promise's, or STAT's if it is. The same as
-- assignments.promises.at_risk_from, which a test compares it with.
CREATE FUNCTION at_risk_from(due timestamptz, hours integer, minutes integer) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT due - make_interval(mins => coalesce(minutes, least(240, hours * 12))) $$;
GRANT EXECUTE ON FUNCTION at_risk_from TO chartway_client, chartway_coder, chartway_auditor, chartway_manager,
  chartway_worker;

-- Due times ---------------------------------------------------------------------------------------------------------

-- due_at is what holds. It is as promised, unless a manager agreed another time or the chart is STAT.
ALTER TABLE chart ADD COLUMN promised_due_at timestamptz, ADD COLUMN agreed_due_at timestamptz;

ALTER TABLE chart NO FORCE ROW LEVEL SECURITY;
ALTER TABLE service_line NO FORCE ROW LEVEL SECURITY;
UPDATE chart c SET promised_due_at = CASE WHEN c.is_stat THEN c.counts_from + make_interval(hours => s.promise_hours)
                                          ELSE c.due_at END
  FROM service_line s WHERE s.id = c.service_line_id;
ALTER TABLE chart FORCE ROW LEVEL SECURITY;
ALTER TABLE service_line FORCE ROW LEVEL SECURITY;
ALTER TABLE chart ALTER COLUMN promised_due_at SET NOT NULL;

CREATE FUNCTION promise_as_due() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.promised_due_at := coalesce(NEW.promised_due_at, NEW.due_at);
  RETURN NEW;
END $$;
CREATE TRIGGER chart_is_promised BEFORE INSERT ON chart FOR EACH ROW EXECUTE FUNCTION promise_as_due();

GRANT UPDATE (promised_due_at, agreed_due_at) ON chart TO chartway_manager, chartway_worker;
-- A STAT chart that is reopened is asked for anew; one that is late no longer steps back to its place in line.
GRANT UPDATE (stat_requested_at) ON chart TO chartway_worker;
GRANT UPDATE (boosted_at), SELECT (boosted_at) ON queue_entry TO chartway_client;

-- Turnaround --------------------------------------------------------------------------------------------------------

-- How long a delivery took, by both clocks: from receipt, and from when its documents were ready to be coded. It is
-- measured once, in the transaction that delivers, by the calendar of that moment; later changes to it change nothing.
CREATE TABLE turnaround (
  chart_event_id uuid PRIMARY KEY,  -- the delivery
  client_id uuid NOT NULL,
  chart_id uuid NOT NULL,
  service_line_id uuid NOT NULL,
  cycle integer NOT NULL CHECK (cycle >= 1),  -- 1: the first delivery; then one for each reopening after a delivery
  is_stat boolean NOT NULL,
  received_at timestamptz NOT NULL,  -- of later cycles: when it was reopened
  ready_at timestamptz NOT NULL,
  delivered_at timestamptz NOT NULL,
  due_at timestamptz NOT NULL,
  ready_due_at timestamptz NOT NULL,  -- the same promise, counted from ready_at, without what the clock stood still
  working_seconds integer NOT NULL CHECK (working_seconds >= 0),  -- from receipt, in the client's working time
  ready_working_seconds integer NOT NULL CHECK (ready_working_seconds >= 0),
  pended_seconds integer NOT NULL CHECK (pended_seconds >= 0),  -- waiting for the client or a lead; elapsed
  query_seconds integer NOT NULL CHECK (query_seconds >= 0),  -- waiting for a provider's answer; elapsed
  CONSTRAINT a_delivery_ends_its_clocks CHECK (received_at <= ready_at AND ready_at <= delivered_at),
  FOREIGN KEY (client_id, chart_event_id) REFERENCES chart_event (client_id, id),
  FOREIGN KEY (client_id, chart_id) REFERENCES chart (client_id, id),
  FOREIGN KEY (client_id, service_line_id) REFERENCES service_line (client_id, id)
);
CREATE INDEX turnaround_client ON turnaround (client_id, delivered_at);
CREATE INDEX turnaround_delivered ON turnaround (delivered_at);
CREATE INDEX turnaround_chart ON turnaround (chart_id, cycle);
CALL append_only('turnaround');
CALL client_owned('turnaround', client => 'SELECT', manager => 'SELECT', worker => 'SELECT, INSERT');
