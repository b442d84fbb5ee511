"""The mean of the faces, for chains that come from terminals which show it; the share of positive presses is our own number."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from server.analysis.intervals import Interval, quantile

if TYPE_CHECKING:
    from collections.abc import Sequence

# Below so many presses the mean is too crooked for a normal interval, and is drawn anew from the presses themselves.
NORMAL_FROM = 30
DRAWS = 2_000
SEED = 1


@dataclass(frozen=True, slots=True)
class HappyIndex:
    """The mean of the faces from 0 to 100, its interval, and the same mean counted in faces (1 to their number)."""

    index: float
    interval: Interval
    average: float


def happy_index(counts: Sequence[int], confidence: float = 0.95) -> HappyIndex:
    """Each face worth equal steps between 100 and 0, so 100, 66.7, 33.3 and 0 for four.

    Args:
        counts: presses of each face, the best face first; two to five faces.
        confidence: of the interval: mean and z sd / sqrt(n) from 30 presses on, below a bootstrap of the presses (fixed seed).

    Raises:
        ValueError: another number of faces, negative counts, or nothing pressed.
    """
    if not 2 <= len(counts) <= 5:
        raise ValueError("A panel has two to five faces.")
    if not all(math.isfinite(count) and count >= 0 for count in counts):
        raise ValueError("A count is a finite number, and not negative.")
    total = sum(counts)
    if total <= 0:
        raise ValueError("There must be at least one press.")
    worth = [100 * (1 - place / (len(counts) - 1)) for place in range(len(counts))]
    index = sum(count * value for count, value in zip(counts, worth, strict=True)) / total
    reach = quantile(confidence)
    if total >= NORMAL_FROM:
        squares = sum(count * (value - index) ** 2 for count, value in zip(counts, worth, strict=True))
        reach *= math.sqrt(squares / (total - 1) / total)
        interval = Interval(max(0.0, index - reach), min(100.0, index + reach))
    else:
        interval = _drawn_anew(counts, worth, confidence)
    return HappyIndex(index, interval, 1 + index / 100 * (len(counts) - 1))


def _drawn_anew(counts: Sequence[int], worth: Sequence[float], confidence: float) -> Interval:
    chance, total = Random(SEED), int(sum(counts))  # noqa: S311  # a bootstrap, no secret
    means = sorted(sum(chance.choices(worth, counts, k=total)) / total for _ in range(DRAWS))
    beyond = int(DRAWS * (1 - confidence) / 2)
    return Interval(means[beyond], means[DRAWS - 1 - beyond])
