"""Where a coder is unsure: a note, at a line or a place of the record, that takes the chart to an auditor."""
