"""A rate of rare events standardised to another population, with limits that hold for few events too."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from server.analysis.intervals import Interval, quantile
from server.analysis.special import gamma_quantile

if TYPE_CHECKING:
    from collections.abc import Sequence


class Rate(NamedTuple):
    """Events per one of the population: as they came, by the standard's mix, and the limits of the latter."""

    crude: float
    adjusted: float
    interval: Interval


def standardised_rate(
    events: Sequence[float], population: Sequence[float], standard: Sequence[float], confidence: float = 0.95
) -> Rate:
    """The gamma interval of Fay and Feuer 1997 (Stat Med 16:791), wider than MOVER's where events are few.

    Raises:
        ValueError: strata that do not match, are empty, or negative.
    """
    if not events or not len(events) == len(population) == len(standard):
        raise ValueError("Each stratum has events, a population and a standard.")
    if not all(map(math.isfinite, (*events, *population, *standard))) or min(*events, *standard, 0) < 0 or min(population) <= 0:
        raise ValueError("Events and the standard are 0 or more, and each population above 0.")
    whole = math.fsum(standard)
    if whole == 0:
        raise ValueError("The standard has somebody in it.")
    quantile(confidence)  # refuses a confidence that can not be
    weights = [share / whole / people for share, people in zip(standard, population, strict=True)]
    adjusted = math.fsum(weight * count for weight, count in zip(weights, events, strict=True))
    variance = math.fsum(weight * weight * count for weight, count in zip(weights, events, strict=True))
    beyond, heaviest = (1 - confidence) / 2, max(weights)
    lower = variance / adjusted * gamma_quantile(beyond, adjusted**2 / variance) if adjusted else 0.0
    upper_rate, upper_variance = adjusted + heaviest, variance + heaviest**2
    upper = upper_variance / upper_rate * gamma_quantile(1 - beyond, upper_rate**2 / upper_variance)
    return Rate(math.fsum(events) / math.fsum(population), adjusted, Interval(lower, upper))
