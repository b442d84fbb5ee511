"""One store's service, experience and gap beside the other stores' ones, by the chain's mix of hours and as they came."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from server.analysis.intervals import Interval, quantile
from server.analysis.proportions import difference_of, overlap_correlation, phi, wilson
from server.analysis.standardise import LEAST_PRESSES, direct, is_reversed
from server.comparison.indexes import LEAST_FOR_VALUE, NO_CLUSTERS, NO_GAP, Gap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from server.analysis.clustering import ClusterSums
    from server.comparison.indexes import Tally, Visits
    from server.database.strata import Strata

# Differences that round to 0 points are not spoken of.
LEAST_POINTS = 0.5


@dataclass(frozen=True, slots=True)
class Beside:
    """A store's figure (0 to 100, a gap in points) beside the other stores' one.

    `away` is `own` less `others` with its 95 % range, `crude` the same from the presses as they came: equal to `away` where
    these could not be `standardised`. `sure` says that they differ by more than chance, all stores having been judged at once.
    """

    own: float | None
    others: float | None
    away: Gap
    crude: Gap
    standardised: bool = False
    sure: bool = False

    @property
    def reversed(self) -> bool:
        """Whether the crude difference runs the other way (Simpson's paradox).

        Not where one of them rounds to nothing, nor where both ranges hold 0: then neither says anything to be turned round.
        """
        fair, crude = self.away.points or 0.0, self.crude.points or 0.0
        told = min(abs(fair), abs(crude)) >= LEAST_POINTS and (self.away.clear or self.crude.clear)
        return told and is_reversed(crude, fair)


NOT_BESIDE = Beside(None, None, NO_GAP, NO_GAP)


@dataclass(frozen=True, slots=True)
class Counted:
    """What one store's presses over a period come to; `suspect` ones were set aside in such number that it is not ranked.

    The days are the same presses with each day as one cluster; none where the period is too short for that.
    """

    service: Tally
    experience: Tally
    visits: Visits
    service_strata: Strata
    experience_strata: Strata
    suspect: bool = False
    service_days: ClusterSums = NO_CLUSTERS
    experience_days: ClusterSums = NO_CLUSTERS


class Compared(NamedTuple):
    """One store beside the others, before all stores are judged at once.

    `effective` is the weight of its weaker index, `weighed_*` the (positive, presses) that its indexes are worth in a ranking.
    """

    service: Beside
    experience: Beside
    gap: Beside
    standardised: bool
    thin: tuple[int, ...]
    effective: float
    p_values: tuple[float, float, float]
    weighed_service: tuple[float, float]
    weighed_experience: tuple[float, float]


NOT_KNOWN = Compared(
    NOT_BESIDE,
    NOT_BESIDE,
    NOT_BESIDE,
    standardised=False,
    thin=(),
    effective=0.0,
    p_values=(1.0, 1.0, 1.0),
    weighed_service=(0.0, 0.0),
    weighed_experience=(0.0, 0.0),
)


class _Figure(NamedTuple):
    """A share or a difference of two, 0 to 1, with its range; `parts` are (weight, share, effective presses) behind it."""

    value: float
    limits: Interval
    parts: tuple[tuple[float, float, float], ...]


class _Side(NamedTuple):
    """A store, or all others: both signals' figures, how far they vary together, and the gap between them."""

    service: _Figure
    experience: _Figure
    together: float
    gap: _Figure


class Others(NamedTuple):
    """All other stores, as their presses came and by the chain's mix; None and which strata are too thin where they can not."""

    crude: _Side
    fair: _Side | None
    thin: tuple[int, ...]


def compare(own: Counted, others: Others | None, weights: Sequence[float] | None, least: int = 0) -> Compared:
    """One store beside the others; nothing but `effective` is known where a number is withheld on either side."""
    weights_own = own.service.effective, own.experience.effective
    weight = min(weights_own)
    if others is None or weight < max(least, LEAST_FOR_VALUE):
        return NOT_KNOWN
    together = _together(own)
    crude = _crude(own, weights_own, together), others.crude
    fair_own, thin = _fair(own, weights_own, weights, together)
    mine, theirs = (fair_own, others.fair) if fair_own and others.fair else crude
    fair = mine is fair_own
    limits = _differences(mine, theirs)
    crude_limits = _differences(*crude) if fair else limits
    service, experience, gap = (
        Beside(100 * one.value, 100 * other.value, _away(one, other, away), _away(came, they_came, as_they_came), fair)
        for one, other, away, came, they_came, as_they_came in zip(
            _figures(mine), _figures(theirs), limits, _figures(crude[0]), _figures(crude[1]), crude_limits, strict=True
        )
    )
    return Compared(
        service,
        experience,
        gap,
        standardised=fair,
        thin=thin or others.thin,
        effective=weight,
        p_values=_p_values(mine, theirs, limits),
        weighed_service=_weighed(mine.service, weights_own[0]),
        weighed_experience=_weighed(mine.experience, weights_own[1]),
    )


def others_of(counted: Counted, weights: Sequence[float] | None, least: int = 0) -> Others | None:
    """What stores are compared with that have no press among these; None where a number is withheld."""
    effectives = counted.service.effective, counted.experience.effective
    if min(effectives) < max(least, LEAST_FOR_VALUE):
        return None
    together = _together(counted)
    return Others(_crude(counted, effectives, together), *_fair(counted, effectives, weights, together))


def _figures(side: _Side) -> tuple[_Figure, _Figure, _Figure]:
    return side.service, side.experience, side.gap


def _together(counted: Counted) -> float:
    """How far the two shares vary together, because some visitors are in both."""
    cells = (counted.visits.both, counted.visits.experience_only, counted.visits.service_only, counted.visits.neither)
    pairs = min(sum(cells), counted.service.total, counted.experience.total)
    return overlap_correlation(phi(*cells), pairs, counted.experience.total, counted.service.total) if pairs else 0.0


def _crude(counted: Counted, weights: tuple[float, ...], together: float) -> _Side:
    found = []
    for tally, weight in zip((counted.service, counted.experience), weights, strict=True):
        share = tally.positive / tally.total
        found.append(_Figure(share, wilson(share * weight, weight), ((1.0, share, weight),)))
    return _side(found[0], found[1], together)


def _fair(
    counted: Counted, effectives: tuple[float, ...], weights: Sequence[float] | None, together: float
) -> tuple[_Side | None, tuple[int, ...]]:
    """The side by the chain's mix; None, and which strata are too thin, where it can not be."""
    if weights is None:
        return None, ()
    found, thin = [], set[int]()
    strata_of = (counted.service_strata, counted.experience_strata)
    for tally, strata, weight in zip((counted.service, counted.experience), strata_of, effectives, strict=True):
        worth = weight / tally.total
        weighed = [(x * worth, n * worth) for x, n in strata]
        standardised = direct(weighed, weights, least_presses=LEAST_PRESSES * worth)
        thin |= set(standardised.thin)
        if standardised.share is not None and standardised.interval is not None:
            parts = tuple((w, x / n if n else standardised.share, n) for (x, n), w in zip(weighed, weights, strict=True))
            found.append(_Figure(standardised.share, standardised.interval, parts))
    return (_side(found[0], found[1], together), ()) if len(found) == len(effectives) else (None, tuple(sorted(thin)))


def _side(service: _Figure, experience: _Figure, together: float) -> _Side:
    limits = difference_of(experience.value, experience.limits, service.value, service.limits, together)
    return _Side(service, experience, together, _Figure(experience.value - service.value, limits, ()))


def _differences(own: _Side, others: _Side) -> list[Interval]:
    """Where each of a store's figures less the others' one lies."""
    pairs = zip(_figures(own), _figures(others), strict=True)
    return [difference_of(one.value, one.limits, other.value, other.limits) for one, other in pairs]


def _away(own: _Figure, others: _Figure, limits: Interval) -> Gap:
    return Gap(100 * (own.value - others.value), 100 * limits.lower, 100 * limits.upper, "independent", 0)


def _p_values(own: _Side, others: _Side, limits: Sequence[Interval]) -> tuple[float, float, float]:
    """How probable each difference is by chance alone."""
    alone = [
        _deviation_if_alike(mine, theirs)
        for mine, theirs in ((own.service, others.service), (own.experience, others.experience))
    ]
    both = math.sqrt(max(0.0, alone[0] ** 2 + alone[1] ** 2 - 2 * own.together * alone[0] * alone[1]))
    parts = zip(_figures(own), _figures(others), limits, (*alone, both), strict=True)
    service, experience, gap = (_p(mine, theirs, away, deviation) for mine, theirs, away, deviation in parts)
    return service, experience, gap


def _p(own: _Figure, others: _Figure, limits: Interval, deviation: float) -> float:
    """Two-sided; the larger of two standard errors, so that neither a store near 100 nor one far from the others looks surer.

    One is that of the range's end nearer to 0, the other that of a store that were like the others (score). `limits` are those
    of the difference.
    """
    away = own.value - others.value
    if not away:
        return 1.0
    near = (away - limits.lower if away > 0 else limits.upper - away) / quantile(0.95)
    of_others = (others.limits.upper - others.limits.lower) / (2 * quantile(0.95))
    return math.erfc(abs(away) / max(near, math.hypot(deviation, of_others)) / math.sqrt(2))


def _deviation_if_alike(own: _Figure, others: _Figure) -> float:
    """The standard error of a store's figure if its share were the others' one in each part of the week."""
    parts = zip(own.parts, others.parts, strict=True)
    return math.sqrt(sum(weight * weight * q * (1 - q) / n for (weight, _, n), (_, q, _) in parts if n))


def _weighed(figure: _Figure, most: float) -> tuple[float, float]:
    """(positive, presses) that a figure is worth: as many presses as would give it its range, never more than there were."""
    deviation = (figure.limits.upper - figure.limits.lower) / (2 * quantile(0.95))
    of_one = figure.value * (1 - figure.value)
    presses = min(most, of_one / deviation**2) if of_one and deviation else most
    return figure.value * presses, presses
