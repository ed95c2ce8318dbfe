"""What the worker does for queries."""

from assignments.querying.ageing import age_queries

EVERY = ((60, age_queries),)
