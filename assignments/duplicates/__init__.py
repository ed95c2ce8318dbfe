"""Charts that may have come twice: found by number, file, visit or text; held or marked; decided by people."""

#: The job that compares a document's text with the client's others.
COMPARE_TEXT = "compare text"
#: The job that lets a chart go where a decision sends it.
FOLLOW_DECISION = "follow duplicate decision"
