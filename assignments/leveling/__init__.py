"""The level of a visit: what was met, by decision making or by time; filled in by the coder and by the auditor."""
