"""Small numbers in big tables and the words they stand for; a number never gets another meaning."""

from __future__ import annotations

from server.analysis.times import BOUNDED, ESTIMATED, EXACT, UNKNOWN

MARKS = {"vote": 0, "repeat": 1, "mash": 2, "rate": 3}
# Why the server does not count a reaction that the kiosk's mark would let count.
REASONS = {"": 0, "mash": 1, "out-of-hours": 2, "burst": 3, "closing-run": 4}
TIME_QUALITIES = {"exact": EXACT, "estimated": ESTIMATED, "bounded": BOUNDED, "unknown": UNKNOWN}
ANSWERS = {
    "very-happy": (1, "positive"),
    "happy": (2, "positive"),
    "neutral": (3, "neutral"),
    "unhappy": (4, "negative"),
    "very-unhappy": (5, "negative"),
}
