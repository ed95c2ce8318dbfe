"""The line under fire: many connections, short leases, crashes; and a checker of what they leave behind."""
