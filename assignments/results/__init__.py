"""Results: the delivered codes of a chart, a day or a batch, on screen, as a table and as a summary to print."""
