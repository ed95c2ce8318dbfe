"""How long charts took, by two clocks: from receipt, and from when they were ready to be coded."""
