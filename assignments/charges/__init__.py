"""What clients take into their own billing: how their charges are written, each file that was made, and their answer."""
