"""From how many marked presses on a store's figures are told as doubtful."""

from __future__ import annotations

# On a day of 200 presses a child has an eighth of a question's set aside at least, and the visitors beside it may move the
# index by a point (docs/misuse.md). People who press twice have less.
MUCH_MARKED = 0.10
# People who press twice are everywhere, a rush is nowhere without a reason: half as many tell of it, and so of a child where
# 400 are pressed a day.
MUCH_RUSHED = 0.05
# As many as it takes for a rush; two hands of a small shop's visitors are no reason to go and look.
MARKED_FROM = 9


def much_marked(marked: int, counted: int, rushed: int) -> bool:
    """Whether that many of these presses are much, or those of them that a rush set aside."""
    shares = ((marked, MUCH_MARKED), (rushed, MUCH_RUSHED))
    return any(aside >= MARKED_FROM and aside > much * (marked + counted) for aside, much in shares)
