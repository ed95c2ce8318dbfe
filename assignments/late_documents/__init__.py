"""Documents that came after the coding: what they say that was not there, what it touches, and what is decided."""

#: The job that compares a document which came after the delivery with what was there before.
COMPARE_LATE = "compare late document"
