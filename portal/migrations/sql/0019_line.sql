-- The line: worklists and lanes, what somebody may take, and a pull that writes its own events. ADR 0021.

-- What the order of the line knows of a chart ------------------------------------------------------------------------

ALTER TABLE client ADD COLUMN weight numeric(4, 2) NOT NULL DEFAULT 1 CHECK (weight BETWEEN 0.2 AND 5);
GRANT UPDATE (weight) ON client TO chartway_manager;
ALTER TABLE service_line
  ADD COLUMN level smallint NOT NULL DEFAULT 1 CHECK (level BETWEEN 1 AND 5),  -- what its charts ask of a coder
  ADD COLUMN minutes numeric(5, 1) NOT NULL DEFAULT 10 CHECK (minutes BETWEEN 0.5 AND 480),  -- expected work
  ADD COLUMN audit_minutes numeric(5, 1) NOT NULL DEFAULT 6 CHECK (audit_minutes BETWEEN 0.5 AND 480),
  ADD COLUMN widen_minutes integer CHECK (widen_minutes BETWEEN 5 AND 10080);  -- before due; null: never

-- Who may work on what ----------------------------------------------------------------------------------------------

ALTER TABLE person ADD COLUMN country text NOT NULL DEFAULT 'US' CHECK (country ~ '^[A-Z]{2}$');  -- ISO 3166-1
GRANT SELECT (country) ON person TO chartway_manager, chartway_compliance, chartway_administrator;
GRANT UPDATE (country) ON person TO chartway_administrator;

-- A credential, a training or an attestation of somebody, in force once verified.
CREATE TABLE qualification (
  id uuid PRIMARY KEY,
  person_id uuid NOT NULL REFERENCES person (id),
  kind text NOT NULL CHECK (kind IN ('credential', 'training', 'attestation')),
  name text NOT NULL CHECK (name <> ''),
  valid_until date,  -- its last day; null: for ever
  noted_at timestamptz NOT NULL,
  noted_by uuid NOT NULL REFERENCES person (id),
  verified_at timestamptz,
  verified_by uuid REFERENCES person (id),
  revoked_at timestamptz,
  CONSTRAINT nobody_verifies_their_own CHECK (verified_by IS DISTINCT FROM person_id OR verified_by IS NULL),
  CONSTRAINT verified_by_somebody CHECK ((verified_at IS NULL) = (verified_by IS NULL))
);
CREATE INDEX qualification_person ON qualification (person_id, name);

-- Whoever works for this client (null: for any), in this specialty and stage (null: in any), needs one of these names.
CREATE TABLE requirement (
  id uuid PRIMARY KEY,
  client_id uuid REFERENCES client (id),
  specialty text,
  stage text CHECK (stage IN ('coding', 'audit')),
  names text[] NOT NULL CHECK (cardinality(names) >= 1),
  made_at timestamptz NOT NULL,
  made_by uuid NOT NULL REFERENCES person (id),
  ended_at timestamptz
);
CREATE INDEX requirement_client ON requirement (client_id);

-- From where a client's charts may be seen; with a payer, the charts of that payer. Both rules hold if both are there.
CREATE TABLE country_rule (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL REFERENCES client (id),
  payer text CHECK (payer <> ''),  -- compared without regard to case
  countries text[] NOT NULL CHECK (cardinality(countries) >= 1),
  made_at timestamptz NOT NULL,
  made_by uuid NOT NULL REFERENCES person (id),
  ended_at timestamptz
);
CREATE INDEX country_rule_client ON country_rule (client_id);

ALTER TABLE chart ADD COLUMN countries text[];  -- from where it may be seen; null: from anywhere. Kept by triggers.

ALTER TABLE workload ADD COLUMN paused_by uuid REFERENCES person (id), ADD COLUMN paused_because text,
  ADD COLUMN last_list uuid, ADD COLUMN in_a_row integer NOT NULL DEFAULT 0;

-- Worklists ---------------------------------------------------------------------------------------------------------

-- A manager's list: the first whose rule an entry meets takes it. `rest` takes what no list took; `late` what is opened
-- to everybody who may, because its time runs short.
CREATE TABLE worklist (
  id uuid PRIMARY KEY,
  stage text NOT NULL CHECK (stage IN ('coding', 'audit')),
  kind text NOT NULL DEFAULT 'list' CHECK (kind IN ('list', 'rest', 'late')),
  name text NOT NULL CHECK (name <> ''),
  position integer NOT NULL,
  rule jsonb NOT NULL DEFAULT '[]',  -- assignments.worklists.rules
  sort text NOT NULL DEFAULT 'promise' CHECK (sort IN ('promise', 'due', 'received', 'service_day', 'shortest')),
  then_sort text NOT NULL DEFAULT 'promise' CHECK (then_sort IN ('promise', 'due', 'received', 'shortest')),
  version integer NOT NULL DEFAULT 1,
  changed_at timestamptz,
  changed_by uuid REFERENCES person (id),
  retired_at timestamptz
);
CREATE UNIQUE INDEX worklist_position ON worklist (stage, position) WHERE retired_at IS NULL;
CREATE UNIQUE INDEX worklist_name ON worklist (stage, lower(name)) WHERE retired_at IS NULL;
INSERT INTO worklist (id, stage, kind, name, position) VALUES
  ('00000000-0000-7000-8000-000000000001', 'coding', 'late', 'Running late', 0),
  ('00000000-0000-7000-8000-000000000002', 'coding', 'rest', 'Everything else', 1000000),
  ('00000000-0000-7000-8000-000000000003', 'audit', 'late', 'Running late', 0),
  ('00000000-0000-7000-8000-000000000004', 'audit', 'rest', 'Everything else', 1000000);

-- Whose list it is. One without people is everybody's.
CREATE TABLE worklist_person (
  worklist_id uuid NOT NULL REFERENCES worklist (id),
  person_id uuid NOT NULL REFERENCES person (id),
  role text NOT NULL CHECK (role IN ('primary', 'backup')),
  position integer NOT NULL CHECK (position BETWEEN 1 AND 1000),
  at_a_time integer CHECK (at_a_time BETWEEN 1 AND 1000),  -- charts in a row before the next list has its turn
  PRIMARY KEY (worklist_id, person_id)
);
CREATE INDEX worklist_person_person ON worklist_person (person_id);

-- A list and specialty: one sorted line. `rank_from` is a hint that no waiting entry ranks below it, so that a pull never
-- walks over what was taken already and not yet cleaned away; the worker renews it every second.
CREATE TABLE queue_head (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  worklist_id uuid NOT NULL REFERENCES worklist (id),
  specialty text NOT NULL,
  rank_from timestamptz NOT NULL DEFAULT '-infinity',
  UNIQUE (worklist_id, specialty)
) WITH (fillfactor = 25);

-- All that decides who may take an entry, but for the people barred from it: one number for each combination.
CREATE TABLE lane (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  head_id integer NOT NULL REFERENCES queue_head (id),
  client_id uuid NOT NULL REFERENCES client (id),
  stage text NOT NULL,
  specialty text NOT NULL,
  level smallint NOT NULL,
  countries text[],
  UNIQUE NULLS NOT DISTINCT (client_id, head_id, level, countries)
);
CREATE INDEX lane_head ON lane (head_id);

ALTER TABLE queue_entry
  ADD COLUMN worklist_id uuid REFERENCES worklist (id),
  ADD COLUMN lane_id integer REFERENCES lane (id),
  ADD COLUMN head_id integer REFERENCES queue_head (id),
  ADD COLUMN minutes real NOT NULL DEFAULT 10,  -- expected work
  ADD COLUMN weight real NOT NULL DEFAULT 1,
  ADD COLUMN seats smallint NOT NULL DEFAULT 1,  -- how many seats its round has
  ADD COLUMN boosted_at timestamptz,  -- when it became late and stepped behind what can still be in time
  ADD COLUMN widened_at timestamptz;
DROP INDEX queue_entry_ready, queue_entry_lane, queue_entry_preferred;
-- What is kept for one person stands in no open line: it cannot clog one.
CREATE INDEX queue_entry_open ON queue_entry (head_id, rank) WHERE state = 'waiting' AND preferred_person IS NULL;
CREATE INDEX queue_entry_lane ON queue_entry (lane_id, rank) WHERE state = 'waiting' AND preferred_person IS NULL;
CREATE INDEX queue_entry_kept ON queue_entry (preferred_person, rank)
  WHERE state = 'waiting' AND preferred_person IS NOT NULL;
CREATE INDEX queue_entry_kept_until ON queue_entry (preferred_until)
  WHERE state = 'waiting' AND preferred_person IS NOT NULL;
CREATE INDEX queue_entry_due ON queue_entry (due_at) WHERE state = 'waiting';
ALTER TABLE queue_entry SET (autovacuum_vacuum_scale_factor = 0.005);

-- Why somebody was given it: how (kept, list), which list, its rank, and what would have come next.
ALTER TABLE assignment ADD COLUMN how text, ADD COLUMN worklist_id uuid, ADD COLUMN rank timestamptz,
  ADD COLUMN minutes real, ADD COLUMN next_entry_id uuid, ADD COLUMN next_rank timestamptz;
ALTER TABLE assignment_history ADD COLUMN how text, ADD COLUMN worklist_id uuid, ADD COLUMN rank timestamptz,
  ADD COLUMN minutes real, ADD COLUMN next_entry_id uuid, ADD COLUMN next_rank timestamptz,
  ADD COLUMN ended_by uuid REFERENCES person (id);

-- How an entry came to stand where it stands: one row for each time.
CREATE TABLE routing (
  id uuid PRIMARY KEY,
  client_id uuid NOT NULL,
  chart_id uuid NOT NULL,
  queue_entry_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('lined up', 'sorted anew', 'kept', 'opened', 'widened', 'late')),
  worklist_id uuid REFERENCES worklist (id),
  rank timestamptz,
  because text,  -- the part of the rule that was met, or a manager's reason from a list
  person_id uuid REFERENCES person (id),  -- for whom it is kept
  until timestamptz,
  actor_id uuid REFERENCES person (id),
  happened_at timestamptz NOT NULL,
  FOREIGN KEY (client_id, queue_entry_id) REFERENCES queue_entry (client_id, id)
);
CREATE INDEX routing_chart ON routing (client_id, chart_id, happened_at);
CREATE INDEX routing_entry ON routing (queue_entry_id);
CALL append_only('routing');

-- What somebody may take, worked out once and kept until anything changes that it depends on.
CREATE TABLE serves (
  person_id uuid NOT NULL REFERENCES person (id),
  stage text NOT NULL,
  version bigint NOT NULL,  -- of `eligibility`
  fresh_until timestamptz NOT NULL,  -- when the next qualification runs out
  lanes integer[] NOT NULL,
  heads integer[] NOT NULL,  -- in the order of this person's lists
  starts integer[] NOT NULL,  -- where in heads each list begins, and the end
  lists uuid[] NOT NULL,
  limits integer[] NOT NULL,  -- 0: none
  PRIMARY KEY (person_id, stage)
) WITH (fillfactor = 50);
-- Raised in the transaction of every such change: what was worked out under an older version is worked out anew.
CREATE TABLE eligibility (singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton), version bigint NOT NULL)
  WITH (fillfactor = 25);
INSERT INTO eligibility (version) VALUES (1);

-- Who reaches what --------------------------------------------------------------------------------------------------

CALL client_owned('country_rule', client => 'SELECT', manager => 'SELECT, INSERT, UPDATE', compliance => 'SELECT',
  worker => 'SELECT', definer => 'SELECT');
CALL client_owned('lane', manager => 'SELECT', worker => 'SELECT', definer => 'SELECT, INSERT');
CALL client_owned('routing', coder => 'SELECT', auditor => 'SELECT, INSERT', manager => 'SELECT, INSERT',
  worker => 'SELECT, INSERT', definer => 'INSERT', reach => 'sees_chart(chart_id)');
DO $$
DECLARE
  one record; owned regclass; who text; verb text;
BEGIN
  FOR one IN SELECT * FROM (VALUES
      ('qualification', ARRAY['manager', 'compliance', 'administrator', 'definer'], ARRAY['manager', 'administrator']),
      ('requirement', ARRAY['manager', 'compliance', 'administrator', 'definer'], ARRAY['manager']),
      ('worklist', ARRAY['coder', 'auditor', 'manager', 'worker', 'definer', 'compliance'], ARRAY['manager']),
      ('worklist_person', ARRAY['manager', 'worker', 'definer', 'administrator'], ARRAY['manager']),
      ('queue_head', ARRAY['manager', 'worker', 'definer'], ARRAY['definer']),
      ('serves', ARRAY['manager', 'worker', 'definer'], ARRAY['definer']),
      ('eligibility', ARRAY['manager', 'worker', 'definer'], ARRAY['definer'])
    ) AS t (name, readers, writers) LOOP
    owned := one.name::regclass;
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', owned);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', owned);
    FOREACH who IN ARRAY one.readers LOOP
      EXECUTE format('GRANT SELECT ON %s TO %I', owned, 'chartway_' || who);
      CALL admit(owned, who, 'SELECT', 'true');
    END LOOP;
    FOREACH who IN ARRAY one.writers LOOP
      FOREACH verb IN ARRAY ARRAY['INSERT', 'UPDATE', 'DELETE'] LOOP
        CONTINUE WHEN verb = 'DELETE' AND one.name NOT IN ('worklist_person');
        EXECUTE format('GRANT %s ON %s TO %I', verb, owned, 'chartway_' || who);
        CALL admit(owned, who, verb, 'true');
      END LOOP;
    END LOOP;
  END LOOP;
  FOREACH who IN ARRAY ARRAY['coder', 'auditor'] LOOP  -- what is noted of oneself
    EXECUTE format('GRANT SELECT ON qualification, worklist_person TO %I', 'chartway_' || who);
    CALL admit('qualification', who, 'SELECT', 'person_id = (SELECT acting_person())');
    CALL admit('worklist_person', who, 'SELECT', 'person_id = (SELECT acting_person())');
  END LOOP;
  EXECUTE 'GRANT DELETE ON worklist_person TO chartway_administrator';  -- off-boarding
  CALL admit('worklist_person', 'administrator', 'DELETE', 'true');
END $$;
GRANT UPDATE (paused_at, paused_by, paused_because) ON workload TO chartway_manager;
GRANT SELECT (id, client_id, payer) ON encounter TO chartway_definer;
GRANT UPDATE (countries, state) ON chart TO chartway_definer;
CALL admit('chart', 'definer', 'UPDATE', 'true');
GRANT INSERT ON chart_event TO chartway_definer;
CALL admit('chart_event', 'definer', 'INSERT', 'true');
GRANT SELECT ON web_session TO chartway_definer;

-- From where whoever acts is working.
SET LOCAL ROLE chartway_definer;
CREATE FUNCTION acting_country() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT country FROM person WHERE id = acting_person() $$;
GRANT EXECUTE ON FUNCTION acting_country TO chartway_coder, chartway_auditor;
RESET ROLE;
-- No page of a chart is served to a country that its client or payer does not allow, whoever holds it (CP-15): every
-- other table asks sees_chart(), and so this.
DO $$
DECLARE who text; verb text;
BEGIN
  FOREACH who IN ARRAY ARRAY['coder', 'auditor'] LOOP
    FOREACH verb IN ARRAY ARRAY['SELECT', 'UPDATE'] LOOP
      EXECUTE format('DROP POLICY %I ON chart', who || '_' || lower(verb));
      CALL admit('chart', who, verb,
        '(coder_of_record = (SELECT acting_person()) OR auditor_of_record = (SELECT acting_person()) OR holds_chart(id))
         AND (countries IS NULL OR (SELECT acting_country()) = ANY (countries))');
    END LOOP;
  END LOOP;
END $$;

-- Kept by triggers --------------------------------------------------------------------------------------------------

SET LOCAL ROLE chartway_definer;

CREATE FUNCTION eligibility_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE eligibility SET version = version + 1;
  RETURN NULL;
END $$;

-- From where the charts of an encounter may be seen: what every rule in force allows; null if there is none.
CREATE FUNCTION countries_of(wanted_client uuid, wanted_encounter uuid) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  allowed text[]; one country_rule;
BEGIN
  FOR one IN SELECT r.* FROM country_rule r WHERE r.client_id = wanted_client AND r.ended_at IS NULL
     AND (r.payer IS NULL OR lower(r.payer) = (SELECT lower(e.payer) FROM encounter e WHERE e.id = wanted_encounter))
  LOOP
    allowed := CASE WHEN allowed IS NULL THEN one.countries
                    ELSE ARRAY(SELECT unnest(allowed) INTERSECT SELECT unnest(one.countries)) END;
  END LOOP;
  RETURN (SELECT array_agg(c ORDER BY c) FROM unnest(allowed) AS c) ;
END $$;

CREATE FUNCTION chart_knows_its_countries() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  NEW.countries := countries_of(NEW.client_id, NEW.encounter_id);
  RETURN NEW;
END $$;

-- A rule that is made or ended holds at once, for charts that somebody has in hand as well.
CREATE FUNCTION country_rule_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE chart c SET countries = countries_of(c.client_id, c.encounter_id)
   WHERE c.client_id = NEW.client_id
     AND c.countries IS DISTINCT FROM countries_of(c.client_id, c.encounter_id);
  UPDATE queue_entry e SET worklist_id = e.worklist_id
   WHERE e.client_id = NEW.client_id AND e.state IN ('waiting', 'held');
  RETURN NULL;
END $$;

-- Gives an entry its lane, made if it is the first of its kind.
CREATE FUNCTION entry_finds_its_lane() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  from_where text[];
BEGIN
  IF NEW.worklist_id IS NULL THEN
    SELECT id INTO NEW.worklist_id FROM worklist WHERE stage = NEW.stage AND kind = 'rest';
  END IF;
  SELECT countries INTO from_where FROM chart WHERE id = NEW.chart_id;
  SELECT h.id, l.id INTO NEW.head_id, NEW.lane_id FROM queue_head h JOIN lane l ON l.head_id = h.id
   WHERE h.worklist_id = NEW.worklist_id AND h.specialty = NEW.specialty AND l.client_id = NEW.client_id
     AND l.level = NEW.level AND l.countries IS NOT DISTINCT FROM from_where;
  IF NEW.lane_id IS NOT NULL THEN RETURN NEW; END IF;
  INSERT INTO queue_head (worklist_id, specialty) VALUES (NEW.worklist_id, NEW.specialty) ON CONFLICT DO NOTHING;
  SELECT id INTO NEW.head_id FROM queue_head WHERE worklist_id = NEW.worklist_id AND specialty = NEW.specialty;
  INSERT INTO lane (head_id, client_id, stage, specialty, level, countries)
  VALUES (NEW.head_id, NEW.client_id, NEW.stage, NEW.specialty, NEW.level, from_where) ON CONFLICT DO NOTHING;
  SELECT l.id INTO NEW.lane_id FROM lane l WHERE l.head_id = NEW.head_id AND l.client_id = NEW.client_id
     AND l.level = NEW.level AND l.countries IS NOT DISTINCT FROM from_where;
  RETURN NEW;
END $$;

-- What comes to wait below the hint lowers it. A hint that the worker has in hand at this instant is left alone: within
-- a second it is renewed, and until then the entry is found by its lane.
CREATE FUNCTION entry_lowers_the_hint() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE queue_head SET rank_from = NEW.rank
   WHERE id = (SELECT h.id FROM queue_head h WHERE h.id = NEW.head_id AND h.rank_from > NEW.rank
                  FOR UPDATE SKIP LOCKED);
  RETURN NULL;
END $$;

CREATE FUNCTION renew_hints() RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH renewed AS (
    UPDATE queue_head h SET rank_from = n.rank
      FROM (SELECT q.id, coalesce((SELECT e.rank FROM queue_entry e WHERE e.head_id = q.id AND e.state = 'waiting'
                                     AND e.preferred_person IS NULL ORDER BY e.rank LIMIT 1), 'infinity') AS rank
              FROM queue_head q) n
     WHERE n.id = h.id AND n.rank <> h.rank_from RETURNING 1)
  SELECT count(*)::integer FROM renewed $$;

-- What somebody may take -------------------------------------------------------------------------------------------

-- True if this person meets every requirement for work of this kind today.
CREATE FUNCTION is_qualified(who uuid, wanted_client uuid, wanted_specialty text, wanted_stage text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT NOT EXISTS (
    SELECT FROM requirement r
     WHERE r.ended_at IS NULL AND (r.client_id IS NULL OR r.client_id = wanted_client)
       AND (r.specialty IS NULL OR r.specialty = wanted_specialty) AND (r.stage IS NULL OR r.stage = wanted_stage)
       AND NOT EXISTS (
         SELECT FROM qualification q
          WHERE q.person_id = who AND q.name = ANY (r.names) AND q.verified_at IS NOT NULL AND q.revoked_at IS NULL
            AND (q.valid_until IS NULL OR q.valid_until >= (clock_timestamp() AT TIME ZONE 'UTC')::date))) $$;

-- Work out anew what somebody may take: safety first (client, skill and level, country, qualifications), then in what
-- order their lists come. The version is read before everything else: what changes meanwhile makes this one old.
CREATE FUNCTION work_out_serves(who uuid, wanted_stage text) RETURNS serves
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  new_one serves;
BEGIN
  new_one.person_id := who; new_one.stage := wanted_stage;
  SELECT version INTO new_one.version FROM eligibility;
  SELECT coalesce(min((q.valid_until + 1)::timestamp AT TIME ZONE 'UTC'), 'infinity') INTO new_one.fresh_until
    FROM qualification q WHERE q.person_id = who AND q.revoked_at IS NULL
     AND q.valid_until >= (clock_timestamp() AT TIME ZONE 'UTC')::date;

  SELECT coalesce(array_agg(l.id ORDER BY l.id), '{}') INTO new_one.lanes
    FROM (SELECT DISTINCT x.client_id, x.specialty FROM lane x WHERE x.stage = wanted_stage) kind
    JOIN client_grant g ON g.person_id = who AND g.client_id = kind.client_id AND g.revoked_at IS NULL
    JOIN client c ON c.id = kind.client_id AND c.closed_at IS NULL
    JOIN skill k ON k.person_id = who AND k.specialty = kind.specialty
    JOIN person p ON p.id = who AND p.disabled_at IS NULL
         AND p.kind = CASE wanted_stage WHEN 'coding' THEN 'coder' WHEN 'audit' THEN 'auditor' END
    JOIN lane l ON l.client_id = kind.client_id AND l.specialty = kind.specialty AND l.stage = wanted_stage
         AND l.level <= k.level AND (l.countries IS NULL OR p.country = ANY (l.countries))
   WHERE is_qualified(who, kind.client_id, kind.specialty, wanted_stage);

  WITH own AS (
    SELECT w.id, CASE WHEN w.kind = 'late' THEN 0
                      WHEN mine.role = 'primary' THEN 1000 + mine.position
                      WHEN mine.role = 'backup' THEN 2000000000 + mine.position
                      WHEN w.kind = 'rest' THEN 2100000000
                      ELSE 10000 + w.position END AS place,
           coalesce(mine.at_a_time, 0) AS at_a_time
      FROM worklist w LEFT JOIN worklist_person mine ON mine.worklist_id = w.id AND mine.person_id = who
     WHERE w.stage = wanted_stage AND w.retired_at IS NULL
       AND (w.kind <> 'list' OR mine.person_id IS NOT NULL
            OR NOT EXISTS (SELECT FROM worklist_person o WHERE o.worklist_id = w.id))),
  lines AS (
    SELECT own.place, own.id AS list, own.at_a_time, h.id AS head,
           row_number() OVER (ORDER BY own.place, own.id, h.id) AS n
      FROM own JOIN queue_head h ON h.worklist_id = own.id
     WHERE EXISTS (SELECT FROM lane l WHERE l.head_id = h.id AND l.id = ANY (new_one.lanes))),
  lists AS (SELECT place, list, at_a_time, min(n) AS first FROM lines GROUP BY place, list, at_a_time)
  SELECT coalesce((SELECT array_agg(head ORDER BY n) FROM lines), '{}'),
         coalesce((SELECT array_agg(first::integer ORDER BY first) FROM lists), '{}')
           || (SELECT count(*)::integer + 1 FROM lines),
         coalesce((SELECT array_agg(list ORDER BY first) FROM lists), '{}'),
         coalesce((SELECT array_agg(at_a_time ORDER BY first) FROM lists), '{}')
    INTO new_one.heads, new_one.starts, new_one.lists, new_one.limits;

  INSERT INTO serves VALUES (new_one.*) ON CONFLICT (person_id, stage) DO UPDATE
    SET version = excluded.version, fresh_until = excluded.fresh_until, lanes = excluded.lanes,
        heads = excluded.heads, starts = excluded.starts, lists = excluded.lists, limits = excluded.limits
    WHERE serves.version <= excluded.version;
  RETURN new_one;
END $$;

-- The same, kept until something changes.
CREATE FUNCTION serves_of(who uuid, wanted_stage text) RETURNS serves
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  known serves;
BEGIN
  SELECT s.* INTO known FROM serves s JOIN eligibility e ON e.version = s.version
   WHERE s.person_id = who AND s.stage = wanted_stage AND s.fresh_until > clock_timestamp();
  IF known.person_id IS NULL THEN known := work_out_serves(who, wanted_stage); END IF;
  RETURN known;
END $$;

-- Pulling ----------------------------------------------------------------------------------------------------------

DROP FUNCTION pull_next(text, uuid, interval);

CREATE TYPE pulled AS (outcome text, entry_id uuid, held_chart uuid, held_client uuid, held_fence integer,
                       held_until timestamptz, kept_until timestamptz);

-- The next entry of a line for somebody: from the open lines of one list, the smallest rank that they may take.
-- A head full of what they may not take costs one bounded window, then one probe for each of their lanes there.
CREATE FUNCTION next_of_list(me uuid, my_heads integer[], my_lanes integer[]) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT h.id FROM unnest(my_heads) AS mine (head) JOIN queue_head q ON q.id = mine.head CROSS JOIN LATERAL (
    SELECT u.id, u.rank FROM (
      (SELECT w.id, w.rank FROM (
         SELECT e.id, e.rank, e.lane_id, e.barred FROM queue_entry e
          WHERE e.state = 'waiting' AND e.preferred_person IS NULL AND e.head_id = mine.head AND e.rank >= q.rank_from
          ORDER BY e.rank LIMIT 64) w
        WHERE w.lane_id = ANY (my_lanes) AND NOT me = ANY (w.barred)
        ORDER BY w.rank LIMIT 1)
      UNION ALL  -- lazy: runs only when the window held nothing
      (SELECT o.id, o.rank FROM lane l CROSS JOIN LATERAL (
         SELECT e.id, e.rank FROM queue_entry e
          WHERE e.state = 'waiting' AND e.preferred_person IS NULL AND e.lane_id = l.id AND NOT me = ANY (e.barred)
          ORDER BY e.rank LIMIT 1) o
        WHERE l.head_id = mine.head AND l.id = ANY (my_lanes)
        ORDER BY o.rank LIMIT 1)
    ) u LIMIT 1) h
   ORDER BY h.rank LIMIT 1 $$;

-- Pull the next entry of a stage for `me`. Outcomes: pulled; again (the same request, answered before); held (their cap
-- is reached: what they hold); spent (answered before, and what it gave is finished); paused; no_skill; no_client;
-- unqualified; kept (what waits is kept for others, until kept_until); barred (what waits they had in hand, or may not
-- check); elsewhere (what waits is in lists or lanes of others); empty; not_allowed.
-- SKIP LOCKED: two people pulling at the same instant never wait for each other and never get the same entry.
-- `origin` is what the events say of the request (assignments.pulling); without it no event is written, which only
-- the benchmark may do: nobody is granted this function.
CREATE FUNCTION pull_for(me uuid, wanted_stage text, wanted_request uuid, lease interval, origin jsonb) RETURNS pulled
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  answer pulled;
  mine workload;
  mine_serves serves;
  held assignment;
  candidate uuid;
  taken queue_entry;
  following queue_entry;
  how text := 'list';
BEGIN
  IF NOT EXISTS (SELECT FROM person p WHERE p.id = me AND p.disabled_at IS NULL
                 AND p.kind = CASE wanted_stage WHEN 'coding' THEN 'coder' WHEN 'audit' THEN 'auditor' END) THEN
    answer.outcome := 'not_allowed'; RETURN answer;
  END IF;
  SELECT * INTO mine FROM workload w WHERE w.person_id = me FOR UPDATE;  -- a double click waits here for the first
  IF mine.person_id IS NULL THEN
    INSERT INTO workload (person_id) VALUES (me) ON CONFLICT DO NOTHING;
    SELECT * INTO mine FROM workload w WHERE w.person_id = me FOR UPDATE;
  END IF;

  SELECT * INTO held FROM assignment a WHERE a.request_id = wanted_request AND a.person_id = me;
  IF held.queue_entry_id IS NOT NULL THEN
    answer.outcome := 'again';
  ELSIF mine.open_count >= mine.cap
        OR EXISTS (SELECT FROM assignment_history h WHERE h.request_id = wanted_request) THEN
    SELECT * INTO held FROM assignment a WHERE a.person_id = me ORDER BY a.pulled_at LIMIT 1;
    answer.outcome := CASE WHEN held.queue_entry_id IS NULL THEN 'spent' ELSE 'held' END;
  END IF;
  IF answer.outcome IS NOT NULL THEN
    answer.entry_id := held.queue_entry_id; answer.held_chart := held.chart_id; answer.held_client := held.client_id;
    answer.held_fence := held.fence; answer.held_until := held.lease_until;
    RETURN answer;
  END IF;
  IF mine.paused_at IS NOT NULL THEN answer.outcome := 'paused'; RETURN answer; END IF;
  mine_serves := serves_of(me, wanted_stage);

  FOR attempt IN 1..8 LOOP
    candidate := NULL;
    SELECT e.id INTO candidate FROM queue_entry e  -- what was kept for this person comes first
     WHERE e.state = 'waiting' AND e.preferred_person = me AND e.stage = wanted_stage
       AND e.lane_id = ANY (mine_serves.lanes) AND NOT me = ANY (e.barred)
     ORDER BY e.rank LIMIT 1 FOR UPDATE SKIP LOCKED;
    IF candidate IS NOT NULL THEN
      how := 'kept';
    ELSE
      how := 'list';
      FOR turn IN 1..2 LOOP  -- first the lists whose turn it is, then the one that has had its charts in a row
        FOR list IN 1..cardinality(mine_serves.lists) LOOP
          CONTINUE WHEN (turn = 2) <> coalesce(mine.last_list = mine_serves.lists[list] AND mine_serves.limits[list] > 0
                                               AND mine.in_a_row >= mine_serves.limits[list], false);
          candidate := next_of_list(
            me, mine_serves.heads[mine_serves.starts[list]:mine_serves.starts[list + 1] - 1], mine_serves.lanes);
          EXIT WHEN candidate IS NOT NULL;
        END LOOP;
        EXIT WHEN candidate IS NOT NULL;
      END LOOP;
      IF candidate IS NULL THEN  -- what was kept for somebody, whose time is over and which nobody opened yet
        SELECT e.id INTO candidate FROM queue_entry e
         WHERE e.state = 'waiting' AND e.preferred_person IS NOT NULL AND e.preferred_until < clock_timestamp()
           AND e.stage = wanted_stage AND e.lane_id = ANY (mine_serves.lanes) AND NOT me = ANY (e.barred)
           AND e.head_id = ANY (mine_serves.heads)
         ORDER BY e.preferred_until LIMIT 1 FOR UPDATE SKIP LOCKED;
        EXIT WHEN candidate IS NULL;
      ELSE
        SELECT e.* INTO following FROM queue_entry e WHERE e.id = candidate;
        SELECT e.id INTO candidate FROM queue_entry e
         WHERE e.id = following.id AND e.state = 'waiting' AND e.preferred_person IS NULL FOR UPDATE SKIP LOCKED;
        IF candidate IS NULL THEN  -- somebody has it in hand at this instant: the next of its lane that nobody has
          SELECT e.id INTO candidate FROM queue_entry e
           WHERE e.state = 'waiting' AND e.preferred_person IS NULL AND e.lane_id = following.lane_id
             AND NOT me = ANY (e.barred)
           ORDER BY e.rank LIMIT 1 FOR UPDATE SKIP LOCKED;
        END IF;
      END IF;
    END IF;
    CONTINUE WHEN candidate IS NULL;
    SELECT * INTO taken FROM queue_entry e WHERE e.id = candidate;
    -- Nobody sits on two seats of one round: whoever has another is barred from this one.
    IF taken.seats > 1 AND EXISTS (
        SELECT FROM queue_entry o WHERE o.chart_id = taken.chart_id AND o.stage = taken.stage AND o.round = taken.round
           AND o.id <> taken.id
           AND (EXISTS (SELECT FROM assignment a WHERE a.queue_entry_id = o.id AND a.person_id = me)
                OR EXISTS (SELECT FROM assignment_history h
                            WHERE h.queue_entry_id = o.id AND h.person_id = me AND h.outcome = 'submitted'))) THEN
      UPDATE queue_entry SET barred = barred || me WHERE id = candidate;
      candidate := NULL;
    END IF;
    EXIT WHEN candidate IS NOT NULL;
  END LOOP;
  IF candidate IS NULL THEN RETURN why_nothing(me, wanted_stage, mine_serves.lanes); END IF;

  UPDATE queue_entry e SET state = 'held', fence = e.fence + 1 WHERE e.id = candidate RETURNING * INTO taken;
  UPDATE workload w SET open_count = w.open_count + 1,
         in_a_row = CASE WHEN w.last_list = taken.worklist_id THEN w.in_a_row + 1 ELSE 1 END,
         last_list = taken.worklist_id
   WHERE w.person_id = me;
  following := NULL;
  SELECT w.* INTO following FROM (  -- what would have come next here
    SELECT e.* FROM queue_entry e
     WHERE e.state = 'waiting' AND e.preferred_person IS NULL AND e.head_id = taken.head_id AND e.rank >= taken.rank
     ORDER BY e.rank LIMIT 16) w
   WHERE w.lane_id = ANY (mine_serves.lanes) AND NOT me = ANY (w.barred) ORDER BY w.rank LIMIT 1;
  INSERT INTO assignment (queue_entry_id, client_id, chart_id, stage, person_id, fence, request_id, lease_until, how,
                          worklist_id, rank, minutes, next_entry_id, next_rank)
  VALUES (taken.id, taken.client_id, taken.chart_id, taken.stage, me, taken.fence, wanted_request,
          clock_timestamp() + lease, how, taken.worklist_id, taken.rank, taken.minutes, following.id, following.rank);
  IF origin IS NOT NULL THEN PERFORM write_pull_events(me, taken, origin); END IF;
  answer.outcome := 'pulled'; answer.entry_id := taken.id; answer.held_chart := taken.chart_id;
  answer.held_client := taken.client_id; answer.held_fence := taken.fence;
  answer.held_until := clock_timestamp() + lease;
  RETURN answer;
END $$;

-- The chart's move and event, and the access event, of a pull. The canonical record is the one that
-- auditing.access_log.recording writes; a test holds the two together.
CREATE FUNCTION write_pull_events(me uuid, taken queue_entry, origin jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  patient uuid;
  event_id uuid := (origin ->> 'access_event')::uuid;
  kind text := CASE taken.stage WHEN 'coding' THEN 'coder' ELSE 'auditor' END;
BEGIN
  SELECT c.patient_id INTO patient FROM chart c WHERE c.id = taken.chart_id;
  IF taken.stage = 'coding' THEN
    -- One that is being corrected stays what it is, whoever holds it.
    UPDATE chart SET state = 'assigned' WHERE id = taken.chart_id AND state = 'ready';
    IF FOUND THEN
      INSERT INTO chart_event (id, client_id, chart_id, kind, from_state, to_state, actor_id, happened_at)
      VALUES ((origin ->> 'chart_event')::uuid, taken.client_id, taken.chart_id, 'assigned', 'ready', 'assigned', me,
              (origin ->> 'now')::timestamptz);
    END IF;
  END IF;
  INSERT INTO access_event (id, client_id, actor_id, action, outcome, patient_id, object_type, object_id, request_id,
                            canonical)
  VALUES (event_id, taken.client_id, me, origin ->> 'action', 'success', patient, 'chart', taken.chart_id,
          (origin ->> 'request')::uuid,
          convert_to(format(
            '{"action":"%s","actor":{"aal":%s,"id":"%s","kind":"%s"},"changes":[],"client":"%s",'
            '"id":"%s","object":{"fence":%s,"id":"%s","stage":"%s","type":"chart"},"origin":{"agent":%s,"ip":%s},'
            '"outcome":"success","patient":"%s","reason":null,"release":%s,"request":%s,"session":%s,"ts":"%s","v":1}',
            origin ->> 'action', origin ->> 'aal', me, kind, taken.client_id, event_id, taken.fence, taken.chart_id, taken.stage,
            coalesce((origin -> 'agent')::text, 'null'), coalesce((origin -> 'ip')::text, 'null'), patient,
            (origin -> 'release')::text, coalesce((origin -> 'request')::text, 'null'),
            coalesce((origin -> 'session')::text, 'null'),
            to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')), 'UTF8'));
END $$;

-- Why somebody's desk stays empty: the first reason that is true.
CREATE FUNCTION why_nothing(me uuid, wanted_stage text, my_lanes integer[]) RETURNS pulled
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  answer pulled;
BEGIN
  IF NOT EXISTS (SELECT FROM client_grant g WHERE g.person_id = me AND g.revoked_at IS NULL) THEN
    answer.outcome := 'no_client';
  ELSIF NOT EXISTS (SELECT FROM skill k WHERE k.person_id = me) THEN
    answer.outcome := 'no_skill';
  ELSIF NOT EXISTS (
      SELECT FROM client_grant g JOIN skill k ON k.person_id = me
       WHERE g.person_id = me AND g.revoked_at IS NULL
         AND is_qualified(me, g.client_id, k.specialty, wanted_stage)) THEN
    answer.outcome := 'unqualified';
  ELSE
    SELECT min(e.preferred_until) INTO answer.kept_until FROM queue_entry e
     WHERE e.state = 'waiting' AND e.preferred_person IS NOT NULL AND e.preferred_person <> me
       AND e.lane_id = ANY (my_lanes) AND NOT me = ANY (e.barred);
    IF answer.kept_until IS NOT NULL THEN
      answer.outcome := 'kept';
    ELSIF EXISTS (SELECT FROM lane l CROSS JOIN LATERAL (
                    SELECT FROM queue_entry e WHERE e.state = 'waiting' AND e.preferred_person IS NULL
                       AND e.lane_id = l.id AND NOT me = ANY (e.barred) LIMIT 1) o
                   WHERE l.id = ANY (my_lanes)  -- what stands in their own lists is being pulled at this instant
                     AND l.head_id <> ALL (SELECT unnest(s.heads) FROM serves s
                                            WHERE s.person_id = me AND s.stage = wanted_stage)) THEN
      answer.outcome := 'elsewhere';
    ELSIF EXISTS (SELECT FROM lane l CROSS JOIN LATERAL (
                    SELECT FROM queue_entry e WHERE e.state = 'waiting' AND e.preferred_person IS NULL
                       AND e.lane_id = l.id LIMIT 1) o WHERE l.id = ANY (my_lanes)) THEN
      answer.outcome := 'barred';
    ELSE
      answer.outcome := 'empty';
    END IF;
  END IF;
  RETURN answer;
END $$;

-- Pull for whoever acts: they see no line, only what it gives them.
CREATE FUNCTION pull_next(wanted_stage text, wanted_request uuid, lease interval, origin jsonb) RETURNS SETOF pulled
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF origin IS NULL OR NOT origin ?& ARRAY['action', 'access_event', 'chart_event', 'now', 'aal', 'release'] THEN
    RAISE EXCEPTION 'a pull says where it comes from' USING ERRCODE = 'null_value_not_allowed';
  END IF;
  RETURN NEXT pull_for(acting_person(), wanted_stage, wanted_request, lease, origin);
END $$;

-- Several people's pulls in one transaction, in the order of their ids so that two of these never wait in a ring. What
-- fails for one is undone for that one: its outcome is `failed`, with nothing pulled.
CREATE FUNCTION pull_many(wanted_stage text, people uuid[], requests uuid[], lease interval, origins jsonb[])
RETURNS TABLE (person_id uuid, request_id uuid, answer pulled)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  one record;
BEGIN
  FOR one IN SELECT t.who, t.request, t.origin FROM unnest(people, requests, origins) AS t (who, request, origin)
              ORDER BY t.who, t.request LOOP
    IF one.origin IS NULL OR NOT one.origin ?& ARRAY['action', 'access_event', 'chart_event', 'now', 'aal', 'release'] THEN
      RAISE EXCEPTION 'a pull says where it comes from' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    person_id := one.who; request_id := one.request; answer := NULL;
    BEGIN
      answer := pull_for(one.who, wanted_stage, one.request, lease, one.origin);
    EXCEPTION WHEN OTHERS THEN
      answer.outcome := 'failed';
    END;
    RETURN NEXT;
  END LOOP;
END $$;

-- Hand-overs ---------------------------------------------------------------------------------------------------------

-- Writes how an assignment ended and frees its holder's place. `ender` is null if nobody ended it but time.
CREATE FUNCTION note_end(ended assignment, how text, why text, ender uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  INSERT INTO assignment_history (queue_entry_id, client_id, chart_id, stage, person_id, fence, request_id, pulled_at,
                                  outcome, reason, how, worklist_id, rank, minutes, next_entry_id, next_rank, ended_by)
  VALUES (ended.queue_entry_id, ended.client_id, ended.chart_id, ended.stage, ended.person_id, ended.fence,
          ended.request_id, ended.pulled_at, how, why, ended.how, ended.worklist_id, ended.rank, ended.minutes,
          ended.next_entry_id, ended.next_rank, ender);
  UPDATE workload SET open_count = open_count - 1 WHERE person_id = ended.person_id $$;

CREATE OR REPLACE FUNCTION end_assignment(wanted_entry uuid, wanted_fence integer, how text, why text, then_state text,
                                          keep_away boolean DEFAULT false)
RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  ended assignment;
BEGIN
  DELETE FROM assignment a WHERE a.queue_entry_id = wanted_entry AND a.fence = wanted_fence
     AND a.person_id = acting_person() RETURNING * INTO ended;
  IF ended.queue_entry_id IS NULL THEN RETURN false; END IF;
  UPDATE queue_entry SET state = then_state,
         barred = CASE WHEN keep_away THEN barred || ended.person_id ELSE barred END,
         -- what was kept for them alone would wait for nobody
         preferred_person = CASE WHEN keep_away AND preferred_person = ended.person_id THEN NULL
                                 ELSE preferred_person END
   WHERE id = wanted_entry;
  PERFORM note_end(ended, how, why, ended.person_id);
  RETURN true;
END $$;

-- The worker takes back what ran out. Skips rows that their holder is just ending.
CREATE OR REPLACE FUNCTION take_back_expired(at_most integer)
RETURNS TABLE (chart_id uuid, client_id uuid, stage text, person_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  expired assignment;
BEGIN
  FOR expired IN SELECT * FROM assignment a WHERE a.lease_until < clock_timestamp()
                  ORDER BY a.person_id LIMIT at_most FOR UPDATE SKIP LOCKED LOOP
    DELETE FROM assignment a WHERE a.queue_entry_id = expired.queue_entry_id;
    UPDATE queue_entry SET state = 'waiting', returns = returns + 1 WHERE id = expired.queue_entry_id;
    PERFORM note_end(expired, 'expired', NULL, NULL);
    chart_id := expired.chart_id; client_id := expired.client_id; stage := expired.stage;
    person_id := expired.person_id;
    RETURN NEXT;
  END LOOP;
END $$;

CREATE OR REPLACE FUNCTION withdraw_entries(wanted_chart uuid, wanted_stage text) RETURNS SETOF uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  ended assignment;
BEGIN
  UPDATE queue_entry SET state = 'withdrawn'
   WHERE chart_id = wanted_chart AND stage = wanted_stage AND state = 'waiting';
  FOR ended IN DELETE FROM assignment a WHERE a.chart_id = wanted_chart AND a.stage = wanted_stage RETURNING * LOOP
    UPDATE queue_entry SET state = 'withdrawn' WHERE id = ended.queue_entry_id;
    PERFORM note_end(ended, 'revoked', NULL, acting_person());
    RETURN NEXT ended.person_id;
  END LOOP;
END $$;

-- Take these entries from whoever holds them, and let them wait again; those that nobody holds are left as they are.
-- Everything is locked in one order, so that two managers who move the same charts at once wait for each other, and
-- never in a ring.
CREATE FUNCTION take_back(entries uuid[], how text, why text)
RETURNS TABLE (entry_id uuid, chart_id uuid, client_id uuid, stage text, person_id uuid, fence integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  ended assignment;
BEGIN
  FOR ended IN SELECT a.* FROM assignment a WHERE a.queue_entry_id = ANY (entries)
                ORDER BY a.person_id, a.queue_entry_id FOR UPDATE LOOP
    DELETE FROM assignment a WHERE a.queue_entry_id = ended.queue_entry_id AND a.fence = ended.fence;
    CONTINUE WHEN NOT FOUND;  -- it ended while we waited
    UPDATE queue_entry SET state = 'waiting' WHERE id = ended.queue_entry_id;
    PERFORM note_end(ended, how, why, acting_person());
    entry_id := ended.queue_entry_id; chart_id := ended.chart_id; client_id := ended.client_id;
    stage := ended.stage; person_id := ended.person_id; fence := ended.fence;
    RETURN NEXT;
  END LOOP;
END $$;

-- True for each of these entries that this person may take, if it were kept for them.
CREATE FUNCTION may_take(who uuid, entries uuid[]) RETURNS TABLE (entry_id uuid, may boolean)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT e.id, e.lane_id = ANY ((serves_of(who, e.stage)).lanes) AND NOT who = ANY (e.barred)
    FROM queue_entry e WHERE e.id = ANY (entries) $$;

-- Who is at work: asked for something within the last half hour, or holds something; with what they may take.
CREATE FUNCTION people_on_duty(wanted_stage text)
RETURNS TABLE (person_id uuid, lanes integer[], open_count integer)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT p.id, (serves_of(p.id, wanted_stage)).lanes, coalesce(w.open_count, 0)
    FROM person p LEFT JOIN workload w ON w.person_id = p.id
   WHERE p.kind = CASE wanted_stage WHEN 'coding' THEN 'coder' ELSE 'auditor' END AND p.disabled_at IS NULL
     AND w.paused_at IS NULL
     AND (EXISTS (SELECT FROM web_session s WHERE s.person_id = p.id AND s.revoked_at IS NULL
                     AND s.idle_expires_at > clock_timestamp())
          OR EXISTS (SELECT FROM assignment a WHERE a.person_id = p.id)) $$;

-- Lanes in which something waits that nobody could take: nobody at all, or nobody who is not paused.
CREATE FUNCTION unroutable_lanes()
RETURNS TABLE (lane_id integer, client_id uuid, stage text, specialty text, level smallint, countries text[],
               waiting bigint, oldest_due_at timestamptz, has_paused boolean)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH waiting AS (
    SELECT e.lane_id, count(*) AS n, min(e.due_at) AS due_at FROM queue_entry e WHERE e.state = 'waiting' GROUP BY 1),
  able AS (
    SELECT one.lane AS lane_id, bool_or(w.paused_at IS NULL) AS at_work
      FROM person p LEFT JOIN workload w ON w.person_id = p.id
      CROSS JOIN LATERAL (SELECT CASE p.kind WHEN 'coder' THEN 'coding' ELSE 'audit' END AS stage) s
      CROSS JOIN LATERAL serves_of(p.id, s.stage) v
      CROSS JOIN LATERAL (SELECT unnest(v.lanes) AS lane) one
      JOIN lane l ON l.id = one.lane AND l.head_id = ANY (v.heads)
     WHERE p.kind IN ('coder', 'auditor') AND p.disabled_at IS NULL
     GROUP BY one.lane)
  SELECT l.id, l.client_id, l.stage, l.specialty, l.level, l.countries, w.n, w.due_at, a.lane_id IS NOT NULL
    FROM waiting w JOIN lane l ON l.id = w.lane_id LEFT JOIN able a ON a.lane_id = w.lane_id
   WHERE a.at_work IS NOT TRUE $$;

GRANT EXECUTE ON FUNCTION pull_next TO chartway_coder, chartway_auditor;
GRANT EXECUTE ON FUNCTION pull_many TO chartway_app;
GRANT EXECUTE ON FUNCTION renew_hints TO chartway_worker;
GRANT EXECUTE ON FUNCTION take_back, may_take, people_on_duty, unroutable_lanes TO chartway_manager, chartway_worker;
GRANT EXECUTE ON FUNCTION is_qualified TO chartway_manager;
GRANT EXECUTE ON FUNCTION eligibility_changed, chart_knows_its_countries, country_rule_changed, entry_finds_its_lane,
  entry_lowers_the_hint TO chartway_owner;  -- who makes the triggers below
RESET ROLE;

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['client_grant', 'skill', 'qualification', 'requirement', 'worklist', 'worklist_person'] LOOP
    EXECUTE format('CREATE TRIGGER %I AFTER INSERT OR UPDATE OR DELETE ON %I
                    FOR EACH STATEMENT EXECUTE FUNCTION eligibility_changed()', name || '_decides_who_may', name);
  END LOOP;
END $$;
CREATE TRIGGER lane_decides_who_may AFTER INSERT ON lane FOR EACH STATEMENT EXECUTE FUNCTION eligibility_changed();
CREATE TRIGGER person_decides_who_may AFTER UPDATE OF country, disabled_at, kind ON person
  FOR EACH STATEMENT EXECUTE FUNCTION eligibility_changed();
CREATE TRIGGER client_decides_who_may AFTER UPDATE OF closed_at ON client
  FOR EACH STATEMENT EXECUTE FUNCTION eligibility_changed();
CREATE TRIGGER chart_knows_its_countries BEFORE INSERT ON chart
  FOR EACH ROW EXECUTE FUNCTION chart_knows_its_countries();
CREATE TRIGGER country_rule_changed AFTER INSERT OR UPDATE ON country_rule
  FOR EACH ROW EXECUTE FUNCTION country_rule_changed();
CREATE TRIGGER entry_finds_its_lane BEFORE INSERT OR UPDATE OF worklist_id, specialty, level ON queue_entry
  FOR EACH ROW EXECUTE FUNCTION entry_finds_its_lane();
CREATE TRIGGER entry_lowers_the_hint AFTER INSERT OR UPDATE OF state, rank, preferred_person, worklist_id ON queue_entry
  FOR EACH ROW WHEN (NEW.state = 'waiting' AND NEW.preferred_person IS NULL)
  EXECUTE FUNCTION entry_lowers_the_hint();

-- What waits already finds its lane.
ALTER TABLE queue_entry NO FORCE ROW LEVEL SECURITY;
UPDATE queue_entry SET worklist_id = NULL;
ALTER TABLE queue_entry FORCE ROW LEVEL SECURITY;
ALTER TABLE queue_entry ALTER COLUMN worklist_id SET NOT NULL, ALTER COLUMN lane_id SET NOT NULL,
  ALTER COLUMN head_id SET NOT NULL;
