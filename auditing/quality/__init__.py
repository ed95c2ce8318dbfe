"""Second-level check of codings: sample plans, draws, audits, findings and scores."""
