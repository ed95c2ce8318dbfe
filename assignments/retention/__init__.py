"""How long documents are kept: rules per client, legal holds, purges, and what a leaving client is given."""
