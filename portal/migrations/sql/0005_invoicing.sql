-- Invoicing: rates, rated events, invoices.

CREATE TABLE rate (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL,
  service_line_id uuid NOT NULL,
  amount numeric(12, 4) NOT NULL CHECK (amount >= 0),  -- US dollars per chart
  effective_on date NOT NULL,
  created_at timestamptz NOT NULL,
  created_by uuid REFERENCES person (id),
  UNIQUE (client_id, id),
  UNIQUE (service_line_id, effective_on),
  FOREIGN KEY (client_id, service_line_id) REFERENCES service_line (client_id, id)
);
CREATE INDEX rate_client ON rate (client_id, service_line_id);
CALL append_only('rate');

-- One immutable, priced fact per chart and charge; a mistake is corrected by another event.
CREATE TABLE rated_event (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL,
  chart_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('chart')),
  chart_event_id uuid NOT NULL,
  rate_id uuid NOT NULL,
  quantity numeric(12, 4) NOT NULL,
  amount numeric(12, 2) NOT NULL,
  earned_on date NOT NULL,  -- in the client's time zone; decides the month
  created_at timestamptz NOT NULL,
  UNIQUE (client_id, id),
  UNIQUE (chart_id, kind),
  FOREIGN KEY (client_id, chart_id) REFERENCES chart (client_id, id),
  FOREIGN KEY (client_id, chart_event_id) REFERENCES chart_event (client_id, id),
  FOREIGN KEY (client_id, rate_id) REFERENCES rate (client_id, id)
);
CREATE INDEX rated_event_month ON rated_event (client_id, earned_on);
CALL append_only('rated_event');

CREATE TABLE invoice (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL REFERENCES client (id),
  number text NOT NULL UNIQUE,
  month date NOT NULL CHECK (extract(day FROM month) = 1),
  total numeric(12, 2) NOT NULL,
  chart_count integer NOT NULL,
  issued_at timestamptz NOT NULL,
  issued_by uuid NOT NULL REFERENCES person (id),
  UNIQUE (client_id, id),
  UNIQUE (client_id, month)
);
CALL append_only('invoice');

CREATE TABLE invoice_line (
  invoice_id uuid NOT NULL,
  client_id uuid NOT NULL,
  rated_event_id uuid NOT NULL UNIQUE,  -- a rated event stands on one invoice at most
  position integer NOT NULL CHECK (position >= 1),
  amount numeric(12, 2) NOT NULL,
  PRIMARY KEY (invoice_id, position),
  FOREIGN KEY (client_id, invoice_id) REFERENCES invoice (client_id, id),
  FOREIGN KEY (client_id, rated_event_id) REFERENCES rated_event (client_id, id)
);
CREATE INDEX invoice_line_client ON invoice_line (client_id, invoice_id);
CALL append_only('invoice_line');

CALL client_owned('rate', client => 'SELECT', manager => 'SELECT, INSERT', compliance => 'SELECT', worker => 'SELECT');
CALL client_owned('rated_event', client => 'SELECT', manager => 'SELECT, INSERT', worker => 'SELECT, INSERT');
CALL client_owned('invoice', client => 'SELECT', manager => 'SELECT, INSERT', compliance => 'SELECT');
CALL client_owned('invoice_line', client => 'SELECT', manager => 'SELECT, INSERT', compliance => 'SELECT');
