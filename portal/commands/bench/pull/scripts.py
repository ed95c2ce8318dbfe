"""What pgbench sends: the product's own transaction of a pull, the pull without its events, and the ceiling."""

#: One statement by primary key, the least that a durable transaction can do.
CEILING = """
\\set row random(1, {rows})
UPDATE bench.row SET n = n + 1 WHERE id = :row RETURNING id;
"""

#: A transaction as portal.database opens it, though with BEGIN in a message of its own; then the pull, then COMMIT.
#: A colon before a word would be a variable of pgbench's, in quotes too. Ids are put together from random numbers of
#: pgbench's, as the product's come with the call: made by the database, each would read the system's.
WITH_EVENTS = """
\\set who random(1, 500)
\\set a random(1, 2147483647)
\\set b random(1, 2147483647)
BEGIN;
SELECT set_config('role', 'chartway_coder', true), set_config('chartway.client', '', true),
  set_config('chartway.person', '40000000-0000-7000-8000-' || lpad(to_hex(:who::integer), 12, '0'), true);
SELECT p.* FROM (SELECT (lpad(to_hex(:a::integer), 16, '0') || lpad(to_hex(:b::integer), 16, '0'))::uuid AS id) AS new,
  pull_next('coding', new.id, interval '30 minutes', jsonb_build_object(
    'action', 'assignment' || chr(58) || 'pulled', 'access_event', new.id, 'chart_event', new.id, 'now', now(),
    'aal', 2, 'release', 'bench', 'session', new.id, 'request', new.id, 'ip', '192.0.2.1', 'agent', 'bench')) AS p;
COMMIT;
"""

#: The pull in one statement, with everything that makes it safe: cap, request, lease, fence; but for its events.
BARE = """
\\set who random(1, 500)
\\set a random(1, 2147483647)
\\set b random(1, 2147483647)
SELECT * FROM pull_for(('40000000-0000-7000-8000-' || lpad(to_hex(:who::integer), 12, '0'))::uuid, 'coding',
  (lpad(to_hex(:a::integer), 16, '0') || lpad(to_hex(:b::integer), 16, '0'))::uuid, interval '30 minutes', NULL);
"""
