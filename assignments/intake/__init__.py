"""Documents arrive: one upload for one encounter becomes a chart, and a receipt says what became of each file."""
