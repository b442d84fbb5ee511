"""An index with its range, the gap between two, and when a number is withheld because too few pressed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from server.analysis.clustering import ClusterSums, cluster_sums, design_effect_of_sums, effective
from server.analysis.proportions import (
    Interval,
    correlated_newcombe,
    difference_of,
    overlap_correlation,
    phi,
    wilson,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from server.database.experience_counts import DimensionCount
    from server.database.figures import DayCount
    from server.database.store_figures import StoreCount, VisitCount
    from server.database.sums import QuestionCount, WeekCount

# Effective presses needed for a range, for a number, and for a place among other stores (Wilson half-widths at 80 of 100:
# 22.7, 13.9 and 7.8 points).
LEAST_FOR_RANGE = 10
LEAST_FOR_VALUE = 30
# From a week on, days are clusters too, if five of them have presses: of fewer, how much days differ can not be told.
LEAST_DAYS_AS_CLUSTERS = 7
LEAST_DAYS_PRESSED = 5


@dataclass(frozen=True, slots=True)
class Index:
    """The share of counted presses that are positive, 0 to 100, with its 95 % range.

    `value` is None when withheld, and `withheld` says why: "none" (nobody pressed), "too-few" (not even a range),
    "range-only", "clustered" (enough presses, but they came too close together). `effective` is how many independent presses
    they weigh.
    """

    positive: int
    total: int
    effective: float
    value: float | None
    low: float | None
    high: float | None
    withheld: str


@dataclass(frozen=True, slots=True)
class Gap:
    """Experience minus service in points with its 95 % range; all None when an index is withheld.

    `method` is "paired" (every press has its partner), "independent", "mixed", or "" when withheld; `pairs` is how many
    passers-by answered both. `stands` is False where so many were compared at once that chance alone makes such a difference.
    """

    points: float | None
    low: float | None
    high: float | None
    method: str
    pairs: int
    stands: bool = True

    @property
    def clear(self) -> bool:
        """Whether the range leaves out 0, and not by chance among many comparisons."""
        return self.stands and self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


NO_CLUSTERS = ClusterSums(0, 0, 0, 0)


@dataclass(frozen=True)
class Tally:
    """Presses of one signal summed up.

    `sums` are their runs of presses close together; `spread` is by how much the number of positive ones varies from day to day
    (a variance, at least that of independent presses), a sum over stores that each keep to their own share.
    """

    positive: int
    total: int
    sums: ClusterSums
    spread: float = 0.0

    @cached_property
    def effective(self) -> float:
        """How many independent presses these weigh: by the larger of both design effects."""
        by_runs = effective(self.positive, self.total, self.sums)
        alone = self.positive * (self.total - self.positive) / self.total if self.total else 0.0
        return by_runs if alone == 0 else min(by_runs, self.total / max(1.0, self.spread / alone))


class Visits(NamedTuple):
    """Passers-by who answered both questions, summed up by their two answers."""

    both: int
    service_only: int
    experience_only: int
    neither: int


NO_GAP = Gap(None, None, None, "", 0)
NO_TALLY = Tally(0, 0, NO_CLUSTERS)
NO_INDEX = Index(0, 0, 0.0, None, None, None, "none")
NO_VISITS = Visits(0, 0, 0, 0)


def tally(
    counts: Iterable[DayCount | StoreCount | WeekCount | QuestionCount | DimensionCount], days: ClusterSums = NO_CLUSTERS
) -> Tally:
    """Sum up counted presses; marked ones are in no index. `days` are the same presses with each day as one cluster."""
    positive = total = clusters = sum_xx = sum_xn = sum_nn = 0
    for count in counts:
        positive += count.positive
        total += count.positive + count.neutral + count.negative
        clusters += count.clusters
        sum_xx += count.sum_xx
        sum_xn += count.sum_xn
        sum_nn += count.sum_nn
    return Tally(positive, total, ClusterSums(clusters, sum_xx, sum_xn, sum_nn), spread_of(positive, total, days))


def tally_of_days(counts: Iterable[DayCount], days: int) -> Tally:
    """The same for rows of single days out of `days`: with so many, each day is a cluster too."""
    found = list(counts)
    return tally(found, days_as_clusters(found) if days >= LEAST_DAYS_AS_CLUSTERS else NO_CLUSTERS)


def spread_of(positive: int, total: int, days: ClusterSums) -> float:
    """The variance of the number of positive presses of one store, with its days as clusters; `days` may be none."""
    effect = design_effect_of_sums(positive, total, days) if days.clusters >= LEAST_DAYS_PRESSED else 1.0
    return effect * positive * (total - positive) / total if total else 0.0


def days_as_clusters(counts: Iterable[DayCount]) -> ClusterSums:
    """Each day with counted presses as one cluster, because what happens on a day happens to all who press on it."""
    of_day: dict[int, list[int]] = {}
    for count in counts:
        day = of_day.setdefault(count.local_day, [0, 0])
        day[0] += count.positive
        day[1] += count.positive + count.neutral + count.negative
    return cluster_sums((positive, total) for positive, total in of_day.values() if total)


def add(tallies: Iterable[Tally]) -> Tally:
    """The sum of several stores' tallies."""
    found = list(tallies)
    sums = [one.sums for one in found]
    return Tally(
        sum(one.positive for one in found),
        sum(one.total for one in found),
        ClusterSums(
            sum(one.clusters for one in sums),
            sum(one.sum_xx for one in sums),
            sum(one.sum_xn for one in sums),
            sum(one.sum_nn for one in sums),
        ),
        sum(one.spread for one in found),
    )


def subtract(all_of: Tally, own: Tally) -> Tally:
    """The rest of a sum without one of its parts."""
    sums, less = all_of.sums, own.sums
    return Tally(
        all_of.positive - own.positive,
        all_of.total - own.total,
        ClusterSums(
            sums.clusters - less.clusters,
            sums.sum_xx - less.sum_xx,
            sums.sum_xn - less.sum_xn,
            sums.sum_nn - less.sum_nn,
        ),
        max(0.0, all_of.spread - own.spread),
    )


def visits_of(visits: Iterable[Visits | VisitCount]) -> Visits:
    """Visits summed up."""
    found = list(visits)
    return Visits(
        sum(visit.both for visit in found),
        sum(visit.service_only for visit in found),
        sum(visit.experience_only for visit in found),
        sum(visit.neither for visit in found),
    )


def index_of(counted: Tally, least: int = LEAST_FOR_RANGE) -> Index:
    """The index of a tally; `least` is the definition's least count, at least LEAST_FOR_RANGE."""
    total = counted.total
    if not total:
        return NO_INDEX
    weight = counted.effective
    if weight < max(least, LEAST_FOR_RANGE):
        return Index(counted.positive, total, weight, None, None, None, "too-few")
    limits = wilson(counted.positive / total * weight, weight)
    value = 100 * counted.positive / total
    if weight < max(least, LEAST_FOR_VALUE):
        why = "clustered" if total >= max(least, LEAST_FOR_VALUE) else "range-only"
        return Index(counted.positive, total, weight, None, 100 * limits.lower, 100 * limits.upper, why)
    return Index(counted.positive, total, weight, value, 100 * limits.lower, 100 * limits.upper, "")


def without_range(index: Index) -> Index:
    """The index of days that are not over: a range looked at every minute is not the range it says."""
    return replace(index, low=None, high=None)


def gap_of(service: Index, experience: Index, visits: Iterable[Visits | VisitCount]) -> Gap:
    """The gap between two indexes, with the range that the visits among their presses allow."""
    if service.value is None or experience.value is None:
        return NO_GAP
    found = visits_of(visits)
    cells = (found.both, found.experience_only, found.service_only, found.neither)
    # Visits stand at the day of their first press, so at a period's edge there can be one more of them than presses.
    pairs = min(sum(cells), service.total, experience.total)
    together = overlap_correlation(phi(*cells), pairs, experience.total, service.total) if pairs else 0.0
    limits = correlated_newcombe(*_weighed(experience), *_weighed(service), together)
    method = "independent" if not pairs else "paired" if pairs == service.total == experience.total else "mixed"
    return Gap(experience.value - service.value, 100 * limits.lower, 100 * limits.upper, method, pairs)


def relative_gap(own: Gap, others: Gap) -> Gap:
    """How much a store's gap differs from the other stores' gap, in points, with its range."""
    if None in (own.points, own.low, own.high, others.points, others.low, others.high):
        return NO_GAP
    mine, theirs = _limits(own), _limits(others)
    limits = difference_of(own.points or 0.0, mine, others.points or 0.0, theirs)
    return Gap((own.points or 0.0) - (others.points or 0.0), limits.lower, limits.upper, "independent", 0)


def difference(one: Index, other: Index) -> Gap:
    """One index minus another of other people, in points, with its range."""
    if one.value is None or other.value is None:
        return NO_GAP
    limits = correlated_newcombe(*_weighed(one), *_weighed(other), 0.0)
    return Gap(one.value - other.value, 100 * limits.lower, 100 * limits.upper, "independent", 0)


def _weighed(index: Index) -> tuple[float, float]:
    return index.positive / index.total * index.effective, index.effective


def _limits(gap: Gap) -> Interval:
    return Interval(gap.low or 0.0, gap.high or 0.0)
