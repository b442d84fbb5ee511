"""What honest visitors do by chance: how many come close together, and how often so many or so many happy ones come at all."""

from __future__ import annotations

import math

from server.analysis.special import beta_below, gamma_below


def poisson_at_least(count: int, mean: float) -> float:
    """How probable so many arrivals or more are where `mean` are usual.

    Raises:
        ValueError: a negative number of arrivals.
    """
    if count < 0 or not 0 <= mean < math.inf:
        raise ValueError("Arrivals and their mean are 0 or more.")
    return 1.0 if count == 0 else gamma_below(mean, count)


def binomial_at_least(count: int, total: int, share: float) -> float:
    """How probable so many or more of `total` are where each is one with probability `share`.

    Raises:
        ValueError: more than there are, or a share outside 0 to 1.
    """
    if not 0 <= count <= total or not 0 <= share <= 1:
        raise ValueError("So many of a total lie between 0 and it, and a share between 0 and 1.")
    return 1.0 if count == 0 else beta_below(share, count, total - count + 1)


def lost_to_pause(per_minute: float, pause_s: float) -> float:
    """The share of honest presses that a pause after each press costs, at so many arrivals a minute: 1 - exp(-rate pause)."""
    _check(per_minute, pause_s)
    return -math.expm1(-per_minute / 60 * pause_s)


def longest_silence_s(per_minute: float, confidence: float = 0.999) -> float:
    """Seconds without a press that a working kiosk almost never has where so many a minute are usual; infinite at none.

    Raises:
        ValueError: a negative rate, or a confidence outside 0 to 1.
    """
    _check(per_minute, 0)
    if not 0 < confidence < 1:
        raise ValueError(f"The confidence lies between 0 and 1, not at {confidence}.")
    return -math.log(1 - confidence) * 60 / per_minute if per_minute else math.inf


def burst_threshold(per_minute: float, window_s: float, false_share: float = 0.0005, least: int = 5) -> int:
    """How many presses within a window are a burst where so many a minute are usual: honest ones rarely make one.

    Args:
        per_minute: the usual rate.
        window_s: the window in seconds.
        false_share: how probable one press fewer may be by chance, between 0 and 1.
        least: never fewer than this.

    Raises:
        ValueError: a negative rate or window, or a share outside 0 to 1.
    """
    _check(per_minute, window_s)
    if not 0 < false_share < 1:
        raise ValueError("The false share lies between 0 and 1.")
    count = 1
    while poisson_at_least(count, per_minute / 60 * window_s) > false_share:
        count += 1
    return max(least, 1 + count)


def _check(per_minute: float, seconds: float) -> None:
    if not (0 <= per_minute < math.inf and 0 <= seconds < math.inf):
        raise ValueError("A rate and a time are 0 or more.")
