"""How many presses a question needs before it is asked: to tell two shares apart, or to see an effect of a given size."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING

from server.analysis.intervals import quantile

if TYPE_CHECKING:
    from collections.abc import Sequence


def presses_to_tell_apart(share_1: float, share_2: float, power: float = 0.80, confidence: float = 0.95) -> int:
    """Presses in each of two stores, so that a difference as large as theirs is found with this power (Fleiss 1981, 3.2).

    Raises:
        ValueError: shares outside 0 to 1 or alike, or a power or confidence that can not be.
    """
    if not (0 <= share_1 <= 1 and 0 <= share_2 <= 1) or share_1 == share_2:
        raise ValueError("Two shares that are to be told apart differ, and lie between 0 and 1.")
    middle = (share_1 + share_2) / 2
    if_alike = quantile(confidence) * math.sqrt(2 * middle * (1 - middle))
    if_not = _power_quantile(power) * math.sqrt(share_1 * (1 - share_1) + share_2 * (1 - share_2))
    return math.ceil(((if_alike + if_not) / (share_1 - share_2)) ** 2)


def presses_for_effect(
    share: float, effect: float, design_effect: float = 1.0, power: float = 0.80, confidence: float = 0.95
) -> int:
    """Presses in each of the four cells (before and after, treated and not), so that an effect on the share is found.

    Args:
        share: the usual share, between 0 and 1.
        effect: the difference in differences that matters, in shares; not 0.
        design_effect: of the presses, at least 1.
        power: to find it.
        confidence: of the interval that is to leave out 0.

    Raises:
        ValueError: a share, an effect or a design effect that can not be.
    """
    if not 0 < share < 1 or not 0 < abs(effect) <= 1 or not 1 <= design_effect < math.inf:
        raise ValueError("A share lies between 0 and 1, an effect is not 0, and a design effect is 1 or more.")
    # Four independent shares, so four times the variance of one.
    reach = quantile(confidence) + _power_quantile(power)
    return math.ceil(design_effect * 4 * share * (1 - share) * (reach / effect) ** 2)


def effect_to_be_seen(
    treated: Sequence[float], control: Sequence[float], power: float = 0.80, confidence: float = 0.95
) -> float:
    """The smallest difference in differences that is found with this power, where every store changed alike but for chance.

    Args:
        treated: the variance of each treated store's change, above 0: of a share over independent presses, its p(1 - p) over
            those before plus the same over those after.
        control: the same of the others.
        power: to find it.
        confidence: of the interval that is to leave out 0.

    Raises:
        ValueError: no store on a side, or a variance that is not above 0.
    """
    if not treated or not control or min(*treated, *control) <= 0:
        raise ValueError("There is at least one store on each side, and every change varies.")
    error = math.sqrt(sum(treated) / len(treated) ** 2 + sum(control) / len(control) ** 2)
    return (quantile(confidence) + _power_quantile(power)) * error


def _power_quantile(power: float) -> float:
    if not 0 < power < 1:
        raise ValueError(f"A power lies between 0 and 1, not at {power}.")
    return NormalDist().inv_cdf(power)
