"""`chartway bench`: what this machine does, as ratios to what its processor can do."""
