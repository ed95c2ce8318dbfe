"""Releases of code sets for managers: what is loaded, and what one breaks of all that keeps codes."""
