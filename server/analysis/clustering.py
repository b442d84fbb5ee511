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
    """Sum up clusters given as (positives, presses)."""
    pairs = list(clusters)
    return ClusterSums(len(pairs), sum(x * x for x, _ in pairs), sum(x * n for x, n in pairs), sum(n * n for _, n in pairs))


def design_effect(positive: int, total: int, sums: ClusterSums) -> float:
    """How many clustered presses tell as much as one independent press, at least 1 (Rao and Scott 1992).

    Args:
        positive: positive presses of all clusters.
        total: all presses of all clusters.
        sums: the clusters, summed up.

    Raises:
        ValueError: more positives than presses, or negative counts.
    """
    if not 0 <= positive <= total:
        raise ValueError(f"There can not be {positive} positive of {total} presses.")
    # Where every press stands alone there is nothing to correct, and m / (m - 1) would take one press off.
    if sums.clusters < 2 or sums.clusters >= total or positive in (0, total):
        return 1.0
    share = positive / total
    squares = sums.sum_xx - 2 * share * sums.sum_xn + share * share * sums.sum_nn
    variance = sums.clusters / (sums.clusters - 1) * squares / (total * total)
    return max(1.0, variance / (share * (1 - share) / total))


def effective(positive: int, total: int, sums: ClusterSums) -> float:
    """The number of independent presses that would tell as much as these clustered ones."""
    return total / design_effect(positive, total, sums) if total else 0.0
