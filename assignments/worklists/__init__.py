"""Worklists: managers say which charts come to whom, and in what order."""
