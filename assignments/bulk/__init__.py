"""Many charts at once: a ZIP with a manifest, or a PDF of many patients; taken in line by line, told line by line."""

#: The job that takes a delivery in.
TAKE_DELIVERY = "take delivery"
