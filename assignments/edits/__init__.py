"""Edits: what is checked of a coding, as data; CMS's tables, clients' own levels, answers."""
