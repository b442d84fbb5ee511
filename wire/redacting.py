"""Log lines without the secrets of keys: whatever text a key comes in, its log line names its kind only."""

from __future__ import annotations

import logging
import re

# Keys of kiosks, exports and webhooks; their first letters may stay, because they tell which kind it was.
KEY = re.compile(r"(slv_[a-z]_)[0-9A-Za-z_-]+")


class Redacting(logging.Formatter):
    """Formats as its base does, and takes keys out of the message, of its values and of tracebacks."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, with dots in place of each key."""
        return KEY.sub(r"\1...", super().format(record))


def begin_logging(level: int, pattern: str) -> None:
    """Write log lines of this level and above to standard error, redacted."""
    handler = logging.StreamHandler()
    handler.setFormatter(Redacting(pattern))
    logging.basicConfig(level=level, handlers=[handler])
