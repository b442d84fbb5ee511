"""Small numbers in big tables and the words they stand for; a number never gets another meaning."""

from __future__ import annotations

from server.analysis.times import BOUNDED, ESTIMATED, EXACT, UNKNOWN

MARKS = {"vote": 0, "repeat": 1, "mash": 2, "rate": 3}
# Why the server does not count a reaction that the kiosk's mark would let count.
REASONS = {"": 0, "mash": 1, "out-of-hours": 2, "burst": 3, "closing-run": 4}
# Why a press is set aside, whoever says so: the kiosk's mark or the server's reason. 0 is that it counts.
ASIDE = {"": 0, "repeat": 1, "mash": 2, "rush": 3, "out-of-hours": 4, "closing-run": 5}
ASIDE_OF_MARK = {0: 0, 1: 1, 2: 2, 3: 3}
ASIDE_OF_REASON = {0: 0, 1: 2, 2: 4, 3: 3, 4: 5}
TIME_QUALITIES = {"exact": EXACT, "estimated": ESTIMATED, "bounded": BOUNDED, "unknown": UNKNOWN}
ANSWERS = {
    "very-happy": (1, "positive"),
    "happy": (2, "positive"),
    "neutral": (3, "neutral"),
    "unhappy": (4, "negative"),
    "very-unhappy": (5, "negative"),
}
