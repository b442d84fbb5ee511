"""How often the head office page would claim something of 500 equal stores: many made-up periods, judged by its own function.

    python -m bench.equal_stores [--runs 200] [--stores 500] [--days 7] [--worse 0]

Prints what is claimed in how many periods, and beside it what a page without corrections would claim. With --worse so many
stores are truly five points worse, to show that a difference that is there is found. Exit code 1 means that equal stores are
called different in more periods than one in a hundred allows, or ranked in more than one in twenty.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from bench.drawn_chain import WEEKEND_DAYS, Drawn, Model, draw
from server.analysis.arrivals import binomial_at_least
from server.analysis.clustering import ClusterSums
from server.analysis.proportions import change_p
from server.analysis.standardise import weights_of
from server.comparison.beside import Counted
from server.comparison.indexes import LEAST_DAYS_AS_CLUSTERS, NO_CLUSTERS, Tally, Visits, spread_of
from server.comparison.ranking import rank
from server.comparison.standing import FALSE_SHARE, NARROWER, WIDER, Standings, stand

if TYPE_CHECKING:
    from collections.abc import Iterable

    from server.database.strata import Strata

POINTS_WORSE = 0.05
# The level of a page that corrects nothing, and of the test whether stores differ at all.
USUAL_LEVEL = 0.05
# Presses of weeks before, from which the chain's mix of hours is known.
MIX_SEED = 1_000_000
BY_CHANCE = 0.001


@dataclass(frozen=True, slots=True)
class Claims:
    """What was claimed of one period: stores called different, those by their gap, and how many may be called low.

    `ranked` says which of the two indexes may be ranked at all, `low` how many stores are then named with their probability;
    `naive` is how many a page would name that compared all presses as they came, each store for itself, at 5 %.
    """

    named: frozenset[int]
    wider: int
    narrower: int
    ranked: int
    low: int
    judged: int
    naive: int

    @property
    def any(self) -> bool:
        """Whether the page says of any store that it differs."""
        return bool(self.named)


def counted(drawn: Drawn, stores: int, days: int) -> dict[int, Counted]:
    """The period as the head office page gets it from the tables."""
    service, experience = (_summed(drawn, answers, stores, days) for answers in (drawn.service, drawn.experience))
    both = (drawn.service >= 0) & (drawn.experience >= 0)
    cell = 2 * (1 - drawn.service[both]) + 1 - drawn.experience[both]
    visits = np.bincount(drawn.store[both] * 4 + cell, minlength=4 * stores).reshape(stores, 4)
    return {
        store: Counted(
            service[0][store],
            experience[0][store],
            Visits(*visits[store].tolist()),
            service[1][store],
            experience[1][store],
            service_days=service[2][store],
            experience_days=experience[2][store],
        )
        for store in range(stores)
    }


def claims_of(chain: dict[int, Counted], weights: Iterable[float]) -> Claims:
    """What the page would say."""
    found: Standings = stand(chain, list(weights))
    standings, ranked = found.of, [rank(found.service), rank(found.experience)]
    return Claims(
        named=frozenset(store for store, one in standings.items() if one.service.sure or one.experience.sure or one.gap.sure),
        wider=sum(one.group == WIDER for one in standings.values()),
        narrower=sum(one.group == NARROWER for one in standings.values()),
        ranked=sum(not one.refused for one in ranked),
        low=sum(len(one.lowest) for one in ranked),
        judged=max((one.compared for one in standings.values()), default=0),
        naive=_naive(chain),
    )


def period(model: Model, seed: int) -> Claims:
    """Draw one period and judge it, by the mix of hours of two weeks before it."""
    before = draw(replace(model, days=14, worse={}), MIX_SEED + seed)
    pressed = np.concatenate([before.service >= 0, before.experience >= 0])
    strata = np.tile(_stratum(before), 2)[pressed]
    weights = weights_of(np.bincount(strata, minlength=6).tolist())
    return claims_of(counted(draw(model, seed), model.stores, model.days), weights)


def _summed(drawn: Drawn, answers: np.ndarray, stores: int, days: int) -> tuple[list[Tally], list[Strata], list[ClusterSums]]:
    """Of each store the presses with their runs of some seconds, the parts of the week, and the days."""
    told = answers >= 0
    store, day, group, happy = drawn.store[told], drawn.day[told], drawn.group[told], answers[told]
    runs = _sums(store, np.unique(group, return_inverse=True)[1], happy, stores)
    of_days = _sums(store, np.unique(store * days + day, return_inverse=True)[1], happy, stores)
    if days < LEAST_DAYS_AS_CLUSTERS:
        of_days = [NO_CLUSTERS] * stores
    positive, total = np.bincount(store, happy, stores).astype(int).tolist(), np.bincount(store, minlength=stores).tolist()
    tallies = [
        Tally(positive[one], total[one], runs[one], spread_of(positive[one], total[one], of_days[one])) for one in range(stores)
    ]
    return tallies, _strata(drawn, answers, stores), of_days


def _sums(store: np.ndarray, cluster: np.ndarray, happy: np.ndarray, stores: int) -> list[ClusterSums]:
    x, n = np.bincount(cluster, happy), np.bincount(cluster)
    owner = np.zeros(len(n), dtype=int)
    owner[cluster] = store
    sums = (np.bincount(owner, weight, stores).astype(int).tolist() for weight in (np.ones(len(n)), x * x, x * n, n * n))
    return [ClusterSums(*one) for one in zip(*sums, strict=True)]


def _stratum(drawn: Drawn) -> np.ndarray:
    return drawn.band + 3 * np.isin(drawn.day % 7, WEEKEND_DAYS)


def _strata(drawn: Drawn, answers: np.ndarray, stores: int) -> list[Strata]:
    told = answers >= 0
    place = drawn.store[told] * 6 + _stratum(drawn)[told]
    happy = np.bincount(place, answers[told], 6 * stores).astype(int).reshape(stores, 6).tolist()
    presses = np.bincount(place, minlength=6 * stores).reshape(stores, 6).tolist()
    return [tuple(zip(x, n, strict=True)) for x, n in zip(happy, presses, strict=True)]


def _naive(chain: dict[int, Counted]) -> int:
    named = set()
    for signal in ("service", "experience"):
        tallies = {store: getattr(one, signal) for store, one in chain.items()}
        positive, total = sum(one.positive for one in tallies.values()), sum(one.total for one in tallies.values())
        for store, one in tallies.items():
            rest = positive - one.positive, total - one.total
            if one.total and change_p(one.positive, one.total, *rest) < USUAL_LEVEL:
                named.add(store)
    return len(named)


def report(model: Model, found: list[Claims]) -> str:
    """The periods judged, in words and numbers."""
    false = [len(one.named - set(model.worse)) for one in found]
    ranked = [one for one in found if one.ranked]
    lines = [
        f"{len(found)} periods of {model.days} days, {model.stores} stores, {len(model.worse)} of them 5 points worse",
        f"stores judged in a period             {np.mean([one.judged for one in found]):8.1f}",
        f"periods that call any store different {sum(one.any for one in found):8d}",
        f"periods with a store wrongly named    {sum(map(bool, false)):8d}",
        f"stores wrongly named in a period      {np.mean(false):8.3f} (most {max(false)})",
        f"stores rightly named in a period      {np.mean([len(one.named & set(model.worse)) for one in found]):8.3f}",
        f"gaps called wider, narrower           {sum(one.wider for one in found):8d} {sum(one.narrower for one in found):8d}",
        f"periods in which stores are ranked    {len(ranked):8d}",
        f"stores then named as perhaps low      {np.mean([one.low for one in ranked] or [0]):8.1f}",
        f"stores that 5 % each would name       {np.mean([one.naive for one in found]):8.1f} in a period",
    ]
    return "\n".join(lines) + "\n"


def keeps_its_word(found: list[Claims]) -> bool:
    """Whether periods of equal stores hold no more claims than promised: more would come by chance once in a thousand times."""
    wrong, ranked = sum(one.any for one in found), sum(one.ranked for one in found)
    return (
        binomial_at_least(wrong, len(found), FALSE_SHARE) > BY_CHANCE
        and binomial_at_least(ranked, 2 * len(found), USUAL_LEVEL) > BY_CHANCE
    )


def main() -> None:
    """Draw, judge and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, value in (("runs", 200), ("stores", 500), ("days", 7), ("worse", 0)):
        parser.add_argument(f"--{name}", type=int, default=value)
    given = parser.parse_args()
    model = Model(stores=given.stores, days=given.days, worse=dict.fromkeys(range(given.worse), POINTS_WORSE))
    found = [period(model, seed) for seed in range(given.runs)]
    sys.stdout.write(report(model, found))
    sys.exit(0 if model.worse or keeps_its_word(found) else 1)


if __name__ == "__main__":
    main()
