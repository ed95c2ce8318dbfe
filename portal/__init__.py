"""The platform (ground floor) and the shell (roof) of Chartway."""
