"""Proposed codes with their place: learned from what a client's own final charts pinned, quiet when unsure."""
