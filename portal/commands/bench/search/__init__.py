"""How well and how fast codes are found as coders type, beside what PostgreSQL would find."""
