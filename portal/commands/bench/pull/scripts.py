"""What pgbench sends: the product's own transaction of a pull, the pull alone, and the ceiling."""

#: One statement by primary key, the least that a durable transaction can do.
CEILING = """
\\set row random(1, {rows})
UPDATE bench.row SET n = n + 1 WHERE id = :row RETURNING id;
"""

#: A transaction as portal.database opens it, though with BEGIN in a message of its own; then the pull, then COMMIT.
WITH_EVENTS = """
\\set who random(1, 500)
BEGIN;
SELECT set_config('role', 'chartway_coder', true), set_config('chartway.client', '', true),
  set_config('chartway.person', '40000000-0000-7000-8000-' || lpad(to_hex(:who::integer), 12, '0'), true);
SELECT * FROM pull_next('coding', gen_random_uuid(), interval '30 minutes');
COMMIT;
"""
BARE = WITH_EVENTS
