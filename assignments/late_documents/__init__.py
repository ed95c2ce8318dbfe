"""Documents that came after the delivery: what they are, what they may change, and what is decided."""
