"""Proposed codes with their place in the text: learned from what a client's own final charts pinned, quiet when unsure."""
