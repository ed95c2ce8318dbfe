"""Plans: a shift's backlog over the people on duty, as preferences."""
