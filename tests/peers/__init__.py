"""Other queues on PostgreSQL beside ours: not part of the tests, and no dependencies of the product."""
