"""The log: one JSON object a line, ids and numbers only. No request body, no URL with values, no exception text."""

import logging
import sys

import structlog


def set_up_logs(level: str) -> None:
    """Send our log, and warnings of libraries without their arguments, to standard error."""
    threshold = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Bare())
    logging.basicConfig(level=max(threshold, logging.WARNING), handlers=[handler], force=True)


class _Bare(logging.Formatter):
    """A library's message without its arguments and traceback: either could hold a patient's data."""

    def format(self, record: logging.LogRecord) -> str:
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
        # A message without arguments may have been filled with them already.
        template = record.msg if record.args and isinstance(record.msg, str) else ""
        return f"{record.levelname.lower()} {record.name} {record.module}:{record.lineno} {template} {kind}".rstrip()
