"""How much presses that came close together really tell: the design effect and the effective number of presses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class ClusterSums:
    """Clusters summed up: how many, and the sums over them of x^2, x n and n^2 (x positives of n presses)."""

    clusters: int
    sum_xx: int
    sum_xn: int
    sum_nn: int


def cluster_sums(clusters: Iterable[tuple[int, int]]) -> ClusterSums:
    """Sum up clusters given as (positives, presses).

    Raises:
        ValueError: a cluster with more positives than presses, or negative counts.
    """
    pairs = list(clusters)
    if not all(0 <= x <= n for x, n in pairs):
        raise ValueError("No cluster has more positive presses than presses, or fewer than 0.")
    return ClusterSums(len(pairs), sum(x * x for x, _ in pairs), sum(x * n for x, n in pairs), sum(n * n for _, n in pairs))


def design_effect(clusters: Iterable[tuple[int, int]]) -> float:
    """How many clustered presses, given as (positives, presses) of each cluster, tell as much as one independent press."""
    pairs = list(clusters)
    return design_effect_of_sums(sum(x for x, _ in pairs), sum(n for _, n in pairs), cluster_sums(pairs))


def design_effect_of_sums(positive: int, total: int, *groupings: ClusterSums) -> float:
    """The same from sums, at least 1 (Rao and Scott 1992); of several ways to group the same presses, the largest.

    Presses go together within a group of people and within a day: each way is one grouping, and the worse one counts.

    Args:
        positive: positive presses of all clusters.
        total: all presses of all clusters.
        groupings: the clusters of each way, summed up.

    Raises:
        ValueError: more positives than presses, or negative counts.
    """
    if not 0 <= positive <= total:
        raise ValueError(f"There can not be {positive} positive of {total} presses.")
    return max((_effect(positive, total, sums) for sums in groupings), default=1.0)


def effective(positive: int, total: int, *groupings: ClusterSums) -> float:
    """The number of independent presses that would tell as much as these clustered ones."""
    return total / design_effect_of_sums(positive, total, *groupings) if total else 0.0


def likeness(groups: Iterable[tuple[int, int, ClusterSums]]) -> float:
    """How alike presses of one cluster are beyond their store's share (intraclass correlation, 0 to 1), from many stores.

    One store's seven days tell little of how much days differ: its own design effect is below the truth half of the time, and
    such stores look surer than they are. All stores' days together tell it well.

    Args:
        groups: (positive, total, clusters summed up) of each store.

    Raises:
        ValueError: more positives than presses, or negative counts.
    """
    excess = room = 0.0
    for positive, total, sums in groups:
        if not 0 <= positive <= total:
            raise ValueError(f"There can not be {positive} positive of {total} presses.")
        if sums.clusters < 2 or not 0 < positive < total:
            continue
        share = positive / total
        of_one = share * (1 - share)
        squares = sums.sum_xx - 2 * share * sums.sum_xn + share * share * sums.sum_nn
        excess += sums.clusters / (sums.clusters - 1) * squares - of_one * total
        room += of_one * (sums.sum_nn - total)
    return min(1.0, max(0.0, excess / room)) if room > 0 else 0.0


def expected_effect(total: int, sums: ClusterSums, alike: float) -> float:
    """The design effect of clusters of these sizes where presses of one are so much alike: 1 + (mean size - 1) likeness."""
    if not 0 <= alike <= 1:
        raise ValueError(f"A likeness lies between 0 and 1, not at {alike}.")
    return 1 + (sums.sum_nn / total - 1) * alike if sums.clusters and total else 1.0


def _effect(positive: int, total: int, sums: ClusterSums) -> float:
    # Where every press stands alone there is nothing to correct, and m / (m - 1) would take one press off.
    if sums.clusters < 2 or sums.clusters >= total or positive in (0, total):
        return 1.0
    share = positive / total
    squares = sums.sum_xx - 2 * share * sums.sum_xn + share * share * sums.sum_nn
    variance = sums.clusters / (sums.clusters - 1) * squares / (total * total)
    return max(1.0, variance / (share * (1 - share) / total))
