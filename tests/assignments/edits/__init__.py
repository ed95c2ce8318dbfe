"""Edits: rules, CMS's tables, answers, levels."""
