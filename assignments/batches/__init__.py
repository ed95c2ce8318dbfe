"""Batches: what a location saw on one day, what its schedule expects, and that every encounter is accounted for."""
