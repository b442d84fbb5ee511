"""How every store stands to the others: one decision for all of them, from counts alone.

Each store's service, experience and gap are held against those of the other stores together, without the outermost of these,
as if all had the chain's mix of hours (`mix`). Where a store's presses are too few in a part of the week they stand beside the
others as they came, and nothing is called sure: it may be the hours. All these comparisons are judged at once: of what is
called sure at most one in a hundred is chance (Benjamini and Hochberg 1995). Pages and exports say nothing of a store beside
the others but what stands here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from server.analysis.ranking import adjusted
from server.comparison.beside import NOT_BESIDE, Beside, Compared, Counted, compare, others_of
from server.comparison.day_floor import with_floor
from server.comparison.doubted import sure_both_ways
from server.comparison.indexes import NO_TALLY, NO_VISITS, Visits, add, subtract, visits_of
from server.database.strata import NAMES, NO_STRATA, add_strata, subtract_strata

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# With fewer other stores, "the others" would be the figures of a store that the reader may not see.
LEAST_OTHERS = 3
# Effective presses of each index that a store needs for a word on how it stands; with fewer it has numbers and ranges alone.
LEAST_FOR_PLACE = 100
# With fewer stores, leaving out those at the ends would leave out too much.
LEAST_FOR_MIDDLE = 8
# Of all comparisons that are called sure, at most this share may be chance. At 0.05 a page with seven true findings would
# carry a false one in every third period, and it is looked at every day.
FALSE_SHARE = 0.01

WIDER, ALIKE, NARROWER, TOO_FEW, ALONE = "wider", "alike", "narrower", "too-few", ""
OTHER_FACES = "other-faces"
GROUPS = (WIDER, ALIKE, NARROWER, TOO_FEW, OTHER_FACES)


@dataclass(frozen=True, slots=True)
class Standing:
    """How one store stands to the others.

    `group` is that of its gap: "wider", "alike" (cannot be told), "narrower" (or the other way round), "too-few", "other-faces"
    for a store whose boxes have another number of faces than most, or "" where there are too few other stores, or the period
    runs. `standardised` says that all figures here are by the chain's mix of
    hours; else they are crude, and `thin` names the parts of the week with too few presses. `compared` is how many stores
    were judged at once. `waits` says that something here would be sure with, or without, a run of presses alone that nobody has
    decided about: then it is not. `outer` is how many stores at either end the others leave out.
    """

    group: str
    service: Beside
    experience: Beside
    gap: Beside
    standardised: bool
    thin: tuple[str, ...]
    compared: int
    waits: bool = False
    outer: int = 0

    @property
    def reversed(self) -> bool:
        """Whether the presses as they came say the opposite of the fair comparison of the gap or of an index."""
        return any(beside.reversed for beside in (self.service, self.experience, self.gap))


NOT_COMPARED = Standing(ALONE, NOT_BESIDE, NOT_BESIDE, NOT_BESIDE, standardised=False, thin=(), compared=0)


@dataclass(frozen=True, slots=True)
class Standings:
    """Every store's standing by its id; `service` and `experience` are the (positive, presses) of those that may be ranked.

    `apart` are the stores that are not compared for their boxes' faces (`faces.stores_apart`).
    """

    of: Mapping[int, Standing]
    service: Mapping[int, tuple[float, float]]
    experience: Mapping[int, tuple[float, float]]
    apart: frozenset[int] = frozenset()

    def store(self, store_id: int) -> Standing:
        """A store's standing; that of one without presses is "too few"."""
        if store_id in self.apart:
            return replace(NOT_COMPARED, group=OTHER_FACES)
        return self.of.get(store_id, replace(NOT_COMPARED, group=TOO_FEW if self.of else ALONE))


NO_STANDINGS = Standings({}, {}, {})
NOT_DOUBTED: Mapping[int, Counted] = {}


def stand(
    stores: Mapping[int, Counted],
    weights: Sequence[float] | None,
    least: int = 0,
    doubted: Mapping[int, Counted] = NOT_DOUBTED,
) -> Standings:
    """Every store beside all the others.

    Args:
        stores: the counts of each store that had presses, by its id.
        weights: the mix of hours (`Mix.weights`); None compares as the presses came.
        least: the definition's least count, where it is more than ours.
        doubted: the counts of stores with runs of presses that nobody has decided about, as if these were set aside; what is
            sure of such a store is sure both with and without them.
    """
    pressed = {store_id: own for store_id, own in stores.items() if own.service.total + own.experience.total}
    if len(pressed) - 1 < LEAST_OTHERS:
        return NO_STANDINGS
    # Floored beside the same stores, so that nothing but the runs makes a difference.
    doubted = {
        store_id: with_floor({**pressed, store_id: one})[store_id] for store_id, one in doubted.items() if store_id in pressed
    }
    pressed = with_floor(pressed)
    middle = middle_of(pressed)
    reference = _together([pressed[store_id] for store_id in middle])
    shared = others_of(reference, weights, least)

    def beside(store_id: int, own: Counted) -> Compared:
        others = others_of(_without(reference, pressed[store_id]), weights, least) if store_id in middle else shared
        return compare(own, others, weights, least)

    found = {store_id: beside(store_id, own) for store_id, own in pressed.items()}
    enough = max(LEAST_FOR_PLACE, least)
    judged = {store_id: one for store_id, one in found.items() if _is_judged(one, weights, enough)}
    sure = _sure(judged)
    again = {store_id: beside(store_id, own) for store_id, own in doubted.items()}
    judged_again = {store_id: one for store_id, one in again.items() if _is_judged(one, weights, enough)}
    unchanged = {store_id: one for store_id, one in judged.items() if store_id not in again}
    without = _sure({**unchanged, **judged_again}) if again else {}
    kept, waiting = sure_both_ways(found, sure, again, without)
    outer = len(pressed) - len(middle)
    standings = {
        store_id: _standing(
            one,
            kept.get(store_id),
            (len(judged), outer),
            enough=one.effective >= enough,
            waits=store_id in waiting,
        )
        for store_id, one in found.items()
    }
    ranked = {store_id: one for store_id, one in judged.items() if not pressed[store_id].suspect and store_id not in waiting}
    return Standings(
        standings,
        {store_id: one.weighed_service for store_id, one in ranked.items()},
        {store_id: one.weighed_experience for store_id, one in ranked.items()},
    )


def middle_of(stores: Mapping[int, Counted]) -> frozenset[int]:
    """The stores that the others are held against: without the tenth at either end of service, of experience and of the gap.

    One store that is far off would move the mean of all others, and half of them would then surely differ from it. As many are
    left out at either end, so nothing moves where stores are alike; with few stores none are.
    """
    judged = [store_id for store_id, one in stores.items() if _weight(one) >= LEAST_FOR_PLACE]
    if len(judged) < LEAST_FOR_MIDDLE:
        return frozenset(stores)
    tenth, outer = max(1, len(judged) // 10), set[int]()
    for figure in (_service, _experience, lambda one: _experience(one) - _service(one)):
        ordered = sorted(judged, key=lambda store_id: figure(stores[store_id]))
        outer |= {*ordered[:tenth], *ordered[-tenth:]}
    # One of the middle stores must not see through to fewer than three others.
    return frozenset(stores.keys() - outer if len(stores) - len(outer) > LEAST_OTHERS else stores)


def _weight(one: Counted) -> float:
    return min(one.service.effective, one.experience.effective)


def _service(one: Counted) -> float:
    return one.service.positive / one.service.total


def _experience(one: Counted) -> float:
    return one.experience.positive / one.experience.total


def _together(found: Sequence[Counted]) -> Counted:
    return Counted(
        add(one.service for one in found) if found else NO_TALLY,
        add(one.experience for one in found) if found else NO_TALLY,
        visits_of(one.visits for one in found) if found else NO_VISITS,
        add_strata(one.service_strata for one in found) if found else NO_STRATA,
        add_strata(one.experience_strata for one in found) if found else NO_STRATA,
    )


def _without(everyone: Counted, own: Counted) -> Counted:
    """All less one store: adding up the others anew for each takes long in a large chain."""
    return Counted(
        subtract(everyone.service, own.service),
        subtract(everyone.experience, own.experience),
        Visits(*(all_of - less for all_of, less in zip(everyone.visits, own.visits, strict=True))),
        subtract_strata(everyone.service_strata, own.service_strata),
        subtract_strata(everyone.experience_strata, own.experience_strata),
    )


def _sure(judged: Mapping[int, Compared]) -> dict[int, tuple[bool, bool, bool]]:
    """Which of each store's service, experience and gap are sure to differ, all of them judged at once."""
    stands = iter([p <= FALSE_SHARE for p in adjusted(p for one in judged.values() for p in one.p_values)])
    return {store_id: (next(stands), next(stands), next(stands)) for store_id in judged}


def _is_judged(one: Compared, weights: Sequence[float] | None, enough: int) -> bool:
    return one.effective >= enough and (one.standardised or weights is None)


def _standing(
    one: Compared, sure: tuple[bool, bool, bool] | None, stores: tuple[int, int], *, enough: bool, waits: bool
) -> Standing:
    """A store's standing; one that was not judged, because its hours are no one else's, can not be told from the others.

    `stores` are how many were compared, and how many the others leave out.
    """
    service, experience, gap = (
        replace(beside, sure=True) if is_sure and beside.away.clear else beside
        for beside, is_sure in zip((one.service, one.experience, one.gap), sure or (False,) * 3, strict=True)
    )
    group = _group(gap) if enough else TOO_FEW
    thin = tuple(NAMES[place] for place in one.thin)
    compared, outer = stores
    return Standing(group, service, experience, gap, one.standardised, thin, compared, waits, outer)


def _group(gap: Beside) -> str:
    """Wider where a store's gap goes further the way that the others' gap goes; else narrower, or the other way round."""
    if not gap.sure:
        return ALIKE
    further_down = (gap.away.points or 0.0) < 0
    return WIDER if further_down == ((gap.others or 0.0) <= 0) else NARROWER
