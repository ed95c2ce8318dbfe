"""Pages and places that a coder keeps for themselves, with a few words or none. Nobody else sees them."""
