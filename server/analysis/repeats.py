"""Roughly how many presses repeat the one before: nobody is known, so it can be estimated and never proven."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# Presses closer than the first may come from one person or group; those further apart than the second do not.
CLOSE_S = 20.0
FAR_S = 120.0
LEAST_PAIRS = 30


def repeated_share(presses: Sequence[tuple[float, bool]]) -> float | None:
    """Of presses soon after another, the share that says the same because it is the same person or group (0 to 1).

    Neighbours far apart agree by chance alone, a share `far` of them; of close ones `close` agree. Where a share r repeats and
    the rest agrees as the far ones do, close = r + (1 - r) far.

    Args:
        presses: (seconds, whether positive) of one question on one kiosk, in order.

    Returns:
        None with fewer than 30 pairs of either kind, or where far ones always agree.

    Raises:
        ValueError: times that run backwards, or are no number.
    """
    close: list[bool] = []
    far: list[bool] = []
    for (before_s, before), (after_s, after) in pairwise(presses):
        gap_s = after_s - before_s
        if not 0 <= gap_s < math.inf:
            raise ValueError("Presses come in the order of their times.")
        if gap_s < CLOSE_S:
            close.append(before == after)
        elif gap_s > FAR_S:
            far.append(before == after)
    if min(len(close), len(far)) < LEAST_PAIRS or all(far):
        return None
    by_chance = sum(far) / len(far)
    return max(0.0, (sum(close) / len(close) - by_chance) / (1 - by_chance))
