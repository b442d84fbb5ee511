"""Did a claim hold when it was tried again? Confirmed, contradicted, or neither yet."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from server.analysis.intervals import Interval, quantile

Verdict = Literal["confirmed", "contradicted", "not_confirmed_yet"]


@dataclass(frozen=True, slots=True)
class Replication:
    """The verdict, where the second effect was to be expected after the first, its own interval, and both pooled."""

    verdict: Verdict
    expected: Interval
    own: Interval
    pooled: float
    pooled_error: float


def replication(
    first_effect: float, first_error: float, second_effect: float, second_error: float, confidence: float = 0.95
) -> Replication:
    """Judge a second effect by the first (Patil, Peng and Leek 2016), both with their standard errors, in the same unit.

    Confirmed: the same sign, and its own interval leaves out 0, even where it is larger than expected. Contradicted: outside of
    what was to be expected. Anything else is not confirmed yet: an effect that was missed with few stores is not refuted.

    Raises:
        ValueError: an effect that is no number, or an error that is not above 0.
    """
    if not all(map(math.isfinite, (first_effect, first_error, second_effect, second_error))):
        raise ValueError("An effect and its error are finite numbers.")
    if min(first_error, second_error) <= 0:
        raise ValueError("A standard error is above 0.")
    z = quantile(confidence)
    reach, own_reach = z * math.hypot(first_error, second_error), z * second_error
    expected = Interval(first_effect - reach, first_effect + reach)
    own = Interval(second_effect - own_reach, second_effect + own_reach)
    weight_1, weight_2 = first_error**-2, second_error**-2
    pooled = (weight_1 * first_effect + weight_2 * second_effect) / (weight_1 + weight_2)
    if first_effect * second_effect > 0 and not own.holds(0):
        verdict: Verdict = "confirmed"
    else:
        verdict = "not_confirmed_yet" if expected.holds(second_effect) else "contradicted"
    return Replication(verdict, expected, own, pooled, (weight_1 + weight_2) ** -0.5)
