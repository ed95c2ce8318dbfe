"""How often codes are used, for the order of what the search finds."""
