"""Did something that was done in some stores help? The change there beside the change elsewhere; stores are the unit."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations
from random import Random
from statistics import fmean, variance
from typing import TYPE_CHECKING

from server.analysis.intervals import Interval
from server.analysis.replicating import Replication, replication

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = [
    "Effect",
    "Permutation",
    "Replication",
    "can_be_tested",
    "controls_needed",
    "difference_in_differences",
    "effect_interval",
    "permutation_p",
    "replication",
    "smallest_p",
]

# All allocations are tried up to so many; beyond, so many random ones.
MOST_ALLOCATIONS = 20_000
INVERSION_ALLOCATIONS = 2_000
LEVEL = 0.05
LEAST_FOR_BOOTSTRAP = 10
DRAWS = 2_000
HALVINGS = 40


@dataclass(frozen=True, slots=True)
class Effect:
    """The mean change of the treated stores, of the others, the effect (their difference) and its standard error.

    The error is None with fewer than two stores on a side.
    """

    effect: float
    treated_change: float
    control_change: float
    error: float | None


@dataclass(frozen=True, slots=True)
class Permutation:
    """How probable so large an effect is had chance chosen the treated stores; `exact` where all `allocations` were tried."""

    p: float
    allocations: int
    exact: bool


def difference_in_differences(treated: Sequence[float], control: Sequence[float]) -> Effect:
    """The effect from each store's change (after minus before, both with the hours' mix of before), in the same unit.

    Raises:
        ValueError: no store on a side, or a change that is no number.
    """
    _check(treated, control)
    change, other = fmean(treated), fmean(control)
    error = None
    if min(len(treated), len(control)) > 1:
        error = math.sqrt(variance(treated) / len(treated) + variance(control) / len(control))
    return Effect(change - other, change, other, error)


def smallest_p(treated: int, control: int) -> float:
    """The smallest two-sided p-value that a permutation of so many stores can give: 1 / (controls + 1) for one treated store.

    Raises:
        ValueError: no store on a side.
    """
    if min(treated, control) < 1:
        raise ValueError("There is at least one store on each side.")
    # With equal sides each allocation has a mirror image whose effect is as large.
    return (2 if treated == control else 1) / math.comb(treated + control, treated)


def can_be_tested(treated: int, control: int, level: float = LEVEL) -> bool:
    """Whether any result of so many stores could be told from chance; with one treated store from 19 others on."""
    return smallest_p(treated, control) <= level + 1e-12


def controls_needed(treated: int, level: float = LEVEL) -> int:
    """With how many controls so many treated stores can be tested: 19 for one.

    Raises:
        ValueError: no treated store.
    """
    control = 1
    while not can_be_tested(treated, control, level):
        control += 1
    return control


def permutation_p(treated: Sequence[float], control: Sequence[float], seed: int, most: int = MOST_ALLOCATIONS) -> Permutation:
    """Of all ways to choose the treated stores, or of `most` random ones, those with an effect at least as large either way.

    Args:
        treated: changes of the treated stores.
        control: changes of the others.
        seed: of the random allocations.
        most: how many are tried; at least 100.

    Raises:
        ValueError: no store on a side, a change that is no number, or too few allocations.
    """
    _check(treated, control)
    if most < 100:
        raise ValueError("Fewer than 100 allocations say nothing.")
    changes, chosen = [*treated, *control], len(treated)
    ways = math.comb(len(changes), chosen)
    seen = abs(_effect(sum(treated), math.fsum(changes), chosen, len(changes)))
    least = seen - 1e-9 * max(1.0, seen)  # sums in another order differ by a hair
    exact = ways <= most
    sums = map(sum, combinations(changes, chosen)) if exact else _random_sums(changes, chosen, most, seed)
    total = math.fsum(changes)
    beyond = sum(abs(_effect(of_chosen, total, chosen, len(changes))) >= least for of_chosen in sums)
    if exact:
        return Permutation(beyond / ways, ways, exact=True)
    # The allocation that really was is one of them (Davison and Hinkley 1997, 4.11), so p is never 0.
    return Permutation((beyond + 1) / (most + 1), most, exact=False)


def effect_interval(treated: Sequence[float], control: Sequence[float], seed: int, confidence: float = 0.95) -> Interval | None:
    """Where the effect lies: by stores drawn anew with 10 or more on each side, else all that a permutation would not reject.

    None where no effect could be rejected, because the stores are too few for this confidence.

    Raises:
        ValueError: no store on a side, a change or a confidence that can not be.
    """
    _check(treated, control)
    if not 0 < confidence < 1:
        raise ValueError(f"The confidence lies between 0 and 1, not at {confidence}.")
    if min(len(treated), len(control)) >= LEAST_FOR_BOOTSTRAP:
        return _bootstrap(treated, control, seed, confidence)
    if not can_be_tested(len(treated), len(control), 1 - confidence):
        return None
    return _inverted(treated, control, seed, confidence)


def _bootstrap(treated: Sequence[float], control: Sequence[float], seed: int, confidence: float) -> Interval:
    chance = Random(seed)  # noqa: S311  # a bootstrap, no secret
    effects = sorted(
        fmean(chance.choices(treated, k=len(treated))) - fmean(chance.choices(control, k=len(control))) for _ in range(DRAWS)
    )
    beyond = int(DRAWS * (1 - confidence) / 2)
    return Interval(effects[beyond], effects[-1 - beyond])


def _inverted(treated: Sequence[float], control: Sequence[float], seed: int, confidence: float) -> Interval:
    found = fmean(treated) - fmean(control)

    def believed(effect: float) -> bool:
        rest = [change - effect for change in treated]
        return permutation_p(rest, control, seed, INVERSION_ALLOCATIONS).p > 1 - confidence

    reach = max(*treated, *control) - min(*treated, *control) or 1.0
    limits = []
    for side in (-1, 1):
        far = reach
        while believed(found + side * far):
            far *= 2
        near = 0.0
        for _ in range(HALVINGS):
            middle = (near + far) / 2
            if believed(found + side * middle):
                near = middle
            else:
                far = middle
        limits.append(found + side * near)
    return Interval(*limits)


def _effect(of_chosen: float, total: float, chosen: int, stores: int) -> float:
    return of_chosen / chosen - (total - of_chosen) / (stores - chosen)


def _random_sums(changes: Sequence[float], chosen: int, draws: int, seed: int) -> Iterator[float]:
    chance = Random(seed)  # noqa: S311  # a permutation test, no secret
    # The smaller side is drawn, and the rest is the other one.
    fewer = min(chosen, len(changes) - chosen)
    total = math.fsum(changes)
    for _ in range(draws):
        drawn = math.fsum(chance.sample(changes, fewer))
        yield drawn if fewer == chosen else total - drawn


def _check(treated: Sequence[float], control: Sequence[float]) -> None:
    if not treated or not control:
        raise ValueError("There is at least one store on each side.")
    if not all(map(math.isfinite, (*treated, *control))):
        raise ValueError("A change is a finite number.")
