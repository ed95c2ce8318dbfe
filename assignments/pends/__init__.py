"""Pends: charts that wait for an answer, what was asked and said, and charts that cannot be coded."""
