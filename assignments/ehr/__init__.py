"""Charts that are coded in the client's own system: what finds the visit there, and the way."""
