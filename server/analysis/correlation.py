"""How far service and experience go together from store to store, with chance's share in it taken out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random
from statistics import correlation, covariance, fmean, variance
from typing import TYPE_CHECKING, Literal, NamedTuple

from server.analysis.intervals import Interval, check_counts

if TYPE_CHECKING:
    from collections.abc import Sequence

LEAST_STORES = 20
# Of the variance between stores, the part that is no chance; with less, dividing by it says nothing.
LEAST_RELIABILITY = 0.30
DRAWS = 1_000

Refused = Literal["few_stores", "no_spread", "unreliable", "beyond_one"]


class StorePair(NamedTuple):
    """One store's two shares, and its visitors who answered both: positive in both, in service or experience alone, in none."""

    service_positive: float
    service_total: float
    experience_positive: float
    experience_total: float
    both: tuple[float, float, float, float] = (0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Correlation:
    """`crude` is that of the shares as they are (None without spread); `corrected` is what is left when chance is taken out.

    `corrected` and `interval` are None where `refused` says why: fewer than 20 stores, no spread beyond chance, too little of
    it, or a value beyond 1, as too little of it gives.
    """

    crude: float | None
    corrected: float | None
    interval: Interval | None
    refused: Refused | None


def correlate(stores: Sequence[StorePair], seed: int, confidence: float = 0.95, draws: int = DRAWS) -> Correlation:
    """Correlation over stores, corrected for few presses (Spearman 1904) and for visitors who answered both.

    Chance pulls it towards 0; visitors in both shares push it away. The interval draws whole stores anew.

    Args:
        stores: each with more than one press of either kind.
        seed: of the draws.
        confidence: of the interval.
        draws: of stores.

    Raises:
        ValueError: counts that can not be.
    """
    for store in stores:
        check_counts(store.service_positive, store.service_total)
        check_counts(store.experience_positive, store.experience_total)
        if min(store.service_total, store.experience_total) <= 1 or min(store.both) < 0:
            raise ValueError("Each store has more than one press of both kinds, and no negative number of visitors.")
    if not 0 < confidence < 1 or draws < 100:
        raise ValueError("A confidence lies between 0 and 1, and fewer than 100 draws say nothing.")
    parts = [_Parts.of(store) for store in stores]
    crude = _crude(parts)
    value, refused = _estimate(parts)
    if len(stores) < LEAST_STORES:
        refused = "few_stores"
    if refused or value is None:
        return Correlation(crude, None, None, refused)
    interval = _bootstrap(parts, seed, confidence, draws)
    if interval is None:
        return Correlation(crude, None, None, "unreliable")
    return Correlation(crude, value, interval, None)


def without_chance(stores: Sequence[StorePair]) -> float | None:
    """The corrected correlation as the formula gives it, beyond 1 too; None where the stores do not differ beyond chance."""
    return _raw([_Parts.of(store) for store in stores])[0] if len(stores) > 1 else None


class _Parts(NamedTuple):
    """A store's two shares, the variances of chance in them, and chance's covariance through visitors in both."""

    service: float
    experience: float
    chance_service: float
    chance_experience: float
    chance_both: float

    @classmethod
    def of(cls, store: StorePair) -> _Parts:
        service, experience = store.service_positive / store.service_total, store.experience_positive / store.experience_total
        return cls(
            service,
            experience,
            service * (1 - service) / (store.service_total - 1),
            experience * (1 - experience) / (store.experience_total - 1),
            _shared(store),
        )


def _shared(store: StorePair) -> float:
    """Of the pairs' own cells, without bias: n / (n - 1) (p11 - p1 p2), over the presses that it is thinned among."""
    both, service_only, experience_only, _ = store.both
    pairs = sum(store.both)
    if pairs <= 1:
        return 0.0
    together = both / pairs - (both + service_only) / pairs * (both + experience_only) / pairs
    return together * pairs * pairs / (pairs - 1) / (store.service_total * store.experience_total)


def _crude(parts: Sequence[_Parts]) -> float | None:
    if len({part.service for part in parts}) < 2 or len({part.experience for part in parts}) < 2:
        return None
    return correlation([part.service for part in parts], [part.experience for part in parts])


def _raw(parts: Sequence[_Parts]) -> tuple[float | None, float]:
    """The corrected correlation without refusals, and the smaller reliability of the two."""
    services, experiences = [part.service for part in parts], [part.experience for part in parts]
    seen_s, seen_e = variance(services), variance(experiences)
    true_s = seen_s - fmean(part.chance_service for part in parts)
    true_e = seen_e - fmean(part.chance_experience for part in parts)
    if min(true_s, true_e) <= 0:
        return None, 0.0
    true_both = covariance(services, experiences) - fmean(part.chance_both for part in parts)
    return true_both / math.sqrt(true_s * true_e), min(true_s / seen_s, true_e / seen_e)


def _estimate(parts: Sequence[_Parts]) -> tuple[float | None, Refused | None]:
    if len(parts) < 2:
        return None, "few_stores"
    value, reliability = _raw(parts)
    if value is None:
        return None, "no_spread"
    if reliability < LEAST_RELIABILITY:
        return None, "unreliable"
    return (None, "beyond_one") if abs(value) > 1 else (value, None)


def _bootstrap(parts: Sequence[_Parts], seed: int, confidence: float, draws: int) -> Interval | None:
    """Percentiles over stores drawn anew; None where too many draws leave no spread, for then the ends are guesswork."""
    chance = Random(seed)  # noqa: S311  # a bootstrap, no secret
    values = [_raw(chance.choices(parts, k=len(parts)))[0] for _ in range(draws)]
    found = sorted(min(1.0, max(-1.0, value)) for value in values if value is not None)
    beyond = (1 - confidence) / 2
    if len(found) < draws * (1 - beyond):
        return None
    place = int(len(found) * beyond)
    return Interval(found[place], found[-1 - place])
