"""How fast the next chart is pulled, told as ratios to what the same server can do."""
