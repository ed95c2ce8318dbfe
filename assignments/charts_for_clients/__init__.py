"""A client's own charts: the list, one chart with its history, the originals, and the delivered codes."""
