"""Edits: what is checked of a coding, as data; CMS's tables, a client's own levels, and the answers to what was asked."""
