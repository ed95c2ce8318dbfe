"""What is accepted as a document, in numbers."""

MAX_FILE_BYTES = 50 * 1024 * 1024
MAX_FILES_PER_UPLOAD = 20
MAX_NAME_BYTES = 255
MAX_PAGES = 300
MAX_PIXELS = 40_000_000
MAX_TEXT_BYTES = 2_000_000

#: Bytes from the start of a file that `sniff` wants to see; fewer only if the file is shorter.
HEAD_BYTES = 8192
