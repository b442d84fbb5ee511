"""Intervals for one share and for the difference of two, paired or not.

Counts may be fractional, because clustered presses weigh less than they number (`clustering.effective`).
"""

from __future__ import annotations

import math
from statistics import NormalDist

from server.analysis.intervals import Interval, check_counts, quantile
from server.analysis.score import miettinen_nurminen, net_score, tango
from server.analysis.special import beta_quantile

__all__ = [
    "Interval",
    "change_p",
    "correlated_newcombe",
    "difference_of",
    "jeffreys",
    "miettinen_nurminen",
    "net_score",
    "newcombe",
    "overlap_correlation",
    "paired_newcombe",
    "phi",
    "tango",
    "wilson",
]


def wilson(positive: float, total: float, confidence: float = 0.95) -> Interval:
    """The score interval of one share (Wilson 1927; recommended by Brown, Cai and DasGupta 2001).

    Args:
        positive: how many of `total` were positive.
        total: more than 0.
        confidence: between 0 and 1.

    Raises:
        ValueError: more positives than presses, negative counts, or nothing at all.
    """
    check_counts(positive, total)
    z = quantile(confidence)
    centre = positive + z * z / 2
    reach = z * math.sqrt(max(0.0, positive * (total - positive) / total) + z * z / 4)
    return Interval(max(0.0, (centre - reach) / (total + z * z)), min(1.0, (centre + reach) / (total + z * z)))


def jeffreys(positive: float, total: float, confidence: float = 0.95) -> Interval:
    """The equal-tailed interval of the posterior Beta(x + 1/2, n - x + 1/2), reaching 0 at x = 0 and 1 at x = n.

    Brown, Cai and DasGupta 2001 (their modified Jeffreys); for where a posterior is needed, else `wilson`.
    """
    check_counts(positive, total)
    quantile(confidence)  # refuses a confidence that can not be
    beyond, a, b = (1 - confidence) / 2, positive + 0.5, total - positive + 0.5
    lower = beta_quantile(beyond, a, b) if positive else 0.0
    return Interval(lower, beta_quantile(1 - beyond, a, b) if positive < total else 1.0)


def newcombe(positive_1: float, total_1: float, positive_2: float, total_2: float, confidence: float = 0.95) -> Interval:
    """The interval of share 1 minus share 2 when nobody is in both (Newcombe 1998, Stat Med 17:873, method 10)."""
    return correlated_newcombe(positive_1, total_1, positive_2, total_2, 0.0, confidence)


def paired_newcombe(both: float, first_only: float, second_only: float, neither: float, confidence: float = 0.95) -> Interval:
    """The interval of share 1 minus share 2 when all answered both (Newcombe 1998, Stat Med 17:2635, method 10).

    Args:
        both: positive in both answers.
        first_only: positive in the first alone.
        second_only: positive in the second alone.
        neither: positive in none.
        confidence: between 0 and 1.
    """
    total = both + first_only + second_only + neither
    correlation = phi(both, first_only, second_only, neither)
    return correlated_newcombe(both + first_only, total, both + second_only, total, correlation, confidence)


def correlated_newcombe(
    positive_1: float, total_1: float, positive_2: float, total_2: float, correlation: float, confidence: float = 0.95
) -> Interval:
    """The interval of share 1 minus share 2 when the two shares vary together by `correlation` (-1 to 1)."""
    if not -1 <= correlation <= 1:
        raise ValueError(f"A correlation lies between -1 and 1, not at {correlation}.")
    one, two = wilson(positive_1, total_1, confidence), wilson(positive_2, total_2, confidence)
    share_1, share_2 = positive_1 / total_1, positive_2 / total_2
    down_1, up_1 = share_1 - one.lower, one.upper - share_1
    down_2, up_2 = share_2 - two.lower, two.upper - share_2
    difference = share_1 - share_2
    # max: rounding may leave a hair below 0 where the correlation is 1 and both reaches are equal.
    below = math.sqrt(max(0.0, down_1 * down_1 - 2 * correlation * down_1 * up_2 + up_2 * up_2))
    above = math.sqrt(max(0.0, up_1 * up_1 - 2 * correlation * up_1 * down_2 + down_2 * down_2))
    return Interval(max(-1.0, difference - below), min(1.0, difference + above))


def phi(both: float, first_only: float, second_only: float, neither: float) -> float:
    """How far two answers of one person go together, -1 to 1, with Newcombe's correction; 0 where a margin is empty."""
    cells = (both, first_only, second_only, neither)
    if min(cells) < 0 or not all(map(math.isfinite, cells)):
        raise ValueError("A count can not be negative.")
    total = sum(cells)
    if total <= 0:
        raise ValueError("There must be at least one pair of answers.")
    margins = (both + first_only) * (second_only + neither) * (both + second_only) * (first_only + neither)
    if margins == 0:
        return 0.0
    numerator = both * neither - first_only * second_only
    if numerator > 0:
        numerator = max(numerator - total / 2, 0.0)
    return float(numerator / math.sqrt(margins))


def overlap_correlation(phi_of_pairs: float, pairs: float, total_1: float, total_2: float) -> float:
    """The correlation of two shares when only `pairs` of the presses behind them belong together: phi n / sqrt(n1 n2)."""
    if not 0 <= pairs <= min(total_1, total_2) or min(total_1, total_2) <= 0:
        raise ValueError("There can not be more pairs than presses.")
    return phi_of_pairs * pairs / math.sqrt(total_1 * total_2)


def difference_of(
    minuend: float, of_minuend: Interval, subtrahend: float, of_subtrahend: Interval, correlation: float = 0.0
) -> Interval:
    """The interval of one estimate minus another, from their own intervals (MOVER, Zou and Donner 2008).

    `correlation` (-1 to 1) is how far the two vary together; 0 for independent ones.
    """
    down, up = minuend - of_minuend.lower, of_minuend.upper - minuend
    less_down, less_up = subtrahend - of_subtrahend.lower, of_subtrahend.upper - subtrahend
    if correlation:
        # max: rounding may leave a hair below 0 where the correlation is 1 and both reaches are equal.
        below = math.sqrt(max(0.0, down * down - 2 * correlation * down * less_up + less_up * less_up))
        above = math.sqrt(max(0.0, up * up - 2 * correlation * up * less_down + less_down * less_down))
    else:
        below, above = math.sqrt(down * down + less_up * less_up), math.sqrt(up * up + less_down * less_down)
    return Interval(minuend - subtrahend - below, minuend - subtrahend + above)


def change_p(positive_1: float, total_1: float, positive_2: float, total_2: float) -> float:
    """How probable a difference at least this large is by chance alone: two-sided score test with the pooled share."""
    check_counts(positive_1, total_1)
    check_counts(positive_2, total_2)
    pooled = (positive_1 + positive_2) / (total_1 + total_2)
    spread = math.sqrt(max(0.0, pooled * (1 - pooled)) * (1 / total_1 + 1 / total_2))
    if spread == 0:
        return 1.0
    z = abs(positive_1 / total_1 - positive_2 / total_2) / spread
    return 2 * NormalDist().cdf(-z)
