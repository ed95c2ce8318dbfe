"""`chartway …`: everything that is started from a shell."""
