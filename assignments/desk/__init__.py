"""The coder's desk: what they hold, the next chart, the documents beside the code lines."""
