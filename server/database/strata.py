"""A store's presses by part of the day and by weekday or weekend: what is alike is compared with what is alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.analysis.tallies import BANDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from server.database.figures import StoreCount

# (part of the day, whether it is weekend), in the order of all lists of strata.
STRATA = tuple((band, weekend) for weekend in (False, True) for band in BANDS)
# The names by which sentences and programs call them.
NAMES = tuple(f"weekend-{band}" if weekend else band for band, weekend in STRATA)

# Of each stratum its positive and its counted presses whose hour is known.
Strata = tuple[tuple[int, int], ...]
NO_STRATA: Strata = ((0, 0),) * len(STRATA)


def strata_of(counts: Iterable[StoreCount]) -> Strata:
    """One signal's presses by stratum."""
    sums = [[0, 0] for _ in STRATA]
    for count in counts:
        at = len(BANDS) * count.weekend
        for place, (positive, counted) in enumerate(
            (
                (count.morning_positive, count.morning_counted),
                (count.afternoon_positive, count.afternoon_counted),
                (count.evening_positive, count.evening_counted),
            ),
            at,
        ):
            sums[place][0] += positive
            sums[place][1] += counted
    return tuple((positive, counted) for positive, counted in sums)


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
