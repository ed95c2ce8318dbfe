"""People: kinds and permissions, grants, passwords, sessions, signing in."""
