"""The evidence packet of a chart: each code with the words that it rests on, on paper if it must be defended."""
