"""What clients take into their own billing: how charges are written, each file that was made, the answer."""
