"""Benchmarks: what the portal manages on this machine, always on a scratch database of its own."""
