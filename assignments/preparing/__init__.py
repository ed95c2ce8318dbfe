"""The worker's part of intake: documents are checked and drawn, and their charts become ready."""

#: The job that prepares one document.
PREPARE_DOCUMENT = "prepare document"
#: The job that lets a chart go on that was sent without documents.
SETTLE_CHART = "settle chart"
#: The job that finds words on pages that came without.
RECOGNISE_TEXT = "recognise text"
