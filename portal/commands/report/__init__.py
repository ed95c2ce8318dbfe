"""`chartway report …`: figures of what the product does, out of its own database."""
