"""Favourite codes, sets of lines that are put on a chart in one move, and how often codes are used."""
