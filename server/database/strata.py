"""A store's presses by part of the day and by weekday or weekend: what is alike is compared with what is alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.analysis.tallies import BANDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from server.database.store_figures import StoreCount

# (part of the day, whether it is weekend), in the order of all lists of strata.
STRATA = tuple((band, weekend) for weekend in (False, True) for band in BANDS)
# The names by which sentences and programs call them.
NAMES = tuple(f"weekend-{band}" if weekend else band for band, weekend in STRATA)

# Of each stratum its positive and its counted presses whose hour is known.
Strata = tuple[tuple[int, int], ...]
NO_STRATA: Strata = ((0, 0),) * len(STRATA)


def strata_of(counts: Iterable[StoreCount]) -> Strata:
    """One signal's presses by stratum."""
    positive, counted = [0] * len(STRATA), [0] * len(STRATA)
    for count in counts:
        morning = len(BANDS) * count.weekend
        afternoon, evening = morning + 1, morning + 2
        positive[morning] += count.morning_positive
        positive[afternoon] += count.afternoon_positive
        positive[evening] += count.evening_positive
        counted[morning] += count.morning_counted
        counted[afternoon] += count.afternoon_counted
        counted[evening] += count.evening_counted
    return tuple(zip(positive, counted, strict=True))


def add_strata(found: Iterable[Strata]) -> Strata:
    """The sum of strata that share no press."""
    sums = [[0, 0] for _ in STRATA]
    for strata in found:
        for own, (positive, counted) in zip(sums, strata, strict=True):
            own[0] += positive
            own[1] += counted
    return tuple((positive, counted) for positive, counted in sums)


def subtract_strata(all_of: Strata, own: Strata) -> Strata:
    """The rest of a sum without one of its parts."""
    return tuple((x - less_x, n - less_n) for (x, n), (less_x, less_n) in zip(all_of, own, strict=True))
