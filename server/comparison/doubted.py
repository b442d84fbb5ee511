"""What stores' presses come to without the runs that nobody has decided about: no store is named for presses in doubt."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from server.analysis.edge_runs import is_too_alike
from server.analysis.tallies import BAND_STARTS, BANDS
from server.comparison.indexes import Tally
from server.comparison.periods import local_time
from server.database.weekends import WEEKENDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from server.comparison.beside import Compared, Counted
    from server.database.reviews import OpenRun
    from server.database.strata import Strata


# Of a store's service, experience and gap.
Three = tuple[bool, bool, bool]
UNSURE: Three = (False, False, False)


def sure_both_ways(
    found: Mapping[int, Compared], sure: Mapping[int, Three], again: Mapping[int, Compared], without: Mapping[int, Three]
) -> tuple[dict[int, Three], set[int]]:
    """What is sure of each store with the runs in doubt and without them, the same way round; and of which more is one way.

    `found` and `sure` are all stores as they are counted, `again` and `without` those in doubt as if their runs were set aside.
    """
    kept, waiting = dict(sure), set()
    for store_id, other in again.items():
        either = sure.get(store_id, UNSURE), without.get(store_id, UNSURE)
        ways = _ways(found[store_id]), _ways(other)
        service, experience, gap = (one and two and here == there for one, two, here, there in zip(*either, *ways, strict=True))
        if any(one != (service, experience, gap) for one in either):
            waiting.add(store_id)
        if store_id in kept:
            kept[store_id] = (service, experience, gap)
    return kept, waiting


def _ways(one: Compared) -> Three:
    """Whether each figure lies below the others' one."""
    service, experience, gap = ((beside.away.points or 0.0) < 0 for beside in (one.service, one.experience, one.gap))
    return service, experience, gap


def tells(run: OpenRun) -> bool:
    """Whether its presses are too much alike for chance; a person decides about no other."""
    return is_too_alike(run.presses, run.alike, run.usual_share)


def without_runs(
    stores: Mapping[int, Counted], runs: Iterable[OpenRun], ids: tuple[frozenset[int], frozenset[int]]
) -> dict[int, Counted]:
    """Those of these stores with such runs among their presses, as if all of them were set aside; `ids` as in a definition.

    Clusters and days then weigh as they do with them: a share of a run's neighbours is not known from sums.
    """
    found: dict[int, Counted] = {}
    for run in runs:
        own = found.get(run.store_id) or stores.get(run.store_id)
        if own is None or not tells(run):
            continue
        if run.question_id in ids[0]:
            found[run.store_id] = replace(
                own, service=_less(own.service, run), service_strata=_less_strata(own.service_strata, run)
            )
        elif run.question_id in ids[1]:
            found[run.store_id] = replace(
                own, experience=_less(own.experience, run), experience_strata=_less_strata(own.experience_strata, run)
            )
    return found


def _less(tally: Tally, run: OpenRun) -> Tally:
    """Without a run's presses, each of the others weighing as much as before."""
    positive, total = tally.positive - run.positives, tally.total - run.presses
    # At a period's edge a run may have presses outside it.
    if not 0 <= positive <= total or not total:
        return tally
    sums = replace(
        tally.sums,
        clusters=max(1, tally.sums.clusters - run.presses),
        sum_xx=max(0, tally.sums.sum_xx - run.positives),
        sum_xn=max(0, tally.sums.sum_xn - run.positives),
        sum_nn=max(0, tally.sums.sum_nn - run.presses),
    )
    return Tally(positive, total, sums, tally.spread * total / tally.total)


def _less_strata(strata: Strata, run: OpenRun) -> Strata:
    """Without them in the part of the week in which most of them lie: at closing before the hour, at opening after it."""
    at_ms = run.from_ms + (run.until_ms - run.from_ms) // 4
    hour = local_time(run.timezone, at_ms).hour
    band = sum(start <= hour for start in BAND_STARTS) - 1
    place = len(BANDS) * _is_weekend(run) + band
    positive, counted = strata[place]
    rest = (max(0, positive - run.positives), max(0, counted - run.presses))
    return (*strata[:place], (min(rest), rest[1]), *strata[place + 1 :])


def _is_weekend(run: OpenRun) -> bool:
    weekday = date.fromordinal(run.local_day).weekday()
    weekend = next((one for one in WEEKENDS if run.territory in one.territories), WEEKENDS[-1])
    return weekday in weekend.weekdays
