"""One number out of several parts by declared weights, and what may be said where parts are missing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations
from types import MappingProxyType
from typing import TYPE_CHECKING

from server.analysis.intervals import Interval, check_counts
from server.analysis.proportions import wilson

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Of which weight less is measured, no number is given.
LEAST_COVERAGE = 0.60
NOBODY_TWICE: Mapping[frozenset[str], float] = MappingProxyType({})
NO_PAIRS: Mapping[tuple[int, int], float] = MappingProxyType({})
SAME = 1e-9  # weights are written by people in decimals, and 0.1 + 0.2 is not 0.3


@dataclass(frozen=True, slots=True)
class Composite:
    """The composite of all parts, or what stands in for it where some are missing.

    `coverage` is the weight that was measured, 0 to 1. `value` and `interval` are there when it is 1. Below 1, `measured` and
    `measured_interval` are another number under another name, that of the measured parts alone; and `bounds` are where the
    whole would lie whatever the missing parts were, chance aside. Below 0.60 there is no number at all.
    """

    coverage: float
    value: float | None
    interval: Interval | None
    measured: float | None
    measured_interval: Interval | None
    bounds: Interval | None


def composite(
    parts: Mapping[str, tuple[float, float] | None],
    weights: Mapping[str, float],
    confidence: float = 0.95,
    together: Mapping[frozenset[str], float] = NOBODY_TWICE,
) -> Composite:
    """The weighted mean of the parts' shares, with the MOVER interval from their Wilson limits; never silently reweighted.

    Args:
        parts: (positive, presses) by name; None, or left out, or without presses is missing.
        weights: by name, each above 0, together 1.
        confidence: of the intervals.
        together: how far the shares of two parts vary together (`proportions.overlap_correlation`), where the same people
            answered both; without it such an interval would be too narrow.

    Raises:
        ValueError: weights that do not sum to 1, a part without weight, or counts that can not be.
    """
    _check_weights(weights)
    unknown = sorted(set(parts) - set(weights))
    if unknown:
        raise ValueError(f"These parts have no weight: {', '.join(unknown)}.")
    known = {name: part for name, part in parts.items() if part is not None and tuple(part) != (0, 0)}
    coverage = math.fsum(weights[name] for name in known)
    if coverage < LEAST_COVERAGE - SAME:
        return Composite(coverage, None, None, None, None, None)
    names = sorted(known)
    shares = [known[name] for name in names]
    pairs = {
        (one, other): together.get(frozenset((names[one], names[other])), 0.0)
        for one, other in combinations(range(len(names)), 2)
    }
    measured, interval = linear(shares, [weights[name] / coverage for name in names], confidence, pairs)
    if coverage > 1 - SAME:
        return Composite(1.0, measured, interval, measured, interval, Interval(measured, measured))
    sure = measured * coverage
    return Composite(coverage, None, None, measured, interval, Interval(sure, min(1.0, sure + 1 - coverage)))


def linear(
    parts: Sequence[tuple[float, float]],
    factors: Sequence[float],
    confidence: float = 0.95,
    together: Mapping[tuple[int, int], float] = NO_PAIRS,
) -> tuple[float, Interval]:
    """The sum of factor times share over the parts, and its MOVER interval (Zou, Huang and Zhang 2009).

    With factors 1 and -1 this is Newcombe's interval of a difference.

    Args:
        parts: (positive, presses) of each.
        factors: one of each, of any sign.
        confidence: of the interval.
        together: correlation of two parts' shares, by their places, the smaller first; others are independent.

    Raises:
        ValueError: another number of factors than parts, a factor or correlation that can not be, or such counts.
    """
    if len(parts) != len(factors) or not parts:
        raise ValueError("Each part needs one factor.")
    if not all(map(math.isfinite, factors)):
        raise ValueError("A factor is a finite number.")
    if not all(-1 <= correlation <= 1 for correlation in together.values()):
        raise ValueError("A correlation lies between -1 and 1.")
    estimate, down, up = 0.0, [], []
    for (positive, total), factor in zip(parts, factors, strict=True):
        check_counts(positive, total)
        limits, share = wilson(positive, total, confidence), positive / total
        estimate += factor * share
        # Signed, as the correlations' terms need it: a part that counts against the sum reaches with its other limit.
        reaches = (factor * (share - limits.lower), factor * (limits.upper - share))
        down.append(reaches[factor < 0])
        up.append(reaches[factor >= 0])
    return estimate, Interval(estimate - _length(down, together), estimate + _length(up, together))


def _length(reaches: Sequence[float], together: Mapping[tuple[int, int], float]) -> float:
    squares = sum(reach * reach for reach in reaches)
    squares += 2 * sum(correlation * reaches[one] * reaches[other] for (one, other), correlation in together.items())
    # Rounding may leave a hair below 0 where two equal parts cancel each other.
    return math.sqrt(max(0.0, squares))


def _check_weights(weights: Mapping[str, float]) -> None:
    if not all(weight > 0 for weight in weights.values()):
        raise ValueError("A weight is above 0.")
    if abs(math.fsum(weights.values()) - 1) > SAME:
        raise ValueError(f"Weights sum to 1, not to {math.fsum(weights.values()):g}.")
