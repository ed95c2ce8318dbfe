"""Who may work on what."""
