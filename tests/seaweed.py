"""The real S3 server that tests use: the benchmark's own."""

from portal.commands.bench.seaweed import Seaweed

__all__ = ["Seaweed"]
