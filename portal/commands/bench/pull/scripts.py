"""What pgbench sends: the product's own transaction of a pull, the pull without its events, and the ceiling."""

#: One statement by primary key, the least that a durable transaction can do.
CEILING = """
\\set row random(1, {rows})
UPDATE bench.row SET n = n + 1 WHERE id = :row RETURNING id;
"""

#: A transaction as portal.database opens it, though with BEGIN in a message of its own; then the pull, then COMMIT.
#: A colon before a word would be a variable of pgbench's, in quotes too.
WITH_EVENTS = """
\\set who random(1, 500)
BEGIN;
SELECT set_config('role', 'chartway_coder', true), set_config('chartway.client', '', true),
  set_config('chartway.person', '40000000-0000-7000-8000-' || lpad(to_hex(:who::integer), 12, '0'), true);
SELECT * FROM pull_next('coding', gen_random_uuid(), interval '30 minutes', jsonb_build_object(
  'action', 'assignment' || chr(58) || 'pulled', 'access_event', uuidv7(), 'chart_event', uuidv7(), 'now', now(),
  'aal', 2, 'release', 'bench', 'session', gen_random_uuid(), 'request', gen_random_uuid(), 'ip', '192.0.2.1',
  'agent', 'bench'));
COMMIT;
"""

#: The pull in one statement, with everything that makes it safe: cap, request, lease, fence; but for its events.
BARE = """
\\set who random(1, 500)
SELECT * FROM pull_for(('40000000-0000-7000-8000-' || lpad(to_hex(:who::integer), 12, '0'))::uuid, 'coding',
  gen_random_uuid(), interval '30 minutes', NULL);
"""
