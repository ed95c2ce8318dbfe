"""What the upload page checks by itself before it sends anything, in the server's own sentences."""

import json

from assignments.intake.rules import DUPLICATE, TO_RESUME, Limits
from storage.advice import ADVICE
from storage.limits import MAX_NAME_BYTES
from storage.sniffing import accepted_extensions, advice_by_extension


def page_rules(limits: Limits) -> str:
    """The rules as JSON: limits, accepted endings, and the sentence for each thing that can be wrong."""
    return json.dumps(
        {
            "accepted": accepted_extensions(),
            "file_bytes": limits.file_bytes,
            "files": limits.files,
            "upload_bytes": limits.upload_bytes,
            "name_bytes": MAX_NAME_BYTES,
            "by_extension": advice_by_extension(),
            "sentences": {
                "empty": ADVICE["empty"], "other": ADVICE["other"], "long_name": ADVICE["long name"],
                "too_large": limits.too_large, "too_many": limits.too_many_files, "too_much": limits.too_much,
                "duplicate": DUPLICATE, "resume": TO_RESUME,
            },
        }
    )  # fmt: skip
