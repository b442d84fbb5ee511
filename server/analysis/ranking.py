"""Whether stores differ at all, what each one's share is in the light of the others, and which of many findings to believe.

Counts are (positive, presses) of each store, and may be fractional, because clustered presses weigh less than they number.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.analysis.intervals import check_counts
from server.analysis.special import chi_square_above, polygammas

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Counts = Sequence[tuple[float, float]]

# A prior worth more presses than this says that the stores are one and the same.
MOST_PRIOR_PRESSES = 1e6
MOST_ROUNDS = 100
SMALLEST_STEP = 1e-7
ROUNDING = 1e-12  # of a sum over stores


@dataclass(frozen=True, slots=True)
class BetaPrior:
    """How the stores' true shares are spread: Beta(alpha, beta)."""

    alpha: float
    beta: float

    def __post_init__(self) -> None:
        if not (0 < self.alpha < math.inf and 0 < self.beta < math.inf):
            raise ValueError("Both parameters of a prior are above 0.")

    @property
    def share(self) -> float:
        """The middle of the stores' true shares."""
        return self.alpha / (self.alpha + self.beta)

    @property
    def presses(self) -> float:
        """How many presses what is known of the other stores is worth for one store."""
        return self.alpha + self.beta


@dataclass(frozen=True, slots=True)
class Spread:
    """The variance of the stores' true shares, below 0 where they differ less than chance would; and chance's probability."""

    variance: float
    p: float

    def is_real(self, level: float = 0.05) -> bool:
        """Whether stores may be ranked: equal stores pass this once in 1 / `level` periods."""
        return self.variance > 0 and self.p < level


@dataclass(frozen=True, slots=True)
class Shrunk:
    """A store's share drawn towards the others', its standard deviation, and the weight (0 to 1) of the store's own presses."""

    share: float
    deviation: float
    own_weight: float


def spread(counts: Counts) -> Spread:
    """How far the stores differ beyond chance: moments (DerSimonian and Laird 1986), and the chi-square test of equal shares.

    Half of all chains of equal stores have an estimate above 0, so the variance alone is no guard; the test is.

    Raises:
        ValueError: fewer than two stores, or counts that can not be.
    """
    _check(counts)
    total = sum(n for _, n in counts)
    share = sum(x for x, _ in counts) / total
    # total / (total - 1): chance alone then gives exactly as much as its degrees of freedom, even where stores have one press.
    of_one = share * (1 - share) * total / (total - 1) if total > 1 else 0.0
    if of_one <= 0:
        return Spread(0.0, 1.0)
    excess = sum(n * (x / n - share) ** 2 for x, n in counts) / of_one
    degrees = len(counts) - 1
    weight = (total - sum(n * n for _, n in counts) / total) / of_one
    return Spread((excess - degrees) / weight, chi_square_above(excess, degrees))


def fit_beta_binomial(counts: Counts) -> BetaPrior | None:
    """The spread of the stores' true shares by maximum likelihood, or None where they do not differ beyond chance.

    Newton's method on log alpha and log beta, from the moments. None as well where the likelihood rises without end.

    Raises:
        ValueError: fewer than two stores, or counts that can not be.
    """
    found = spread(counts)
    if found.variance <= 0:
        return None
    share = sum(x for x, _ in counts) / sum(n for _, n in counts)
    worth = max(0.01, share * (1 - share) / found.variance - 1)
    at = (math.log(share * worth), math.log((1 - share) * worth))
    now = _log_likelihood(counts, at)
    for _ in range(MOST_ROUNDS):
        step = _newton(counts, at)
        if max(map(abs, step)) < SMALLEST_STEP:
            break
        better = _follow(counts, at, step, now)
        if better is None:
            break
        at, now = better
        if math.exp(at[0]) + math.exp(at[1]) > MOST_PRIOR_PRESSES:
            return None
    return BetaPrior(math.exp(at[0]), math.exp(at[1]))


def shrink(positive: float, total: float, prior: BetaPrior) -> Shrunk:
    """One store's share in the light of the others: the mean and deviation of Beta(alpha + x, beta + n - x)."""
    check_counts(positive, total)
    worth = prior.presses + total
    share = (prior.alpha + positive) / worth
    return Shrunk(share, math.sqrt(share * (1 - share) / (worth + 1)), total / worth)


def benjamini_hochberg(p_values: Iterable[float], q: float) -> list[bool]:
    """Which findings stand when at most a share q of those that stand may be chance (Benjamini and Hochberg 1995).

    Raises:
        ValueError: a p-value outside 0 to 1, or q outside it.
    """
    if not 0 < q < 1:
        raise ValueError(f"The share of false findings lies between 0 and 1, not at {q}.")
    return [p <= q for p in adjusted(p_values)]


def adjusted(p_values: Iterable[float]) -> list[float]:
    """Each finding's p-value corrected for the others: it stands at q where this is at most q."""
    given = list(p_values)
    if not all(0 <= p <= 1 for p in given):
        raise ValueError("A p-value lies between 0 and 1.")
    found, least = [1.0] * len(given), 1.0
    order = sorted(range(len(given)), key=given.__getitem__)
    for rank in range(len(given), 0, -1):
        least = min(least, given[order[rank - 1]] * (len(given) / rank))
        found[order[rank - 1]] = least
    return found


def _check(counts: Counts) -> None:
    if len(counts) < 2:
        raise ValueError("Stores can be compared from two on.")
    for positive, total in counts:
        check_counts(positive, total)


def _log_likelihood(counts: Counts, at: tuple[float, float]) -> float:
    alpha, beta = math.exp(at[0]), math.exp(at[1])
    of_prior = math.lgamma(alpha + beta) - math.lgamma(alpha) - math.lgamma(beta)
    return sum(math.lgamma(alpha + x) + math.lgamma(beta + n - x) - math.lgamma(alpha + beta + n) + of_prior for x, n in counts)


def _newton(counts: Counts, at: tuple[float, float]) -> tuple[float, float]:
    """Newton's step in log alpha and log beta; uphill where the likelihood is not curved downwards yet."""
    alpha, beta = math.exp(at[0]), math.exp(at[1])
    (both, both_bend), (of_a, bend_of_a), (of_b, bend_of_b) = (
        _derivatives(prior, presses)
        for prior, presses in (
            (alpha + beta, [n for _, n in counts]),
            (alpha, [x for x, _ in counts]),
            (beta, [n - x for x, n in counts]),
        )
    )
    up_a, up_b = alpha * (of_a - both), beta * (of_b - both)
    bend_a = alpha * alpha * (bend_of_a - both_bend) + up_a
    bend_b = beta * beta * (bend_of_b - both_bend) + up_b
    across = -alpha * beta * both_bend
    area = bend_a * bend_b - across * across
    if bend_a >= 0 or area <= 0:
        reach = max(abs(up_a), abs(up_b), 1e-300)
        return up_a / reach, up_b / reach
    return (across * up_b - bend_b * up_a) / area, (across * up_a - bend_a * up_b) / area


def _derivatives(prior: float, presses: Iterable[float]) -> tuple[float, float]:
    """Both derivatives of the sum over stores of log gamma(prior + presses) less that of log gamma(prior)."""
    found = [polygammas(prior + own) for own in presses]
    first, second = polygammas(prior)
    return sum(one for one, _ in found) - len(found) * first, sum(two for _, two in found) - len(found) * second


def _follow(
    counts: Counts, at: tuple[float, float], step: tuple[float, float], now: float
) -> tuple[tuple[float, float], float] | None:
    """The step, halved until the likelihood rises; None where it does not."""
    length = min(1.0, 2 / max(abs(step[0]), abs(step[1]), 1e-300))
    while length > 1e-8:
        there = (at[0] + length * step[0], at[1] + length * step[1])
        then = _log_likelihood(counts, there)
        if then >= now - ROUNDING * abs(now):
            return there, then
        length /= 2
    return None
